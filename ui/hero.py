"""What Ask shows before the first question."""

import streamlit as st

from ui import connection, scope, talk
from ui.text import amount, plain

RECENT = 4  # documents that are named


def draw(gone: str) -> None:
    """A place to ask, or what to do first."""
    stats = connection.stats()
    states = stats.documents
    documents = sum(states.values())
    with st.container(key="hero"):
        if gone:
            st.info(gone, icon=":material/link_off:")
        if not documents:
            _empty()
            return
        st.title("Ask your documents", anchor=False)
        st.caption(
            f"{amount(documents, 'document')}, {amount(stats.pages, 'page')}. Every answer shows the pages that prove "
            "it, with the quoted words marked; what the documents do not hold is answered with “not found”."
        )
        st.space("small")
        talk.box("What do you want to know?", None)
        scope.draw()
        waiting = states.get("reading", 0) + states.get("queued", 0)
        st.space("small")
        _recent(documents)
        if waiting:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f":material/hourglass_top: {amount(waiting, 'document')} still being read", width="content")
                st.page_link(st.session_state["pages"]["library"], label="See how far", icon=":material/arrow_forward:")


def _recent(documents: int) -> None:
    listed = connection.documents(limit=RECENT, offset=max(0, documents - RECENT))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="recent"):
        st.caption("Lately added", width="content")
        for each in reversed(listed.documents):
            if st.button(
                plain(each.name), key=f"recent_{each.id}", help=plain(each.title or each.name), type="tertiary"
            ):
                st.switch_page(st.session_state["pages"]["library"], query_params={"document": each.id})


def _empty() -> None:
    st.title("Start with a PDF", anchor=False)
    st.caption(
        "The library is empty. Drop reports, manuals, contracts or scans into it: their pages are read here, on this "
        "machine, and you can ask as soon as the first ones are done."
    )
    st.space("small")
    if st.button("Add documents", type="primary", icon=":material/upload_file:", key="add_documents"):
        st.switch_page(st.session_state["pages"]["library"])
    st.caption("Or in a terminal, for a whole folder or large files:")
    st.code("docqa ingest ~/Documents", language=None)
