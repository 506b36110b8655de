"""A page's text as it is read: tables with bars between the cells, each figure below the head of its column. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docqa.hyphens import without_soft
from docqa.tables import Table, cells, tables
from docqa.types import Box, Page, around

SAME_ROW = 0.5  # of the lower one's height that two cells share, if they stand on one row

_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    box: Box


_Row = list[_Cell]  # left to right
_Column = tuple[float, float]  # its left and right edge, points


def as_read(quote: str) -> str:
    """A quote as it is read: prose on one line, each row of a table on its own with bars between the cells."""
    read = ""
    for row in filter(str.strip, without_soft(quote).split("\n")):
        shown = [" ".join(row[start:end].split()) for start, end in cells(row)]
        separator = "\n" if len(shown) > 1 or "|" in read.rpartition("\n")[2] else " "
        read += (separator if read else "") + " | ".join(cell for cell in shown if cell)
    return read


def readable(page: Page) -> str:
    """The text of a page as it is read; what is no table in it stays as it is."""
    text, end = "", 0
    for table in tables(page.text):
        text += page.text[end : table.opening] + "\n".join(_laid_out(page, table))
        end = table.end
    return text + page.text[end:]


def _laid_out(page: Page, table: Table) -> Iterator[str]:
    above = _rows(page, table.opening, table.start)
    body = _rows(page, table.start, table.end)
    if page.source == "layer":  # what was scanned may lie on its side
        above = _by_place(above)
    columns = _columns(body)
    first = next((place for place, row in enumerate(above) if len(row) > 1), len(above))
    yield from (row[0].text for row in above[:first])
    yield from (_with_bars(row, columns) for row in [*above[first:], *body])


def _rows(page: Page, start: int, end: int) -> list[_Row]:
    rows = []
    for line in _LINE.finditer(page.text, start, end):
        spans = [(line.start() + first, line.start() + last) for first, last in cells(line.group())]
        found = [(page.text[slice(*span)], page.words.within(*span)) for span in spans]
        rows.append([_Cell(" ".join(text.split()), around(words.boxes)) for text, words in found if words])
    return [row for row in rows if row]


def _by_place(rows: Sequence[_Row]) -> list[_Row]:
    """The cells row by row as they stand on the page: heads of two lines come one after the other in many files."""
    placed: list[_Row] = []
    for cell in sorted((cell for row in rows for cell in row), key=lambda cell: cell.box.y0 + cell.box.y1):
        if placed and _share(placed[-1][0].box, cell.box) > SAME_ROW:
            placed[-1].append(cell)
        else:
            placed.append([cell])
    return [sorted(row, key=lambda cell: cell.box.x0) for row in placed]


def _share(a: Box, b: Box) -> float:
    """How much of the lower box's height the two share."""
    return (min(a.y1, b.y1) - max(a.y0, b.y0)) / max(min(a.y1 - a.y0, b.y1 - b.y0), 0.1)


def _columns(rows: Sequence[_Row]) -> list[_Column]:
    """The columns of those rows that have as many cells as most."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    typical = [row for row in rows if counts and len(row) == counts.most_common(1)[0][0]]
    return [
        (min(cell.box.x0 for cell in column), max(cell.box.x1 for cell in column))
        for column in zip(*typical, strict=True)
    ]


def _with_bars(row: _Row, columns: Sequence[_Column]) -> str:
    """A row with each cell in its column; as it stands if it has no fewer cells than there are columns."""
    if len(row) >= len(columns):
        return " | ".join(cell.text for cell in row)
    shown = [""] * len(columns)
    for cell in row:
        column = max(range(len(columns)), key=lambda place: _nearness(cell.box, columns[place]))
        shown[column] = f"{shown[column]} {cell.text}".strip()
    last = max(place for place, cell in enumerate(shown) if cell)
    return " | ".join(shown[: last + 1]).replace("|  |", "| |").replace("|  |", "| |").strip()


def _nearness(box: Box, column: _Column) -> float:
    """Points that they share, side by side; below 0 the distance between them."""
    return min(box.x1, column[1]) - max(box.x0, column[0])
