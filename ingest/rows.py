"""Lines into rows of cells. Pure: no PDF library here."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from docqa.types import Box
from ingest.lines import Line, Row, continues, has_leftward, is_long, overlap

CELL_GAP = 0.5  # of a row's height: where text runs from right to left, a wider gap separates cells
WORD_GAP = 1.5  # of a row's height: the widest gap between words of one justified line
JUSTIFIED_CHARACTERS = 30  # of a line beside it, at least
SAME_EDGE = 2.5  # points
WRAPPED_LINES = 4  # of a cell, at most
FOLLOWING_LINES = 30  # in which something below a figure is looked for


def in_rows(lines: Sequence[Line]) -> list[Row]:
    """The rows that lines stand in, given in reading order."""
    return _mended(_joined(lines))


def _joined(lines: Sequence[Line]) -> list[Row]:
    """Join neighbours that share a baseline and follow one another: the cells of a table's row."""
    rows: list[Row] = []
    for index, line in enumerate(lines):
        if wrapped := _wrapped(rows, line, lines[index + 1 : index + 1 + FOLLOWING_LINES]):
            words = tuple(word for (cell,) in rows[-wrapped:] for word in cell.words)
            rows[-wrapped:] = [[replace(rows[-wrapped][0], words=words), line]]
        elif rows and continues(rows[-1][-1], line):
            rows[-1].append(line)
        elif rows and _continues_leftwards(rows[-1], line):
            last = rows[-1][-1]
            if last.box.x0 - line.box.x1 > CELL_GAP * (line.box.y1 - line.box.y0):
                rows[-1].append(line)
            else:  # one line, given in pieces where the direction changes
                rows[-1][-1] = replace(last, words=last.words + line.words)
        else:
            rows.append([line])
    return rows


def _wrapped(rows: Sequence[Row], figure: Line, following: Sequence[Line]) -> int:
    """How many rows above are the lines of one cell, beside the first of which a row of figures goes on; 0 if none.

    If there is something below the figure beside these lines, each of them is a cell of its own.
    """
    if is_long(figure) or not any(map(str.isdigit, figure.text)):
        return 0
    cells: list[Line] = []  # from below
    for row in reversed(rows[-WRAPPED_LINES:]):
        if len(row) > 1 or not _may_wrap(row[0], cells, figure):
            return 0
        cells.append(row[0])
        if overlap(row[0].box, figure.box) > 0.5:
            break
    else:
        return 0
    beside = (line for line in following if _meets(line.box, figure.box))
    below = any(overlap(line.box, cell.box) > 0.5 for line in beside for cell in cells[:-1])
    return 0 if below or len(cells) == 1 else len(cells)


def _may_wrap(cell: Line, below: Sequence[Line], figure: Line) -> bool:
    """Whether a line may belong to the cell that goes on below, left of a figure."""
    if is_long(cell) or cell.picture != figure.picture or cell.box.x1 > figure.box.x0 + 1:
        return False
    if not below:
        return True
    upper, lower = cell.box, below[-1].box
    return abs(upper.x0 - lower.x0) < 2 and abs(lower.y0 - upper.y1) < CELL_GAP * (lower.y1 - lower.y0)


def _meets(a: Box, b: Box) -> bool:
    """Whether one of two boxes stands above the other, at least with a part."""
    return a.x0 < b.x1 and b.x0 < a.x1


def _continues_leftwards(row: Row, line: Line) -> bool:
    """Whether a line goes on with a row that runs from right to left."""
    last = row[-1]
    beside = overlap(last.box, line.box) > 0.5 and line.box.x1 <= last.box.x0 + 1 and last.picture == line.picture
    return beside and has_leftward(*row, line)


def _mended(rows: Sequence[Row]) -> list[Row]:
    """Rows with a line of justified prose as one cell, where it was taken for several because its words stand wide.

    It begins and ends where a line above or below does, as the rows of a table hardly do.
    """
    mended = []
    for index, row in enumerate(rows):
        beside = (*rows[max(index - 1, 0) : index], *rows[index + 1 : index + 2])
        if len(row) > 1 and _is_close_set(row) and any(_has_same_edges(row, other) for other in beside):
            mended.append([replace(row[0], words=tuple(word for cell in row for word in cell.words))])
        else:
            mended.append(row)
    return mended


def _is_close_set(row: Row) -> bool:
    widest = WORD_GAP * min(cell.box.y1 - cell.box.y0 for cell in row)
    return all(0 <= right.box.x0 - left.box.x1 < widest for left, right in pairwise(row))


def _has_same_edges(row: Row, other: Row) -> bool:
    if len(other) > 1 or len(other[0].text) < JUSTIFIED_CHARACTERS:
        return False
    return abs(other[0].box.x0 - row[0].box.x0) < SAME_EDGE and abs(other[0].box.x1 - row[-1].box.x1) < SAME_EDGE
