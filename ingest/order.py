"""The order in which lines are read. Pure: no PDF library here."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from docqa.types import Box
from ingest.bidi import runs_right_to_left
from ingest.lines import PROSE_CHARACTERS, Line, Row, continues, has_leftward, is_long, overlap

FEWEST_LINES = 10  # of a page whose order can be judged,
MOST_LINES = 400  # and of one that can be put in order
WRONG_STEPS = 0.25  # share of the lines after which the order goes across or back, if it is wrong


def with_pictures(lines: Sequence[Line], pictures: Iterable[Sequence[Line]]) -> list[Line]:
    """Put the lines of each picture after the page's own: among them they would tear prose that belongs together."""
    marked = [replace(line, picture=number) for number, picture in enumerate(pictures, start=1) for line in picture]
    return [*lines, *marked]


def with_own(lines: Sequence[Line], own: Sequence[Line]) -> list[Line]:
    """Put lines from OCR in reading order with those a page has already; of these, what runs up or down goes last."""
    level = [line for line in own if not _is_upright(line.box)]
    upright = [line for line in own if _is_upright(line.box)]
    return [*in_reading_order([*level, *lines]), *upright]


def in_order(lines: list[Line]) -> list[Line]:
    """Lines of a text layer in its own order, which is the reading order unless that goes across columns or back up."""
    flat = [line for line in lines if not _is_upright(line.box)]
    if not FEWEST_LINES <= len(flat) <= MOST_LINES:
        return lines
    steps = list(pairwise(flat))
    across = [pair for pair in steps if continues(*pair) and all(map(is_long, pair))]
    goes_on = sum(line.words[0][0][0].islower() for pair in across for line in pair)
    back = sum(_goes_back(*pair) for pair in steps)
    if max(len(across) if goes_on > len(across) else 0, back) < WRONG_STEPS * len(flat):
        return lines
    return [*in_reading_order(flat), *(line for line in lines if _is_upright(line.box))]


def _is_upright(box: Box) -> bool:
    """Whether a line runs up or down the page, beside the text."""
    return box.y1 - box.y0 > 3 * (box.x1 - box.x0)


def _goes_back(line: Line, following: Line) -> bool:
    """Whether a line follows that stands above in the same column, or before it on the same row."""
    before, after = line.box, following.box
    if overlap(before, after) > 0.5:
        return after.x1 <= before.x0 + 1 and not has_leftward(line, following)
    shared = min(before.x1, after.x1) - max(before.x0, after.x0)
    return after.y1 <= before.y0 + 1 and shared > 0.3 * min(before.x1 - before.x0, after.x1 - after.x0)


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Order lines that come without one, as from OCR: columns of prose one after the other, else row by row.

    The page is cut at vertical gaps that have prose on every side, else at its widest horizontal gap, until neither
    is left (recursive XY cut: Nagy and Seth, 1984). Any other vertical gap separates cells, whose rows stay together.
    """
    columns = _columns(lines)
    if len(columns) > 1 and all(_is_prose(column) for column in columns):
        return [line for column in columns for line in in_reading_order(column)]
    if parts := _halves(lines):
        return [line for part in parts for line in in_reading_order(part)]
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.box.y0 + line.box.y1):
        if rows and overlap(rows[-1][0].box, line.box) > 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in _along(row)]


def _along(row: Row) -> Row:
    """The cells of a row in the direction in which most of its letters run."""
    if runs_right_to_left("".join(word for line in row for word, _ in line.words)):
        return sorted(row, key=lambda line: -line.box.x1)
    return sorted(row, key=lambda line: line.box.x0)


def _is_prose(lines: Sequence[Line]) -> bool:
    lengths = sorted(len(line.text) for line in lines)
    return len(lengths) > 2 and lengths[len(lengths) // 2] >= PROSE_CHARACTERS


def _columns(lines: Sequence[Line]) -> list[list[Line]]:
    """Groups of lines with a vertical gap between them, left to right."""
    columns: list[list[Line]] = []
    edge = 0.0
    for line in sorted(lines, key=lambda line: line.box.x0):
        if columns and line.box.x0 < edge:
            columns[-1].append(line)
        else:
            columns.append([line])
        edge = max(edge, line.box.x1)
    return columns


def _halves(lines: Sequence[Line]) -> tuple[list[Line], list[Line]] | None:
    """The lines above and below the widest horizontal gap, if there is one."""
    ordered = sorted(lines, key=lambda line: line.box.y0)
    edge, widest, place = 0.0, 0.0, 0
    for index, line in enumerate(ordered):
        if index and line.box.y0 - edge > widest:
            widest, place = line.box.y0 - edge, index
        edge = max(edge, line.box.y1)
    return (ordered[:place], ordered[place:]) if place else None
