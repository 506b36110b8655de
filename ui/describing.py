"""What is known of a document, and the form that corrects it."""

import streamlit as st

from docqa.client import Client
from docqa.types import Document
from ui import connection, notice
from ui.text import plain

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
        title = st.text_input("Title", document.title, max_chars=300, key="describe_title")
        organisation = st.text_input(
            "Company, office or authors", document.organisation, max_chars=200, key="describe_organisation"
        )
        year = st.number_input("Year", 1000, 2999, document.year, step=1, key="describe_year")
        kind = st.selectbox(
            "Kind",
            kinds,
            index=kinds.index(document.kind) if document.kind else None,
            accept_new_options=True,
            key="describe_kind",
        )
        if st.form_submit_button("Save", type="primary", icon=":material/check:"):
            said = {"title": title.strip(), "organisation": organisation.strip(), "year": year, "kind": kind}
            _save(client, document, said)


def _save(client: Client, document: Document, said: dict[str, str | int | None]) -> None:
    before = {field: getattr(document, field) for field in said}
    changes = {field: value or None for field, value in said.items() if (value or None) != (before[field] or None)}
    with notice.refusals():
        if changes:
            client.describe(document.id, changes)
            connection.forget()
    st.rerun()
