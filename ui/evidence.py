"""The proof beside an answer: the page, with the words that were quoted marked."""

import streamlit as st

from docqa.client import Client, EvidencePage, NotInLibrary
from docqa.types import Box
from ui import connection, talk
from ui.talk import Pick
from ui.text import escaped, plain
from ui.turns import Turn

HOW_READ = {"layer": "text layer", "ocr": "read by OCR", "none": "image only"}
PAGES_TTL_S = 60
COPIES = 3  # of a page that are named
ROW = 6  # labels beside each other, at most


def draw(client: Client, turn: Turn, pick: Pick) -> None:
    """Draw the picked page of evidence, with the ways to the others."""
    shown = next(page for page in turn.evidence if page.label == pick.label)
    number = pick.page or shown.page
    try:
        last = _pages(connection.api_url(), shown.document_id)
    except NotInLibrary:
        _gone(shown)
        return
    _head(turn, shown, number, last)
    view = _controls(turn, pick, shown, number, last)
    with st.container(key="proof_page"):
        try:
            if view == "Text":
                _text(client, shown, number)
            else:
                _image(turn, shown, number)
        except NotInLibrary as error:
            if _is_gone(client, shown.document_id):
                _gone(shown)
            else:
                st.info(plain(str(error)), icon=":material/hourglass_empty:")


def _is_gone(client: Client, document_id: str) -> bool:
    try:
        client.document(document_id)
    except NotInLibrary:
        return True
    return False


def _gone(shown: EvidencePage) -> None:
    st.warning(f"{plain(shown.document)} was deleted: its pages are gone.", icon=":material/delete:")


def _head(turn: Turn, shown: EvidencePage, number: int, last: int) -> None:
    own = number == shown.page
    place = f"page {number} of {last}" if last else f"page {number}"
    details = ", ".join(
        filter(None, (place, _said(turn, shown, own), HOW_READ[shown.source] if own else "", _also_on(shown, own)))
    )
    label = f"[{shown.label}]" if own else f"near [{shown.label}]"
    st.html(
        f"<div style='line-height:1.35;overflow-wrap:anywhere'><b style='font-size:1.05em'>{escaped(label)}&ensp;"
        f"{escaped(shown.document)}</b><br><span style='opacity:.75;font-size:.92em'>{escaped(details)}</span></div>"
    )


def _also_on(shown: EvidencePage, own: bool) -> str:
    """Where else the same text stands."""
    places = [f"{each.document} p. {each.page}" for each in shown.also_on[:COPIES]]
    more = len(shown.also_on) - len(places)
    return f"the same text on {'; '.join(places)}{f' and {more} more' if more else ''}" if own and places else ""


def _said(turn: Turn, shown: EvidencePage, own: bool) -> str:
    """What the answer makes of the page."""
    cited = turn.cited(shown.label)
    if not own:
        return "not part of the evidence"
    if turn.not_found:
        return "among the nearest"
    if turn.running:
        return "being read"
    if not cited:
        return "read, not quoted"
    return (
        "quoted in the answer" if all(each.supported for each in cited) else "cited, but its words do not bear it out"
    )


def _controls(turn: Turn, pick: Pick, shown: EvidencePage, number: int, last: int) -> str:
    labels = sorted(page.label for page in turn.evidence)
    place = labels.index(pick.label)
    following = labels[place + 1] if place + 1 < len(labels) else None
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="proof_evidence"):
        _step("Previous evidence", ":material/keyboard_double_arrow_left:", turn, labels[place - 1] if place else None)
        chosen = _choice(turn, pick, labels)
        _step("Next evidence", ":material/keyboard_double_arrow_right:", turn, following)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proof_pages"):
        _leaf("Previous page", ":material/chevron_left:", at(turn, shown, number - 1), number > 1)
        st.caption(f"p. {number}", width="content")
        _leaf("Next page", ":material/chevron_right:", at(turn, shown, number + 1), number < last)
        st.space("stretch")
        st.page_link(
            st.session_state["pages"]["library"],
            label="Open",
            icon=":material/open_in_new:",
            help="This page in its document, with how each was read",
            query_params={"document": shown.document_id, "page": str(number)},
        )
        view = st.segmented_control(
            "View", ["Page", "Text"], default="Page", required=True, label_visibility="collapsed", key="proof_view"
        )
    if chosen is not None and chosen != pick.label:
        talk.pick(Pick(turn.id, chosen))
        st.rerun(scope="fragment")
    return view or "Page"


def _choice(turn: Turn, pick: Pick, labels: list[int]) -> int | None:
    """Every page of evidence to choose from: a row of labels, or a list if they are many."""
    key = f"labels_{turn.id}_{pick.label}_{len(labels)}"
    if len(labels) <= ROW:
        return st.pills("Evidence", labels, default=pick.label, required=True, label_visibility="collapsed", key=key)
    names = {page.label: f"[{page.label}] {page.document}, p. {page.page}" for page in turn.evidence}
    return st.selectbox(
        "Evidence",
        labels,
        index=labels.index(pick.label),
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key=key,
        width="stretch",
    )


def _step(label: str, icon: str, turn: Turn, to: int | None) -> None:
    st.button(
        "",
        icon=icon,
        help=label,
        key=f"step_{label}",
        type="tertiary",
        disabled=to is None,
        on_click=talk.pick,
        args=(Pick(turn.id, to or 0),),
    )


def at(turn: Turn, shown: EvidencePage, number: int) -> Pick:
    """A page of the document that is shown: under its own label where it is evidence, else as near to what is shown."""
    for page in turn.evidence:
        if (page.document_id, page.page) == (shown.document_id, number):
            return Pick(turn.id, page.label)
    return Pick(turn.id, shown.label, number)


def _leaf(label: str, icon: str, to: Pick, possible: bool) -> None:
    st.button(
        "",
        icon=icon,
        help=label,
        key=f"leaf_{label}",
        disabled=not possible,
        on_click=talk.pick,
        args=(to,),
    )


def _image(turn: Turn, shown: EvidencePage, number: int) -> None:
    boxes, said = _marks(turn, shown) if number == shown.page else ((), "")
    image = connection.page_image(shown.document_id, number, boxes)
    if said:
        st.caption(said)
    st.image(image, width="stretch", alt=f"Page {number} of {shown.document}")


def _marks(turn: Turn, shown: EvidencePage) -> tuple[tuple[Box, ...], str]:
    """The boxes to draw, and what they are."""
    quoted = tuple(box for citation in turn.cited(shown.label) for box in citation.boxes)
    if quoted:
        return quoted, ""
    if turn.running or not shown.passages:
        return (), ""
    return shown.passages[0].boxes, "Marked: the passage that came nearest. Nothing of it is quoted."


def _text(client: Client, shown: EvidencePage, number: int) -> None:
    text = client.page(shown.document_id, number).text
    if text.strip():
        with st.container(height=720, border=False):
            st.text(text)
    else:
        st.info("This page has no text: it is a picture. See the page itself.", icon=":material/image:")


@st.cache_data(ttl=PAGES_TTL_S, show_spinner=False)
def _pages(url: str, document_id: str) -> int:
    return connection.client().document(document_id).pages
