"""The page that looks after the documents."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from docqa.types import Document, DocumentState
from ui import connection, deletion, document, notice, offline, progress, unlock, uploads
from ui.components import component
from ui.text import ago, amount, size

PER_PAGE = 50
BUSY_S = 1.5  # between two looks while documents are read
IDLE_S = 6
STATES: dict[DocumentState, str] = {"done": "Done", "reading": "Being read", "queued": "Waiting", "failed": "Failed"}


def render() -> None:
    """Draw the page."""
    client = connection.client()
    if document_id := st.query_params.get("document"):
        document.draw(client, document_id)
        return
    st.title("Library", anchor=False)
    counts = st.container(key="counts")
    deletion.receipt()
    uploads.draw(client, [each.name for each in connection.collections()])
    busy = progress.is_busy()
    st.fragment(offline.guarded(_documents), run_every=BUSY_S if busy else IDLE_S)(counts, busy)


def _counts() -> None:
    stats, collections = connection.stats(), len(connection.collections())
    documents = sum(stats.documents.values())
    if not documents:
        st.caption("Nothing in it yet.")
    else:
        st.caption(
            f"{amount(documents, 'document')}, {amount(stats.pages, 'page')}, {size(stats.bytes)} in "
            f"{amount(collections, 'collection')}; {amount(stats.passages, 'passage')} to search"
        )


def _filters(collections: list[str]) -> tuple[str, str | None, DocumentState | None]:
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        wanted = st.text_input(
            "Find",
            placeholder="Find by name or title",
            icon=":material/search:",
            label_visibility="collapsed",
            key="find",
        )
        collection = st.selectbox(
            "Collection",
            collections,
            index=None,
            placeholder="All collections",
            label_visibility="collapsed",
            width=220,
            key="find_collection",
        )
        state = st.selectbox(
            "State",
            list(STATES),
            index=None,
            format_func=STATES.__getitem__,
            placeholder="Any state",
            label_visibility="collapsed",
            width=160,
            key="find_state",
        )
    return wanted, collection, state


def _documents(counts: DeltaGenerator, was_busy: bool) -> None:
    client = connection.client()
    if progress.is_busy() != was_busy or "document" in st.query_params:
        st.rerun()
    notice.draw()
    with counts:
        _counts()
    progress.draw()
    wanted, collection, state = _filters([each.name for each in connection.collections()])
    place = f"{wanted}|{collection}|{state}"
    if st.session_state.get("listed") != place:
        st.session_state["listed"], st.session_state["leaf"] = place, 0
    leaf = int(st.session_state["leaf"])
    total = connection.documents(q=wanted or None, collection=collection, state=state, limit=1).total
    last = max(0, total - leaf * PER_PAGE)  # the API lists in the order they came, the page the latest first
    first = max(0, last - PER_PAGE)
    listed = connection.documents(
        q=wanted or None, collection=collection, state=state, limit=max(1, last - first), offset=first
    )
    if not total:
        _nothing(wanted, collection, state)
        return
    with st.container(border=True, key="documents"):
        component("documents")(
            key="documents_table",
            data={"rows": [_row(each) for each in reversed(listed.documents)]},
            on_open_change=_opened,
            on_retry_change=_retried,
            on_delete_change=lambda: None,
        )
    asked = st.session_state["documents_table"].get("delete")
    if asked:
        deletion.confirm(client, client.document(asked))
    _turning(leaf, total)


def _opened() -> None:
    if chosen := st.session_state["documents_table"].get("open"):
        st.query_params.from_dict({"document": chosen})


def _retried() -> None:
    if chosen := st.session_state["documents_table"].get("retry"):
        progress.read_again(connection.client(), chosen)


def _turning(leaf: int, total: int) -> None:
    first, last = leaf * PER_PAGE + 1, min(total, (leaf + 1) * PER_PAGE)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        st.caption(
            amount(total, "document") if total <= PER_PAGE else f"{first:,}–{last:,} of {total:,}", width="content"
        )
        if total <= PER_PAGE:
            return
        back = st.button("", icon=":material/chevron_left:", help="Previous", disabled=not leaf, key="leaf_back")
        on = st.button("", icon=":material/chevron_right:", help="Next", disabled=last >= total, key="leaf_on")
    if back or on:
        st.session_state["leaf"] = leaf + (1 if on else -1)
        st.rerun(scope="fragment")


def _nothing(wanted: str, collection: str | None, state: DocumentState | None) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.space("small")
        if wanted or collection or state:
            st.markdown("**No document fits**", text_alignment="center")
            st.caption("Change or clear what you look for above.", text_alignment="center")
        else:
            st.markdown("**The library is empty**", text_alignment="center")
            st.caption(
                "Drop PDFs above. Each page is read on this machine; you can ask as soon as the first are done.",
                text_alignment="center",
            )
        st.space("small")


def _row(each: Document) -> Mapping[str, Any]:
    partly = each.state == "done" and each.pages_failed > 0
    reading = each.state == "reading" and each.pages > 0
    said = STATES[each.state]
    if reading:
        said = f"{each.pages_done + each.pages_failed} of {each.pages}"
    if partly:
        said = f"{amount(each.pages_failed, 'page')} failed"
    return {
        "id": each.id,
        "name": each.name,
        "title": "" if each.title == each.name else each.title,
        "state": "partly" if partly else each.state,
        "state_text": said,
        "error": unlock.reason(each) if each.state == "failed" else "",
        "progress": (each.pages_done + each.pages_failed) / each.pages if reading else None,
        "pages": f"{each.pages:,}" if each.pages else "",
        "collections": list(each.collections),
        "size": size(each.size_bytes),
        "added": ago(each.added_at),
        "retry": (each.state == "failed" and not each.needs_password) or partly,
    }
