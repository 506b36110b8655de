"""Where the tables of a page's text stand, and what their columns are called, as far as the text tells. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from docqa.types import Span

ROWS_ABOVE = 40  # of a row, in which the heads of its columns are looked for
PROSE_WORDS = 12  # a row of one cell and so many words is no part of a table
TABLE_ROWS = 3  # of the smallest table
FIGURE_LETTERS = 30  # of a figure, at most
GAP_ROWS = 4  # rows of one cell within a table: labels, and lines of labels
TEXT_CELLS = 3  # of a row without figures that is one of a table
HEAD_ROWS = 4  # rows of cells without figures that begin a table
OPENING_ROWS = 14  # above a table that may be its title and the heads of its columns,
OPENING_WORDS = 50  # and their words

_ROW = re.compile(r"[^\n]+")
_NUMBER = re.compile(r"(?<![^\W_])\d")  # "E200" is a name
_PERIOD = re.compile(r"\b(?:19|20)\d\d\b|\bQ[1-4]\b|\bFY ?\d\d")
_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}\b,?|\b\d{1,2} (?:weeks|months)\b",
    re.I,
)
_FIGURE = re.compile(r"[-+–−(]*\s?(?:[$€£¥]\s?)?[-+–−(]*\d[\d.,]*\s?[%x]?\s?\)?(?:\s?[$€£¥%])?|[-–—]|n/?[am]", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SENTENCE_END = re.compile(r"\w{2,}[.!?;]$")
_UNIT = re.compile(r"[\s$€£¥%)]*")
_CELL = re.compile(r"[^\t]+")
_BRACKETED = re.compile(r"\([^()]+\)")
_UNIT_BEFORE = re.compile(r"(?:^|(?<=\t)|\s)(?P<unit>[$€£¥(]+)\s*$")
_UNIT_AFTER = re.compile(r"[\s%)]+")
_TIME = re.compile(
    r"(?:for|as|of|at|the|and|three|six|nine|twelve|fiscal|months?|years?|quarters?|weeks?|ended|ending"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?|\d{1,2}|(?:19|20)\d\d),?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Table:
    """text[start:end] of a page are rows of a table, below text[opening:start], its title and the heads of its columns.

    The opening is empty if it has none on the page.
    """

    opening: int
    start: int
    end: int
    columns: int  # of figures; 0 if it has none


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    end: int
    text: str
    cells: int  # those that hold more than a unit
    figures: int  # of the cells

    @property
    def is_of_table(self) -> bool:
        return self.figures > 0 or self.cells >= TEXT_CELLS

    @property
    def is_long(self) -> bool:
        return "\t" not in self.text and len(self.text.split()) >= PROSE_WORDS

    @property
    def ends_sentence(self) -> bool:
        return "\t" not in self.text and bool(_SENTENCE_END.search(self.text))


@lru_cache(maxsize=8)
def tables(text: str) -> tuple[Table, ...]:
    """The tables of a page's text, in order."""
    rows = [_row(found) for found in _ROW.finditer(text) if not found.group().isspace()]
    found: list[Table] = []
    above = 0  # the first row that may belong to the next opening
    for run in _runs(rows):
        first = next((place for place in run[: HEAD_ROWS + 1] if rows[place].figures), run[1])
        columns = Counter(rows[place].figures for place in run if place >= first).most_common(1)[0][0]
        opening = rows[_opening(rows, above, first)].start
        found.append(Table(opening, rows[first].start, rows[run[-1]].end, columns))
        above = run[-1] + 1
    return tuple(found)


def is_head_of_columns(row: str) -> bool:
    """Whether a row says no more than of what or when the figures below it are: units, times, several cells."""
    words = row.split()
    is_bracketed = bool(words) and words[0][0] == "(" and words[-1][-1] == ")"
    return row.count("\t") > 1 or is_bracketed or (bool(words) and all(map(_TIME.fullmatch, words)))


def stands_above_table(text: str, end: int) -> bool:
    """Whether the row that ends there stands above figures or rows of cells; heads and one label may be between."""
    labels = rows = 0
    for found in islice(_ROW.finditer(text, end), HEAD_ROWS + 1):
        row = _row(found)
        rows += row.is_of_table
        labels += not (row.is_of_table or is_head_of_columns(row.text))
        if row.figures or rows > 1 or labels > 1 or row.is_long:
            return row.figures > 0 or rows > 1
    return False


def is_only_times_and_units(row: str) -> bool:
    """Whether a row holds nothing but years, periods and units in brackets: the heads of columns, without a figure."""
    held = [cell for cell in map(str.strip, row.split("\t")) if cell]
    return all(_BRACKETED.fullmatch(cell) or all(map(_TIME.fullmatch, cell.split())) for cell in held)


def is_figure(cell: str) -> bool:
    """Whether a cell holds a figure and nothing else; a year is none."""
    return len(cell) <= FIGURE_LETTERS and bool(_FIGURE.fullmatch(cell)) and not _YEAR.fullmatch(cell)


def _row(found: re.Match[str]) -> _Row:
    cells = [cell.strip() for cell in found.group().split("\t")]
    named = 0 if not cells[0] or is_figure(cells[0]) else 1
    cells = [cell for cell in cells if not _UNIT.fullmatch(cell)]
    figures = sum(map(is_figure, cells[named:])) if len(cells) > 1 else 0
    return _Row(found.start(), found.end(), found.group(), len(cells), figures)


def _runs(rows: Sequence[_Row]) -> Iterator[list[int]]:
    """Places of the rows of each table, without labels that stand alone; a new row of heads begins a new table."""
    run: list[int] = []
    for place, row in enumerate(rows):
        if not row.is_of_table:
            continue
        if run and not (_goes_on(rows[run[-1] + 1 : place]) and (row.figures or not _has_body(rows, run))):
            if len(run) >= TABLE_ROWS:
                yield run
            run = []
        run.append(place)
    if len(run) >= TABLE_ROWS:
        yield run


def _goes_on(between: Sequence[_Row]) -> bool:
    """Whether a table goes on after these rows: labels, of which one may be long, and no heads of columns."""
    return (
        len(between) <= GAP_ROWS
        and not any(is_head_of_columns(row.text) for row in between)
        and sum(row.is_long for row in between) < 2
        and not any(row.ends_sentence for row in between)
    )


def _has_body(rows: Sequence[_Row], run: Sequence[int]) -> bool:
    return any(rows[place].figures for place in run)


def _opening(rows: Sequence[_Row], above: int, first: int) -> int:
    """The place of the row where the title and heads above rows[first] begin; `first` if there are none."""
    words = 0
    top = max(above, first - OPENING_ROWS)
    for place in range(first - 1, top - 1, -1):
        row = rows[place]
        words += len(row.text.split())
        if words > OPENING_WORDS or row.ends_sentence or (row.is_long and not row.text.endswith(":")):
            return place + 1
        if row.is_long:
            return place
    return top


def cells(row: str) -> list[Span]:
    """The cells of a row, each with its unit: a currency sign or bracket that stands in a cell of its own."""
    found: list[Span] = []
    opened: int | None = None  # where a unit stands that belongs to the next cell
    for match in _CELL.finditer(row):
        start, end = match.span()
        if _UNIT_AFTER.fullmatch(row, start, end) and found and opened is None:
            found[-1] = (found[-1][0], end)
            continue
        unit = _UNIT_BEFORE.search(row, start, end)
        if unit is None or unit.start() > start:
            found.append((start if opened is None else opened, unit.start() if unit else end))
            opened = None
        if unit and opened is None:
            opened = unit.start("unit")
    return found if opened is None else [*found, (opened, len(row))]


def column_heads(text: str, start: int) -> tuple[int, int] | None:
    """Where the heads of the columns stand for the row of figures at text[start]; None if that is not clear."""
    end = text.find("\n", start)
    figures = text[start : end if end >= 0 else None]
    if not _has_figures(figures):
        return None
    columns = len(cells(figures))
    above = start
    for _ in range(ROWS_ABOVE):
        if above <= 0:
            return None
        above, stop = text.rfind("\n", 0, above - 1) + 1, above - 1
        row = text[above:stop]
        if "\t" not in row and len(row.split()) >= PROSE_WORDS:
            return None
        if (
            "\t" in row
            and not _has_figures(row)
            and (
                _PERIOD.search(row)
                or row.startswith("\t")
                or row.count("\t") > 1
                or (len(cells(row)) == columns - 1 and _begins_table(text, above))
            )
        ):
            return above, stop
    return None


def _begins_table(text: str, start: int) -> bool:
    """Whether no row of cells stands above the row at text[start]."""
    return "\t" not in text[:start].rstrip("\n").rpartition("\n")[2]


def heads_above(text: str, start: int) -> Span | None:
    """The heads of the columns for the row of figures at text[start], else the whole opening of its table if that
    names times; None if neither is clear.
    """
    if heads := column_heads(text, start):
        return heads
    table = next((table for table in tables(text) if table.start <= start < table.end), None)
    if table is None or not _PERIOD.search(text, table.opening, table.start):
        return None
    return table.opening, table.opening + len(text[table.opening : table.start].rstrip())


def _has_figures(row: str) -> bool:
    """Whether a cell of the row holds a number that is no period."""
    return "\t" in row and any(_NUMBER.search(_DAY.sub("", _PERIOD.sub("", cell))) for cell in row.split("\t")[1:])
