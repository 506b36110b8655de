"""Words of a text layer set right where the PDF draws them in an unusual way. Pure: no PDF library here."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from docqa.types import Box
from ingest.bidi import runs_right_to_left
from ingest.lines import Line

FEWEST_LETTERS = 5  # that stand apart in a line whose words have come apart
SHIFT = 2.0  # points: what is drawn again lies nearer
BULLET = "•"
BULLET_GAP = 4  # of a line's height: what stands further before it is no bullet
_BRACKET_PIECES = {chr(code) for code in range(0xF8E5, 0xF8FF)}  # of the Symbol font, as Adobe numbers them

Word = tuple[str, Box]


def is_spaced_out(words: Sequence[str]) -> bool:
    """Whether at least half of a line's words are single letters: set wide apart, each is taken for a word."""
    letters = [word for word in words if len(word) == 1 and word.isalpha()]
    return len(letters) >= max(FEWEST_LETTERS, len(words) / 2)


def is_closed_up(words: Sequence[str], spaced_out: Sequence[str]) -> bool:
    """Whether these are the words of a line that is spaced out; a single one may be several that were glued."""
    return len(words) > 1 and "".join(words) == "".join(spaced_out) and not is_spaced_out(words)


def struck_once(lines: Iterable[Line]) -> list[Line]:
    """Lines without the words that are drawn again, all but in the same place, to look bold or to cast a shadow."""
    once: list[Line] = []
    strips: dict[float, list[Line]] = defaultdict(list)  # what begins in each strip across the page, top to bottom
    for line in lines:
        box, strip = line.box, line.box.y0 // (2 * SHIFT)
        above = (each for near in (strip - 1, strip, strip + 1) for each in strips.get(near, ()))
        drawn = [word for each in above if each.box.x0 < box.x1 and box.x0 < each.box.x1 for word in each.words]
        words = tuple(word for word in line.words if not _is_among(word, drawn)) if drawn else line.words
        if words:
            once.append(line if len(words) == len(line.words) else replace(line, words=words))
            strips[strip].append(once[-1])
    return once


def _is_among(word: Word, drawn: Iterable[Word]) -> bool:
    return any(word[0] == text and _is_over(word[1], box) for text, box in drawn)


def _is_over(box: Box, other: Box) -> bool:
    """Whether two boxes lie all but on each other: neighbours of one letter or dot are further apart."""
    across, down = abs(box.x0 - other.x0), abs(box.y0 - other.y0)
    return across < min(SHIFT, (box.x1 - box.x0) / 2) and down < min(SHIFT, (box.y1 - box.y0) / 2)


def with_bullets(lines: Iterable[Line]) -> list[Line]:
    """Lines with a bullet for the sign of a symbol font that stands before an item, and without all other signs."""
    read: list[Line] = []
    sign: Line | None = None  # the line before, if that is a sign alone
    for line in map(_unglued, lines):
        words = [each for each in line.words if line.text.isascii() or not _is_sign(each[0])]
        if words:
            text, box = sign.words[0] if sign and _stands_before(sign, line) else line.words[0]
            bullet = [(BULLET, box)] if _is_sign(text) and _may_be_bullet(text) else []
            read.append(replace(line, words=(*bullet, *words)) if bullet or len(words) < len(line.words) else line)
        sign = line if not words and len(line.words) == 1 else None
    return read


def _unglued(line: Line) -> Line:
    """A line with its first sign as a word; the width of a sign that the PDF glues to a word is guessed."""
    text, box = line.words[0]
    if text.isascii() or _is_sign(text) or not _is_sign(text[0]):
        return line
    edge = round(box.x0 + (box.x1 - box.x0) / len(text), 1)
    sign, word = (text[0], box._replace(x1=edge)), (text[1:], box._replace(x0=edge))
    return replace(line, words=(sign, word, *line.words[1:]))


def _is_sign(text: str) -> bool:
    """Whether a word is of characters that mean nothing but in their own font."""
    return not text.isascii() and all(unicodedata.category(character) == "Co" for character in text)


def _may_be_bullet(sign: str) -> bool:
    return len(sign) == 1 and sign not in _BRACKET_PIECES


def _stands_before(sign: Line, item: Line) -> bool:
    leftward = runs_right_to_left("".join(text for text, _ in item.words))
    gap = sign.box.x0 - item.box.x1 if leftward else item.box.x0 - sign.box.x1
    height = item.box.y1 - item.box.y0
    return -1 <= gap <= BULLET_GAP * height and abs(item.box.y0 + item.box.y1 - sign.box.y0 - sign.box.y1) < height
