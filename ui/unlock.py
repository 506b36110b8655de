"""The password of a document that needs one."""

import streamlit as st

from docqa.client import Client, DocQAError
from docqa.types import Document
from ui import connection, notice
from ui.text import plain


def reason(document: Document) -> str:
    """Why it could not be read, as it is said where the password can be given."""
    return "It needs a password." if document.needs_password else document.error


def ask(client: Client, document: Document) -> None:
    """Ask for it, and let the document be read again with it. It is kept nowhere, here neither."""
    refusal = f"refusal_{document.id}"
    with st.form(f"unlock_{document.id}", clear_on_submit=True, border=False):
        with st.container(horizontal=True, vertical_alignment="center"):
            password = st.text_input(
                "Password",
                type="password",
                placeholder="Password of this PDF",
                label_visibility="collapsed",
                width=220,
                key=f"password_{document.id}",
            )
            given = st.form_submit_button("Unlock", icon=":material/lock_open:", key=f"unlock_{document.id}_button")
        if said := st.session_state.get(refusal):
            st.caption(f":red[{plain(said)}]")
    if given and password:
        st.session_state.pop(refusal, None)
        try:
            client.retry(document.id, password)
            notice.say(f"{document.name} is unlocked and will be read.")
        except DocQAError as error:
            st.session_state[refusal] = str(error)
        connection.forget()
        st.rerun()
