"""What is known of a document, and the form that corrects it."""

import streamlit as st

from docqa.client import Client
from docqa.types import Document
from ui import connection, notice
from ui.text import plain

FIRST_YEAR, LAST_YEAR = 1000, 2999
KINDS = (
    "10-K",
    "10-Q",
    "8-K",
    "annual report",
    "quarterly report",
    "earnings release",
    "report",
    "paper",
    "slides",
    "manual",
    "contract",
    "letter",
    "invoice",
    "brochure",
)


def line(document: Document) -> str:
    """Whose it is, its year, its kind and its language, as far as that is known."""
    known = (document.organisation, str(document.year or ""), document.kind, document.language)
    return " · ".join(plain(each) for each in known if each)


def form(client: Client, document: Document) -> None:
    """Ask what the document is, and tell the API what is changed."""
    st.dialog("What is this document?", icon=":material/edit:")(_form)(client, document)


def _form(client: Client, document: Document) -> None:
    st.caption("Questions that name a company, a year or a kind of document find it by this. Empty is: as it was read.")
    kinds = list(dict.fromkeys((*KINDS, *([document.kind] if document.kind else []))))
    with st.form("describe", border=False):
        st.text_input("Title", document.title, max_chars=300, key="describe_title")
        st.text_input("Company, office or authors", document.organisation, max_chars=200, key="describe_organisation")
        st.number_input("Year", FIRST_YEAR, LAST_YEAR, document.year, step=1, key="describe_year")
        st.selectbox(
            "Kind",
            kinds,
            index=kinds.index(document.kind) if document.kind else None,
            accept_new_options=True,
            key="describe_kind",
        )
        if st.form_submit_button(
            "Save", type="primary", icon=":material/check:", on_click=_save, args=(client, document)
        ):
            st.rerun()


def _save(client: Client, document: Document) -> None:
    changes: dict[str, str | int | None] = {}
    for field in ("title", "organisation", "year", "kind"):
        said = st.session_state[f"describe_{field}"]
        said = said.strip() if isinstance(said, str) else said
        if (said or None) != (getattr(document, field) or None):
            changes[field] = said or None
    with notice.refusals():
        if changes:
            client.describe(document.id, changes)
            connection.forget()
