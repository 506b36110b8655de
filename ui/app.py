"""docqa in a browser: ask, see the proof, look after the library. Talks to the API only, through docqa.client."""

import streamlit as st

from ui import ask, components, library, notice, offline, system

st.set_page_config(
    page_title="docqa",
    page_icon=str(components.ASSETS / "icon.svg"),
    layout="wide",
    menu_items={"About": "**docqa** answers from your PDFs and shows the pages that prove it."},
)
st.logo(str(components.ASSETS / "logo.svg"), size="large", icon_image=str(components.ASSETS / "icon.svg"))
components.style()
notice.draw()

PAGES = {
    "ask": st.Page(ask.render, title="Ask", icon=":material/forum:", url_path="ask", default=True),
    "library": st.Page(library.render, title="Library", icon=":material/folder_open:", url_path="library"),
    "system": st.Page(system.render, title="System", icon=":material/monitor_heart:", url_path="system"),
}
st.session_state["pages"] = PAGES

page = st.navigation(list(PAGES.values()), position="top")
offline.guarded(page.run)()
