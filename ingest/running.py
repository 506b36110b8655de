"""Running heads and feet: rows that stand at the same place on several pages, and page numbers. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import sub
from statistics import median
from typing import NamedTuple

from docqa.tables import is_head_of_columns
from docqa.types import Page, Span

MARGIN = 0.1  # share of a page's height, at its top and at its bottom, where they stand
NEAR = 4  # pages before and after a page with which it is compared
OTHERS = 2  # of these on which a row stands, if it is a running one
SAME_PLACE = 0.004  # share of the page's height
LETTERS = 300  # of a row, at most
LARGE = 1.4  # times the usual height of a word: the title of a slide, which may be that of the next, too

_NUMBER = re.compile(r"^(?:\d{1,4}|[ivxl]+)\b[\s|]*|[\s|]*\b(?:\d{1,4}|[ivxl]+)$")  # of a page, beside words or alone


class EdgeRow(NamedTuple):
    """A row at the top or bottom of a page."""

    span: Span
    place: float  # of its middle, as a share of the page's height
    text: str  # without a number at its start or else at its end


def edge_rows(page: Page) -> tuple[EdgeRow, ...]:
    """The rows of a page that may be running ones."""
    if not page.words:
        return ()
    large = LARGE * median(map(sub, page.words.y1, page.words.y0))
    rows = []
    for start, end, box, words in page.words.by_row():
        place = (box.y0 + box.y1) / 2 / page.height
        text = page.text[start:end]
        is_upright = words > 1 and box.y1 - box.y0 > box.x1 - box.x0  # beside the text, as a stamp
        is_inside = MARGIN < place < 1 - MARGIN or box.y1 - box.y0 > large
        if len(text) > LETTERS or (is_inside and not is_upright):
            continue
        without = _NUMBER.sub("", text, count=1)
        if not is_head_of_columns(without):  # that of a table over several pages
            rows.append(EdgeRow((start, end), place, without))
    return tuple(rows)


def running(page: Page, near: Mapping[int, Sequence[EdgeRow]]) -> tuple[Span, ...]:
    """Where the running rows of a page stand in its text, told from the edge rows of pages by number.

    None do if they are all the text of the page.
    """
    others = [near[n] for n in range(page.number - NEAR, page.number + NEAR + 1) if n in near and n != page.number]
    spans = tuple(row.span for row in near.get(page.number, ()) if _stands_on(row, others) >= OTHERS)
    return spans if sum(end - start for start, end in spans) < len("".join(page.text.split())) else ()


def _stands_on(row: EdgeRow, pages: Iterable[Sequence[EdgeRow]]) -> int:
    """How many of the pages have the row at the same place."""
    return sum(
        any(other.text == row.text and abs(other.place - row.place) < SAME_PLACE for other in rows) for rows in pages
    )
