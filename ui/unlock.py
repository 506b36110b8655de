"""The password of a document that needs one."""

import streamlit as st

from docqa.client import Client
from docqa.types import Document
from ui import connection, notice


def ask(client: Client, document: Document) -> None:
    """Ask for it, and let the document be read again with it. It is kept nowhere, here neither."""
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
    if given and password:
        with notice.refusals():
            client.retry(document.id, password)
            notice.say(f"{document.name} is unlocked and will be read.")
        connection.forget()
        st.rerun()
