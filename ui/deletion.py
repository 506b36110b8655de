"""Deleting a document: the question before, the receipt after."""

import streamlit as st

from docqa.client import Client, DeletionReceipt
from docqa.types import Document
from ui import connection, notice, talk
from ui.text import amount, plain, size

RECEIPT = "deletion_receipt"


def confirm(client: Client, document: Document) -> None:
    """Ask whether to delete it, and do."""
    st.dialog("Delete this document?", icon=":material/delete:")(_confirm)(client, document)


def receipt() -> None:
    """Draw what the last deletion removed, until it is closed."""
    found = st.session_state.get(RECEIPT)
    if not isinstance(found, DeletionReceipt):
        return
    gone = found.removed
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="deletion_receipt_box"):
        answers = f", {amount(gone.answers, 'answer')} made from it" if gone.answers else ""
        st.markdown(
            f":material/delete: **Deleted {plain(found.name)}**: {amount(gone.passages, 'passage')}, "
            f"{amount(gone.pages, 'page')}, {amount(gone.files, 'file')} ({size(gone.bytes)}){answers}."
        )
        if st.button("", icon=":material/close:", help="Close", type="tertiary", key="close_receipt"):
            del st.session_state[RECEIPT]
            st.rerun()


def _confirm(client: Client, document: Document) -> None:
    st.text(document.name)
    st.caption(
        f"{amount(document.pages, 'page')}, {size(document.size_bytes)}. Its pages, passages and images are removed, "
        "and every stored answer that was made from it. Your own file stays where it is. This cannot be undone."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it"):
            st.rerun()
        if st.button(
            "Delete",
            type="primary",
            icon=":material/delete:",
            key="confirm_delete",
            on_click=_delete,
            args=(client, document.id),
        ):
            st.rerun()


def _delete(client: Client, document_id: str) -> None:
    with notice.refusals():
        st.session_state[RECEIPT] = client.delete(document_id)
        connection.forget()
        talk.leave()
