"""From lines with positions to a page's text: rows, blocks and headings. Pure: no PDF library here."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from docqa.types import Heading, Page, TextSource, Words
from ingest.lines import Line, Row
from ingest.rows import in_rows

HEADING_SCALE = 1.15  # a heading's font is at least this much larger than the page's usual one, or it is bold
HEADING_CHARACTERS = 300
HEADING_WORDS = 16  # longer lines are sentences in a large font
BLOCK_GAP = 0.75  # of a row's height: a wider gap between two rows starts a new block

_SECTION = re.compile(r"(?:\d{1,2}|[A-Z])(?:\.\d{1,2})*\.?|[IVX]{1,5}\.?|§+ ?\d+\w?")  # the number of a heading
_BULLET = re.compile(r"[•●▪■□○◦‣∙·✓✗*–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]+)[.)]")


def compose(number: int, width: float, height: float, lines: Sequence[Line], source: TextSource) -> Page:
    """Lay out lines, given in reading order, as the page's text with a box for every word."""
    usual = _usual_size([line for line in lines if not line.picture])
    rows = in_rows(lines)
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
