"""Words of a text layer set right where the PDF draws them in an unusual way. Pure: no PDF library here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from docqa.types import Box
from ingest.layout import Line

FEWEST_LETTERS = 5  # that stand apart in a line whose words have come apart
SHIFT = 2.0  # points: what is drawn again lies nearer

Word = tuple[str, Box]


def is_spaced_out(words: Sequence[str]) -> bool:
    """Whether at least half of a line's words are single letters: set wide apart, each is taken for a word."""
    letters = sum(len(word) == 1 and word.isalpha() for word in words)
    return letters >= max(FEWEST_LETTERS, len(words) / 2)


def is_closed_up(words: Sequence[str], spaced_out: Sequence[str]) -> bool:
    """Whether these are the words of a line that is spaced out; a single one may be several that were glued."""
    return len(words) > 1 and "".join(words) == "".join(spaced_out) and not is_spaced_out(words)


def struck_once(lines: Iterable[Line]) -> list[Line]:
    """Lines without the words that are drawn again, all but in the same place, to look bold or to cast a shadow."""
    once: list[Line] = []
    strips: dict[float, list[Line]] = defaultdict(list)  # what begins in each strip across the page, top to bottom
    for line in lines:
        strip = line.box.y0 // (2 * SHIFT)
        above = (each for near in (strip - 1, strip, strip + 1) for each in strips.get(near, ()))
        drawn = [each for each in above if each.box.x0 < line.box.x1 and line.box.x0 < each.box.x1]
        words = tuple(each for each in line.words if not _is_among(each, drawn)) if drawn else line.words
        if words:
            once.append(line if len(words) == len(line.words) else replace(line, words=words))
            strips[strip].append(once[-1])
    return once


def _is_among(word: Word, lines: Iterable[Line]) -> bool:
    return any(word[0] == text and _is_over(word[1], box) for line in lines for text, box in line.words)


def _is_over(box: Box, other: Box) -> bool:
    """Whether two boxes lie all but on each other: neighbours of one letter or dot are further apart."""
    across, down = abs(box.x0 - other.x0), abs(box.y0 - other.y0)
    return across < min(SHIFT, (box.x1 - box.x0) / 2) and down < min(SHIFT, (box.y1 - box.y0) / 2)
