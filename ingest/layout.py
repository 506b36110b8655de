"""From lines with positions to a page's text: rows, cells, blocks and headings. Pure: no PDF library here."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from docqa.types import Box, Heading, Page, TextSource, Words, around
from ingest.bidi import runs_right_to_left

HEADING_SCALE = 1.15  # a heading's font is at least this much larger than the page's usual one, or it is bold
HEADING_CHARACTERS = 300
HEADING_WORDS = 16  # longer lines are sentences in a large font
BLOCK_GAP = 0.75  # of a row's height: a wider gap between two rows starts a new block
CELL_GAP = 0.5  # of a row's height: where text runs from right to left, a wider gap separates cells
WORD_GAP = 1.5  # of a row's height: the widest gap between words of one justified line
JUSTIFIED_CHARACTERS = 30  # of a line beside it, at least
SAME_EDGE = 2.5  # points
PROSE_CHARACTERS = 25  # of a line, with spaces: columns whose usual line is shorter are cells of a table
WRAPPED_LINES = 4  # of a cell, at most
FOLLOWING_LINES = 30  # in which something below a figure is looked for
FEWEST_LINES = 10  # of a page whose order can be judged,
MOST_LINES = 400  # and of one that can be put in order
WRONG_STEPS = 0.25  # share of the lines after which the order goes across or back, if it is wrong


@dataclass(frozen=True, slots=True)
class Line:
    """Words that a PDF or an OCR engine gives as one line: one cell of a row, or the whole row."""

    words: tuple[tuple[str, Box], ...]  # never empty
    size: float  # font size in points; 0 if it runs up, down or aslant
    bold: bool
    picture: int = 0  # 1-based: in which picture of the page it stands; 0 if in none
    text: str = field(init=False, compare=False)  # its words with a space between
    box: Box = field(init=False, compare=False)

    def __post_init__(self) -> None:
        words, boxes = zip(*self.words, strict=True)
        object.__setattr__(self, "text", " ".join(words))
        object.__setattr__(self, "box", around(boxes))

    @property
    def characters(self) -> int:
        """How many its words have together."""
        return len(self.text) - len(self.words) + 1


_SECTION = re.compile(r"(?:\d{1,2}|[A-Z])(?:\.\d{1,2})*\.?|[IVX]{1,5}\.?|§+ ?\d+\w?")  # the number of a heading
_BULLET = re.compile(r"[•●▪■□○◦‣∙·✓✗*–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]+)[.)]")

Row = list[Line]  # cells, as they are read


def compose(number: int, width: float, height: float, lines: Sequence[Line], source: TextSource) -> Page:
    """Lay out lines, given in reading order, as the page's text with a box for every word."""
    usual = _usual_size([line for line in lines if not line.picture])
    rows = _mended(_rows(lines))
    rows = [_numbered(row, usual, is_outermost=row is rows[0] or row is rows[-1]) for row in rows]
    are_headings = _are_headings(rows, usual)
    text = ""
    words: list[tuple[float, ...]] = []
    headings: list[Heading] = []
    for index, row in enumerate(rows):
        if index:
            changes = are_headings[index - 1] != are_headings[index]
            text += "\n\n" if _starts_block(rows[index - 1], row, changes=changes) else "\n"
        start = len(text)
        for position, line in enumerate(row):
            if position:
                text += " " if position == 1 and _is_bullet(row[0]) else "\t"
            end = len(text)
            for word, box in line.words:
                words.append((end, end + len(word), index, *box))
                end += len(word) + 1
            text += line.text
        if are_headings[index]:
            headings.append(Heading(start, text[start:], row[0].size))
    columns = Words.from_numbers(words)
    return Page(number, width, height, text, columns, _joined(headings, text), source if text else "none")


def _is_bullet(line: Line) -> bool:
    """Whether a cell is the mark before an item of a list, not a cell of a table."""
    return len(line.words) == 1 and bool(_BULLET.fullmatch(line.words[0][0]))


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Join neighbours that share a baseline and follow one another: the cells of a table's row."""
    rows: list[Row] = []
    for index, line in enumerate(lines):
        if wrapped := _wrapped(rows, line, lines[index + 1 : index + 1 + FOLLOWING_LINES]):
            words = tuple(word for (cell,) in rows[-wrapped:] for word in cell.words)
            rows[-wrapped:] = [[replace(rows[-wrapped][0], words=words), line]]
        elif rows and _continues(rows[-1][-1], line):
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


def _wrapped(rows: Sequence[Row], figure: Line, following: Sequence[Line]) -> int:
    """How many rows above are the lines of one cell, beside the first of which a row of figures goes on; 0 if none.

    If there is something below the figure beside these lines, each of them is a cell of its own.
    """
    if _is_long(figure) or not any(map(str.isdigit, figure.text)):
        return 0
    cells: list[Line] = []  # from below
    for row in reversed(rows[-WRAPPED_LINES:]):
        if len(row) > 1 or not _may_wrap(row[0], cells, figure):
            return 0
        cells.append(row[0])
        if _overlap(row[0].box, figure.box) > 0.5:
            break
    else:
        return 0
    beside = (line for line in following if _meets(line.box, figure.box))
    below = any(_overlap(line.box, cell.box) > 0.5 for line in beside for cell in cells[:-1])
    return 0 if below or len(cells) == 1 else len(cells)


def _may_wrap(cell: Line, below: Sequence[Line], figure: Line) -> bool:
    """Whether a line may belong to the cell that goes on below, left of a figure."""
    if _is_long(cell) or cell.picture != figure.picture or cell.box.x1 > figure.box.x0 + 1:
        return False
    if not below:
        return True
    upper, lower = cell.box, below[-1].box
    return abs(upper.x0 - lower.x0) < 2 and abs(lower.y0 - upper.y1) < CELL_GAP * (lower.y1 - lower.y0)


def _meets(a: Box, b: Box) -> bool:
    """Whether one of two boxes stands above the other, at least with a part."""
    return a.x0 < b.x1 and b.x0 < a.x1


def _continues(left: Line, right: Line) -> bool:
    beside = _overlap(left.box, right.box) > 0.5 and right.box.x0 >= left.box.x1 - 1
    return beside and left.picture == right.picture


def _continues_leftwards(row: Row, line: Line) -> bool:
    """Whether a line goes on with a row that runs from right to left."""
    last = row[-1]
    beside = _overlap(last.box, line.box) > 0.5 and line.box.x1 <= last.box.x0 + 1 and last.picture == line.picture
    return beside and _has_leftward(*row, line)


def _has_leftward(*lines: Line) -> bool:
    """Whether a word of these runs from right to left."""
    return any(runs_right_to_left(word) for line in lines for word, _ in line.words)


def _overlap(a: Box, b: Box) -> float:
    """How much of the lower box's height the two share, 0 to 1."""
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(shared, 0.0) / max(min(a.y1 - a.y0, b.y1 - b.y0), 0.1)


def _usual_size(lines: Sequence[Line]) -> float:
    """The font size most of the page's characters have, in points; 0 on an empty page."""
    characters: Counter[float] = Counter()
    for line in lines:
        characters[round(line.size, 1)] += line.characters
    return characters.most_common(1)[0][0] if characters else 0.0


def _starts_block(above: Row, row: Row, *, changes: bool) -> bool:
    """Whether a row is the first of a block; `changes` says that either it or the one above is a heading."""
    if above[0].picture or row[0].picture:
        return above[0].picture != row[0].picture
    upper, lower = above[0].box, row[0].box
    height = max(min(upper.y1 - upper.y0, lower.y1 - lower.y0), 1.0)
    gap = lower.y0 - upper.y1
    back = lower.y0 - above[-1].box.y1 if _is_wrapped(above[0]) else gap
    return gap > BLOCK_GAP * height or back < -height or changes


def _is_wrapped(cell: Line) -> bool:
    """Whether it is made of several lines."""
    (_, first), (_, last) = cell.words[0], cell.words[-1]
    return (last.y0 + last.y1) / 2 > first.y1


def _numbered(row: Row, usual: float, *, is_outermost: bool) -> Row:
    """A row as one cell if it is a heading that is set apart from its number, which is not that of the page."""
    if len(row) != 2 or not _SECTION.fullmatch(row[0].text) or not row[1].text[0].isupper():
        return row
    if is_outermost and row[0].text.isdigit():
        return row
    whole = replace(row[1], words=row[0].words + row[1].words)
    stand_out = all(_stands_out(cell, usual) for cell in row)
    return [whole] if stand_out and _is_heading([whole], usual) else row


def _stands_out(line: Line, usual: float) -> bool:
    return line.size > 0 and (line.bold or line.size >= HEADING_SCALE * usual)


def _are_headings(rows: Sequence[Row], usual: float) -> list[bool]:
    """Which rows are headings, or go on with one: no sentence that goes on in a larger font than most of the page."""
    are: list[bool] = []
    for row in rows:
        goes_on = bool(are) and are[-1]
        is_inside = row[0].text[0].islower() and not row[0].bold and not goes_on
        are.append(not is_inside and _is_heading(row, usual))
    return are


def _is_heading(row: Row, usual: float) -> bool:
    first = row[0]
    if len(row) > 1 or first.picture or not _stands_out(first, usual):
        return False
    is_short = len(first.words) <= HEADING_WORDS and first.text[-1] not in ".,;"
    return is_short and any(sum(map(str.isalpha, word)) > 2 for word, _ in first.words)


def _joined(headings: Sequence[Heading], text: str) -> tuple[Heading, ...]:
    """Make one heading of each run of lines; a run that is too long for one is prose in a larger font."""
    joined: list[Heading] = []
    for heading in headings:
        last = joined[-1] if joined else None
        if last and last.size == heading.size and text[last.start + len(last.text) : heading.start] == "\n":
            joined[-1] = Heading(last.start, f"{last.text} {heading.text}", last.size)
        else:
            joined.append(heading)
    short = (heading for heading in joined if len(heading.text) <= HEADING_CHARACTERS)
    return tuple(heading for heading in short if len(heading.text.split()) <= HEADING_WORDS)


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
    across = [pair for pair in steps if _continues(*pair) and all(map(_is_long, pair))]
    goes_on = sum(line.words[0][0][0].islower() for pair in across for line in pair)
    back = sum(_goes_back(*pair) for pair in steps)
    if max(len(across) if goes_on > len(across) else 0, back) < WRONG_STEPS * len(flat):
        return lines
    return [*in_reading_order(flat), *(line for line in lines if _is_upright(line.box))]


def _is_upright(box: Box) -> bool:
    """Whether a line runs up or down the page, beside the text."""
    return box.y1 - box.y0 > 3 * (box.x1 - box.x0)


def _is_long(line: Line) -> bool:
    return len(line.text) >= PROSE_CHARACTERS


def _goes_back(line: Line, following: Line) -> bool:
    """Whether a line follows that stands above in the same column, or before it on the same row."""
    before, after = line.box, following.box
    if _overlap(before, after) > 0.5:
        return after.x1 <= before.x0 + 1 and not _has_leftward(line, following)
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
        if rows and _overlap(rows[-1][0].box, line.box) > 0.5:
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
