"""A page's text as it is read: tables with bars between the cells, each figure below the head of its column. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from docqa.text.columns import Cell, Column, Row, columns_of, places_of
from docqa.text.hyphens import without_soft
from docqa.text.tables import Table, cells, tables
from docqa.types import Box, Page, Span, around

SAME_ROW = 0.5  # of the lower one's height that two cells share, if they stand on one row

_LINE = re.compile(r"[^\n]+")


def as_read(quote: str) -> str:
    """A quote as it is read: prose on one line, each row of a table on its own with bars between the cells."""
    return _joined(_read(quote))


def as_quoted(page: Page, spans: Sequence[Span]) -> str:
    """Quotes of a page, each a span of its text, as they are read; what is of a table stands in its columns."""
    return "\n".join(_joined(_quoted(page, *span)) for span in spans)


def readable(page: Page) -> str:
    """The text of a page as it is read; what is no table in it stays as it is."""
    text, end = "", 0
    for table in tables(page.text):
        text += page.text[end : table.opening] + "\n".join(_laid_out(page, table))
        end = table.end
    return text + page.text[end:]


def _joined(rows: Iterable[str]) -> str:
    """Rows on lines of their own if they have bars, the others one after the other."""
    read = ""
    for row in rows:
        separator = "\n" if "|" in row or "|" in read.rpartition("\n")[2] else " "
        read += (separator if read else "") + row
    return read


def _read(text: str) -> Iterator[str]:
    for row in filter(str.strip, without_soft(text).split("\n")):
        shown = [" ".join(row[start:end].split()) for start, end in cells(row)]
        yield " | ".join(cell for cell in shown if cell)


def _quoted(page: Page, start: int, end: int) -> Iterator[str]:
    for table in tables(page.text):
        if start < table.end and table.opening < end:
            yield from _read(page.text[start : table.opening])
            columns = columns_of(*_above_and_body(page, table))
            above, body = _above_and_body(page, table, start, end)
            yield from (_with_bars(row, columns) if len(row) > 1 else row[0].text for row in [*above, *body])
            start = min(end, table.end)
    yield from _read(page.text[start:end])


def _laid_out(page: Page, table: Table) -> Iterator[str]:
    above, body = _above_and_body(page, table)
    columns = columns_of(above, body)
    first = next((place for place, row in enumerate(above) if len(row) > 1), len(above))
    yield from (row[0].text for row in above[:first])
    yield from (_with_bars(row, columns) for row in [*above[first:], *body])


def _above_and_body(page: Page, table: Table, start: int = 0, end: int | None = None) -> tuple[list[Row], list[Row]]:
    """The rows of a table's opening and the others, those of them in text[start:end]."""
    stop = len(page.text) if end is None else end
    above = _rows(page, max(start, table.opening), min(stop, table.start))
    body = _rows(page, max(start, table.start), min(stop, table.end))
    return (_by_place(above, body) if page.source == "layer" else above), body  # what was scanned may lie on its side


def _rows(page: Page, start: int, end: int) -> list[Row]:
    rows = []
    for line in _LINE.finditer(page.text, start, end):
        spans = [(line.start() + first, line.start() + last) for first, last in cells(line.group())]
        found = [(page.text[slice(*span)], page.words.within(*span)) for span in spans]
        rows.append([Cell(" ".join(text.split()), around(words.boxes)) for text, words in found if words])
    return [row for row in rows if row]


def _by_place(rows: Sequence[Row], body: Sequence[Row]) -> list[Row]:
    """The cells row by row as they stand on the page: heads of two lines come one after the other in many files.

    They run the way that the body runs.
    """
    placed: list[Row] = []
    for cell in sorted((cell for row in rows for cell in row), key=lambda cell: cell.box.y0 + cell.box.y1):
        if placed and _share(placed[-1][0].box, cell.box) > SAME_ROW:
            placed[-1].append(cell)
        else:
            placed.append([cell])
    to_the_left = 2 * sum(row[-1].box.x0 < row[0].box.x0 for row in body) > len(body)
    return [sorted(row, key=lambda cell: cell.box.x0, reverse=to_the_left) for row in placed]


def _share(a: Box, b: Box) -> float:
    """How much of the lower box's height the two share."""
    return (min(a.y1, b.y1) - max(a.y0, b.y0)) / max(min(a.y1 - a.y0, b.y1 - b.y0), 0.1)


def _with_bars(row: Row, columns: Sequence[Column]) -> str:
    """A row with each cell in its column; as it stands if it has no fewer cells than there are columns."""
    if len(row) >= len(columns):
        return " | ".join(cell.text for cell in row)
    places = places_of(row, columns)
    shown = [""] * (places[-1] + 1)
    for cell, place in zip(row, places, strict=True):
        shown[place] = cell.text
    return " ".join(" | ".join(shown).split())
