"""Running heads and feet: rows that stand at the same place on several pages, and page numbers. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import sub
from statistics import median
from typing import NamedTuple

from docqa.text.tables import is_head_of_columns, stands_above_table
from docqa.types import Page, Span
from ingest.numbering import PAGE, TOTAL

MARGIN = 0.1  # share of a page's height, at its top and at its bottom, where they stand
NEAR = 4  # pages before and after a page with which it is compared
OTHERS = 2  # of these on which a row stands, if it is a running one
SAME_PLACE = 0.004  # share of the page's height
PARTS = 3  # of a running head: left, middle, right; more cells are the heads of a table over several pages
LETTERS = 300  # of a row, at most
LARGE = 1.4  # times the usual height of a word: the title of a slide, which may be that of the next, too

_MARK = re.compile(  # the numbers by which a page says which one it is, and of how many: "Page 3 of 12", "1/6", "- 3 -"
    rf"[\s|]*{PAGE}\d{{1,4}}{TOTAL}\b|^{PAGE}\d{{1,4}}\b[\s|]*|[\s|]*{PAGE}\d{{1,4}}$"
    rf"|^\d{{1,3}}{TOTAL}(?=[\s|]|$)[\s|]*|(?:^|[\s|]+)\d{{1,3}}{TOTAL}$"
    r"|[\s|]*(?<!\w)[-–—]\s*\d{1,4}\s*[-–—]$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:\d{1,4}|[ivxl]+)\b[\s|]*|[\s|]*\b(?:\d{1,4}|[ivxl]+)$")  # else, beside words or alone
_LETTER = re.compile(r"[^\W\d_]")


class EdgeRow(NamedTuple):
    """A row at the top or bottom of a page."""

    span: Span
    place: float  # of its middle, as a share of the page's height
    text: str  # without the numbers of the page, else without one at its start or else at its end


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
        without = _without_number(text)
        is_wide = text.count("\t") >= PARTS
        if not (is_head_of_columns(without) and (is_wide or stands_above_table(page.text, end))):
            rows.append(EdgeRow((start, end), place, without))
    return tuple(rows)


def with_running(page: Page, near: Mapping[int, Sequence[EdgeRow]]) -> Page:
    """The page with its running rows, told from the edge rows of pages by number: none if they are all its text.

    What they say is text of the first page that has them, unless it is a mere number.
    """
    before = [near[n] for n in range(page.number - NEAR, page.number) if n in near]
    after = [near[n] for n in range(page.number + 1, page.number + NEAR + 1) if n in near]
    rows = [row for row in near.get(page.number, ()) if _stands_on(row, [*before, *after]) >= OTHERS]
    if sum(end - start for start, end in (row.span for row in rows)) >= len("".join(page.text.split())):
        rows = []
    first = [row for row in rows if _LETTER.search(row.text) and not _stands_on(row, before)]
    return replace(page, running=tuple(row.span for row in rows), first_running=tuple(row.span for row in first))


def _without_number(row: str) -> str:
    without, marks = _MARK.subn("", row)
    return without if marks else _NUMBER.sub("", row, count=1)


def _stands_on(row: EdgeRow, pages: Iterable[Sequence[EdgeRow]]) -> int:
    """How many of the pages have the row at the same place."""
    return sum(
        any(other.text == row.text and abs(other.place - row.place) < SAME_PLACE for other in rows) for rows in pages
    )
