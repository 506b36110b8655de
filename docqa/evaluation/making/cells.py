"""Questions for single figures of a page's tables. Pure."""

import re
from collections.abc import Iterator, Mapping
from random import Random

from docqa.evaluation.making.candidates import Candidate
from docqa.evaluation.making.wording import reworded, uncapitalised
from docqa.text.sentences import sentences
from docqa.text.tables import column_heads
from docqa.text.words import stems
from docqa.types import Page

LABEL_WORDS = 10  # of a row, at most
HEAD_WORDS = 6  # of a column, at most
ANSWER_LETTERS = 25
FEW_PAGES = 2  # on which a label of one word may stand

_CELL = re.compile(r"[^\t\n]+")
_UNITS = " $€£%\u00a0"
_FIGURE = re.compile(r"\(?[-+–−]?[$€£]?\s?\d[\d,.]*\s?%?\)?(?:\s\w+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PERIOD = re.compile(
    r"(?:(?:FY|Q[1-4]|fiscal|year|quarter|as of|ended|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    r"|\d{1,2},?|(?:19|20)?\d\d)\s*)+",
    re.IGNORECASE,
)
_DAY = re.compile(r"\b\d{1,2},? (?:19|20)\d\d")
_LABEL = re.compile(r"[^\W\d_][^%$€£<>=]*")
_FOOTNOTE = re.compile(r"\s*[(\[][^)\]]*[)\]]|[*†‡:]+$|\.{2,}.*$")

Span = tuple[int, int]  # of the page's text


def candidates(page: Page, rarity: Mapping[str, int], random: Random) -> Iterator[Candidate]:
    """A question for one figure of each row whose columns' heads are clear.

    `rarity`: on how many pages of the document each stem stands. A row of one word that many have, such as "Other", is
    left out.
    """
    for row in sentences(page.text):
        if not row.row:
            continue
        heads = column_heads(page.text, row.start)
        cells = _cells(page.text, row.start, row.end)
        if heads is None or len(cells) < 2:
            continue
        pairs = [
            (cell, head)
            for cell, head in _paired(page, cells[1:], _cells(page.text, *heads))
            if _is_figure(page.text[slice(*cell)]) and _is_head(page.text[slice(*head)])
        ]
        label = _FOOTNOTE.sub("", page.text[slice(*cells[0])]).strip(" ,.–-")
        if pairs and _is_label(label, rarity):
            yield _candidate(page, label, *random.choice(pairs), random)


def _candidate(page: Page, label: str, cell: Span, head: Span, random: Random) -> Candidate:
    column = " ".join(page.text[slice(*head)].split()).strip(" ,:$€£")
    about = reworded(uncapitalised(label), random)
    if _PERIOD.fullmatch(column):
        at = "as of" if _DAY.search(column) else "in"
        asks = random.choice((f"what was {about} {at} {column}", f"how much was {about} {at} {column}"))
    else:
        asks = random.choice((f"what is the {column} of {about}", f"what is given for {about} under {column}"))
    return Candidate(
        kind="table",
        page=page.number,
        asks=asks,
        answer=page.text[slice(*cell)].strip(_UNITS.replace("%", "")),
        keys=frozenset(stems(label)),
        context=frozenset(stems(column)),
        boxes=page.boxes(*cell),
    )


def _cells(text: str, start: int, end: int) -> list[Span]:
    """Cells of a row, without those that hold a unit alone."""
    return [found.span() for found in _CELL.finditer(text, start, end) if found.group().strip(_UNITS + ")")]


def _paired(page: Page, cells: list[Span], heads: list[Span]) -> Iterator[tuple[Span, Span]]:
    """Each cell with the head of its column: those that agree in order and in place; none if two heads are alike."""
    heads = heads[-len(cells) :]
    texts = [page.text[slice(*head)].strip() for head in heads]
    if len(heads) != len(cells) or len(set(texts)) < len(texts):
        return
    for cell, head in zip(cells, heads, strict=True):
        middle = _middle(page, cell)
        if middle is not None and head == min(heads, key=lambda other: abs((_middle(page, other) or 0.0) - middle)):
            yield cell, head


def _middle(page: Page, span: Span) -> float | None:
    boxes = page.boxes(*span)
    return (boxes[0].x0 + boxes[0].x1) / 2 if boxes else None


def _is_label(label: str, rarity: Mapping[str, int]) -> bool:
    """Whether it names something: words, not a share or a period."""
    words = stems(label)
    return (
        bool(_LABEL.fullmatch(label) and words)
        and (len(words) > 1 or rarity.get(min(words), 0) <= FEW_PAGES)
        and not _PERIOD.fullmatch(label)
        and len(label.split()) <= LABEL_WORDS
    )


def _is_figure(cell: str) -> bool:
    cell = cell.strip(_UNITS)
    return len(cell) <= ANSWER_LETTERS and bool(_FIGURE.fullmatch(cell)) and not _YEAR.fullmatch(cell)


def _is_head(head: str) -> bool:
    return bool(stems(head)) and len(head.split()) <= HEAD_WORDS
