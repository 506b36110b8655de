"""The columns of a table by where its cells stand on the page, also where most rows have an empty cell. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice, pairwise, takewhile

from docqa.text.tables import is_figure
from docqa.types import Box

MOST_COLUMNS = 40  # of a table
ALIKE = 3  # rows of a width that may tell the columns,
TRIED = 20  # and rows in all,
ROWS_TRIED = 100  # each with so many others, at most
STANDING = 0.7  # of the cells of a table that stand in its columns, at least,
HELD = 0.8  # and of the columns that hold a cell or head besides that of the row that tells them
KNOWN = 2  # cells of a row that stand in columns, if one that stands in none tells a new one


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a row of a table without a gap."""

    text: str
    box: Box


Row = list[Cell]  # in the order in which they are read
Column = tuple[float, float]  # its left and right edge, points


def columns_of(heads: Sequence[Row], body: Sequence[Row]) -> list[Column]:
    """The columns of the widest row that the body fits, and those that other rows have between them.

    If it fits none, those of the rows that have as many cells as most.
    """
    rows = [row for row in body if 1 < len(row) <= MOST_COLUMNS]
    names = list(takewhile(lambda row: not any(is_figure(cell.text) for cell in row[1:]), reversed(heads)))
    columns = _widest(names, rows)
    if not columns:
        return _commonest(rows)
    for row in rows:
        shared = [_shared(cell, columns) for cell in row]
        if all(len(each) == 1 for each in shared):
            for cell, (place,) in zip(row, shared, strict=True):
                columns[place] = min(columns[place][0], cell.box.x0), max(columns[place][1], cell.box.x1)
    for row in [*rows, *(name for name in names if len(name) <= MOST_COLUMNS)]:
        columns = _with_those_between(row, columns)
    return columns


def _widest(heads: Sequence[Row], rows: Sequence[Row]) -> list[Column]:
    """A column for each cell of the widest row that the rows fit; of the heads only one that is wider than they.

    None if they fit none of the first few of each width.
    """
    most = max(map(len, rows), default=0)
    candidates = [*rows, *(head for head in heads if most < len(head) <= MOST_COLUMNS)]
    candidates.sort(key=len, reverse=True)
    first = chain.from_iterable(islice(alike, ALIKE) for _, alike in groupby(candidates, key=len))
    some = rows[:: len(rows) // ROWS_TRIED + 1]
    for candidate in islice(first, TRIED):
        columns = [(cell.box.x0, cell.box.x1) for cell in candidate]
        if _hold(columns, *([row for row in each if row is not candidate] for each in (some, heads))):
            return columns
    return []


def _hold(columns: Sequence[Column], rows: Sequence[Row], heads: Sequence[Row]) -> bool:
    """Whether nearly all cells of the rows stand in the columns, and in nearly all columns a cell or head."""
    standing = _standing(rows, columns)
    held = {*standing, *_standing(heads, columns)}
    return len(standing) >= STANDING * sum(map(len, rows)) and len(held) >= HELD * len(columns)


def _standing(rows: Iterable[Row], columns: Sequence[Column]) -> list[int]:
    """The column of each cell that stands in the one where its row has it."""
    short = [row for row in rows if len(row) <= len(columns)]
    placed = [pair for row in short for pair in zip(places_of(row, columns), row, strict=True)]
    return [place for place, cell in placed if _nearness(cell.box, columns[place]) > 0]


def _commonest(rows: Sequence[Row]) -> list[Column]:
    """The columns of those rows that have as many cells as most."""
    counts = Counter(map(len, rows))
    typical = [row for row in rows if len(row) == counts.most_common(1)[0][0]]
    return [
        (min(cell.box.x0 for cell in column), max(cell.box.x1 for cell in column))
        for column in zip(*typical, strict=True)
    ]


def _with_those_between(row: Row, columns: Sequence[Column]) -> list[Column]:
    """The columns, and one for each cell of the row that stands in none of them but in the gap between two."""
    found = list(columns)
    shared = [_shared(cell, columns) for cell in row]
    known = [place for each in shared for place in each]
    if (
        len(columns) >= MOST_COLUMNS
        or len(known) < KNOWN
        or len(set(known)) < len(known)
        or any(len(each) > 1 for each in shared)
    ):
        return found
    before, waiting = -1, list[Column]()
    for cell, each in [*zip(row, shared, strict=True), (None, [len(columns)])]:
        if cell and not each:
            waiting.append((cell.box.x0, cell.box.x1))
            continue
        if each[0] == before + 1:
            place = each[0] + len(found) - len(columns)
            found[place:place] = waiting
        before, waiting = each[0], []
    return found


def places_of(row: Row, columns: Sequence[Column]) -> list[int]:
    """The columns of a row's cells, one after the other, that are nearest to them on the whole.

    What stands across several is in the first of them. There are as many columns as cells, at least.
    """
    near = [[_nearness(cell.box, column) for column in columns] for cell in row]
    places = [each.index(max(each)) for each in near]
    if any(a >= b for a, b in pairwise(places)):
        places = _in_order(near)
    for number, cell in enumerate(row):
        first = places[number - 1] + 1 if number else 0
        while places[number] > first and _is_across(cell.box, columns[places[number] - 1], columns[places[number]]):
            places[number] -= 1
    return places


def _in_order(near: Sequence[Sequence[float]]) -> list[int]:
    """A place in each row, further on than in the row before, so that the numbers there have the largest sum."""
    best: list[tuple[float, list[int]]] = [(0.0, [])] * (len(near[0]) + 1)  # of the rows and places so far
    for number, row in enumerate(near):
        with_it: list[tuple[float, list[int]]] = [(-math.inf, [])] * (number + 1)
        for place in range(number, len(row)):
            nearness, places = best[place]
            total = nearness + row[place]
            with_it.append((total, [*places, place]) if total > with_it[-1][0] else with_it[-1])
        best = with_it
    return best[-1][1]


def _is_across(box: Box, one: Column, other: Column) -> bool:
    """Whether it covers the middles of both columns, or stands in both and its own middle is between them."""
    middle = (box.x0 + box.x1) / 2
    is_between = min(one[1], other[1]) < middle < max(one[0], other[0]) and _nearness(box, one) > 0
    return is_between or all(box.x0 < (column[0] + column[1]) / 2 < box.x1 for column in (one, other))


def _shared(cell: Cell, columns: Sequence[Column]) -> list[int]:
    """The columns in which a part of the cell stands."""
    return [place for place, column in enumerate(columns) if _nearness(cell.box, column) > 0]


def _nearness(box: Box, column: Column) -> float:
    """Points that they share, side by side; below 0 the distance between them."""
    return min(box.x1, column[1]) - max(box.x0, column[0])
