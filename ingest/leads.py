"""What the text of a page goes on from: the heads of a table, the caption of a figure, the lead of a list. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

from docqa.text.tables import Table, is_head_of_columns, tables
from docqa.types import Page, Span

CAPTION_WORDS = 40  # of a caption: its first ones
LABEL_WORDS = 4  # in a row of a block of labels, on average: charts are full of them
LIST_WORDS = 40  # of the lead of a list: its last ones
LIST_LETTERS = 2000  # before a list in which its lead is looked for
TAIL_WORDS = 12  # at most, after a table that goes on on the next page

_GAP = re.compile(r"\n\s*\n")
_ROW = re.compile(r"[^\n]+")
_CAPTION = re.compile(
    r"(?:(?P<figure>figure|fig\.|chart|graph|diagram)|table|exhibit)\s+[A-Z]{0,2}[-.]?\d+(?:[-.]\d+)*[a-z]?"
    r"(?:\s*[:.|–—-]\s|\t|\s*$|\s+(?=(?-i:[A-Z])))",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;]\s+")
_ITEM = re.compile(r"(?:[•●▪■□○◦‣∙·*>–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]+)[.)])\s")


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table that may go on on the next page."""

    opening: str  # its title and the heads of its columns
    columns: int


@dataclass(frozen=True, slots=True)
class Lead:
    """Words that whatever begins within text[start:end] of a page goes on from."""

    text: str
    at: int  # where they stand in the page's text; -1 if on a page before
    start: int
    end: int

    def is_missed_by(self, start: int, end: int) -> bool:
        """Whether text[start:end] goes on from them without holding them."""
        return self.start <= start < self.end and not start <= self.at < end


def leads(page: Page, table: OpenTable | None) -> list[Lead]:
    """What stands on a page, or before it if that ends with a `table`, and other text on the page goes on from."""
    body = page.body
    return [*_of_captions(page, body), *_of_tables(page, body, table), *_of_lists(body)]


def open_table(page: Page, before: OpenTable | None) -> OpenTable | None:
    """The table with which a page ends; `before` is the one with which the page before ends."""
    body = page.body
    found = tables(body)
    if not found or len(body[found[-1].end :].split()) > TAIL_WORDS:
        return None
    if before and len(found) == 1 and _continues(page, body, found[0], before):
        return before
    return OpenTable(_as_line(body[found[-1].opening : found[-1].start]), found[-1].columns)


def _of_tables(page: Page, body: str, before: OpenTable | None) -> Iterator[Lead]:
    for place, table in enumerate(tables(body)):
        if before and place == 0 and _continues(page, body, table, before):
            yield Lead(before.opening, -1, 0, table.end)
        elif table.opening < table.start:
            yield Lead(_as_line(body[table.opening : table.start]), table.opening, table.opening + 1, table.end)


def _continues(page: Page, body: str, table: Table, before: OpenTable) -> bool:
    """Whether the first table of a page goes on from the page before: it has its columns, but no title or heads."""
    above = body[: table.start]
    return (
        table.columns == before.columns
        and len(above.split()) <= LABEL_WORDS
        and not any(is_head_of_columns(row.group()) for row in _ROW.finditer(above))
        and not any(heading.start < table.start for heading in page.headings)
    )


def _of_captions(page: Page, body: str) -> Iterator[Lead]:
    """The captions, for the labels of the figure or the rows of the table that stand beside them."""
    blocks = list(_blocks(body))
    headings = {heading.start for heading in page.headings}
    for place, (start, end) in enumerate(blocks):
        caption = _CAPTION.match(body, start, end)
        if not caption:
            continue
        above = list(takewhile(lambda block: _is_labels(body, block), reversed(blocks[:place])))
        below = list(takewhile(lambda block: block[0] not in headings and _is_labels(body, block), blocks[place + 1 :]))
        if near := (above or below) if caption["figure"] else (below or above):
            text = " ".join(body[start:end].split()[:CAPTION_WORDS])
            yield Lead(text, start, min(near)[0], max(near)[1])


def _blocks(body: str) -> Iterator[Span]:
    start = 0
    for gap in _GAP.finditer(body):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if body[start:].strip():
        yield start, len(body)


def _is_labels(body: str, block: Span) -> bool:
    """Whether a block is rows of a table or labels of a figure, and no caption."""
    rows = body[slice(*block)].split("\n")
    cells = sum("\t" in row for row in rows)
    short = sum(len(row.split()) for row in rows) <= LABEL_WORDS * len(rows)
    return (short or 2 * cells > len(rows)) and not _CAPTION.match(body, *block)


def _of_lists(body: str) -> Iterator[Lead]:
    """What ends with a colon before the first item of a list, for the items."""
    at = start = end = -1
    for before, row in pairwise(_ROW.finditer(body)):
        is_item = bool(_ITEM.match(row.group()))
        if at >= 0 and not is_item and row.start() > before.end() + 1:
            yield Lead(_last_sentence(body, start), at, start, end)
            at = -1
        if at < 0 and is_item and before.group().rstrip().endswith(":"):
            at, start = before.start(), row.start()
        end = row.end()
    if at >= 0:
        yield Lead(_last_sentence(body, start), at, start, end)


def _last_sentence(body: str, end: int) -> str:
    block = body[max(0, end - LIST_LETTERS) : end].rstrip().rpartition("\n\n")[2]
    return " ".join(_SENTENCE_END.split(block)[-1].split()[-LIST_WORDS:])


def _as_line(rows: str) -> str:
    cells = (" ".join(cell.split()) for cell in rows.replace("\n", " ").split("\t"))
    return " | ".join(cell for cell in cells if cell)
