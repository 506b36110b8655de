"""One document: its pages, and how each was read."""

from functools import partial

import streamlit as st

from docqa.client import Client, DocumentDetail, NotInLibrary, PageState
from ui import connection, deletion, describing, notice, offline, progress, scope, talk, unlock
from ui.components import component
from ui.text import ago, amount, duration, plain, ranges, size

BUSY_S = 1.5  # between two looks while it is read
KINDS = {
    "layer": "text layer",
    "ocr": "read by OCR",
    "none": "image only",
    "failed": "failed",
    "queued": "not read yet",
}


def draw(client: Client, document_id: str) -> None:
    """Draw it, with the page that the address names."""
    if st.button("Library", icon=":material/arrow_back:", type="tertiary", key="back"):
        st.query_params.clear()
        st.rerun()
    try:
        document = client.document(document_id)
    except NotInLibrary:
        st.info("This document is not in the library: it was deleted, or never was.", icon=":material/delete:")
        return
    busy = document.state in ("queued", "reading")
    st.fragment(offline.guarded(_document), run_every=BUSY_S if busy else None)(document_id, busy)


def _document(document_id: str, was_busy: bool) -> None:
    client = connection.client()
    notice.draw()
    try:
        document = client.document(document_id)
    except NotInLibrary:
        st.rerun()
    if was_busy != (document.state in ("queued", "reading")):
        st.rerun()
    _head(client, document)
    if not document.pages:
        return
    number = _number(document)
    _strip(document, number)
    state = next((each for each in document.page_states if each.page == number), None)
    with st.container(key="pair_page"):
        left, right = st.columns([56, 44], gap="large")
    with left, st.container(key="leaf"):
        _turning(number, document.pages, state)
        _page(document, number, state)
    with right:
        st.markdown("**Text of this page**")
        _text(client, document, number, state)


def _head(client: Client, document: DocumentDetail) -> None:
    with st.container(horizontal=True, vertical_alignment="top", key="document_head"):
        with st.container(gap="xxsmall"):
            st.header(plain(document.name), anchor=False)
            if document.title and document.title != document.name:
                st.caption(plain(document.title))
            if known := describing.line(document):
                st.caption(known)
            st.caption(_facts(document))
        if document.pages_done and st.button("Ask about it", icon=":material/forum:", type="primary", key="ask_about"):
            scope.only(document.id, document.name)
            talk.leave()
            st.switch_page(st.session_state["pages"]["ask"])
        st.download_button(
            "Download",
            partial(client.file, document.id),
            document.name,
            "application/pdf",
            icon=":material/download:",
            help="The PDF as it was added",
            on_click="ignore",
            key="download",
        )
        if _can_be_retried(document) and st.button(
            "Read again", icon=":material/refresh:", help="Reads again what failed", key="read_again"
        ):
            progress.read_again(client, document.id)
            st.rerun()
        if st.button(
            "Correct", icon=":material/edit:", help="Its title, whose it is, its year", key="correct_document"
        ):
            describing.form(client, document)
        if st.button("Delete", icon=":material/delete:", key="delete_document"):
            deletion.confirm(client, document)
    if document.state == "failed":
        st.error(plain(unlock.reason(document)), icon=":material/error:")
        if document.needs_password:
            unlock.ask(client, document)
    elif document.state != "done":
        done = document.pages_done + document.pages_failed
        st.progress(done / document.pages if document.pages else 0.0, text=_pace(document, done))


def _can_be_retried(document: DocumentDetail) -> bool:
    return not document.needs_password and (document.state == "failed" or document.pages_failed > 0)


def _facts(document: DocumentDetail) -> str:
    places = ", ".join(dict.fromkeys(f"{plain(each.collection)}" for each in document.sources))
    facts = [amount(document.pages, "page"), size(document.size_bytes), f"added {ago(document.added_at)}"]
    if places:
        facts.append(f"in {places}")
    return " · ".join(facts)


def _pace(document: DocumentDetail, done: int) -> str:
    if not document.pages:
        return "Waiting for its turn"
    said = f"{done} of {amount(document.pages, 'page')}"
    if document.pages_per_minute:
        said += f", {document.pages_per_minute:,.0f} pages a minute"
    if document.eta_s is not None:
        said += f", about {duration(document.eta_s)} left"
    return said


def _number(document: DocumentDetail) -> int:
    asked = st.query_params.get("page", "1")
    return min(max(1, int(asked) if asked.isdigit() else 1), document.pages)


def _kind(state: PageState) -> str:
    return state.state if state.state != "done" else state.source or "none"


def _strip(document: DocumentDetail, number: int) -> None:
    def opened() -> None:
        if chosen := st.session_state["pages_strip"].get("open"):
            st.query_params["page"] = str(int(chosen))

    by_kind: dict[str, list[int]] = {}
    for each in document.page_states:
        by_kind.setdefault(_kind(each), []).append(each.page)
    component("pages")(
        key="pages_strip",
        data={
            "document": document.id,
            "pages": [
                {
                    "page": each.page,
                    "kind": _kind(each),
                    "title": f"Page {each.page}: {each.error or KINDS[_kind(each)]}",
                }
                for each in document.page_states
            ],
            "now": number,
            "legend": [
                {"kind": kind, "text": f"{name}: {len(by_kind[kind]):,}"}
                for kind, name in KINDS.items()
                if kind in by_kind
            ],
        },
        on_open_change=opened,
    )
    for reason, pages in _failures(document).items():
        st.warning(f"p. {ranges(pages)}: {plain(reason)}", icon=":material/error:")


def _failures(document: DocumentDetail) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in document.page_states:
        if each.state == "failed":
            found.setdefault(each.error or "failed", []).append(each.page)
    return found


def _turning(number: int, last: int, state: PageState | None) -> None:
    def turn(to: int) -> None:
        st.query_params["page"] = str(to)

    how = KINDS[_kind(state)] if state else KINDS["queued"]
    with st.container(horizontal=True, vertical_alignment="center", key="leaf_turning"):
        st.markdown(f"**Page {number}** of {last} · {how}", width="stretch")
        st.button(
            "",
            icon=":material/chevron_left:",
            help="Previous page",
            disabled=number <= 1,
            on_click=turn,
            args=(number - 1,),
        )
        st.button(
            "",
            icon=":material/chevron_right:",
            help="Next page",
            disabled=number >= last,
            on_click=turn,
            args=(number + 1,),
        )


def _page(document: DocumentDetail, number: int, state: PageState | None) -> None:
    if state is None or state.state != "done":
        st.info(
            "There is no image of this page"
            + (": it was not read yet." if not state or state.state == "queued" else ".")
        )
        return
    image = connection.page_image(document.id, number)
    st.image(image, width="stretch", alt=f"Page {number} of {document.name}")


def _text(client: Client, document: DocumentDetail, number: int, state: PageState | None) -> None:
    if state is None or state.state == "queued":
        st.caption("Not read yet.")
        return
    if state.state == "failed":
        st.caption("It could not be read.")
        return
    text = client.page(document.id, number).text
    if text.strip():
        with st.container(height=760, border=True, key="page_text"):
            st.text(text)
    else:
        st.caption("None: this page is a picture. Its image is what a vision model is shown.")
