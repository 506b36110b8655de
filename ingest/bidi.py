"""Lines in scripts that run from right to left, put into the order they are read in. Pure.

PDF programs give such lines in the order of the glyphs on the page, or in that of the text, or half in each. Where the
characters stand is beyond doubt, so the order is told from that.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from docqa.types import Box

SPACE = 0.15  # of a line's height: a wider gap between two characters separates words

Character = tuple[str, Box]


@dataclass(frozen=True, slots=True)
class _Glyph:
    """What is drawn as one: a letter without its shape, with marks and letters that are joined to it, as read."""

    text: str
    box: Box

    @property
    def direction(self) -> str:
        """R, L or figure; empty for what takes the direction of its neighbours."""
        kind = unicodedata.bidirectional(self.text[0])
        return {"R": "R", "AL": "R", "L": "L", "EN": "figure", "AN": "figure"}.get(kind, "")


def runs_right_to_left(text: str) -> bool:
    """Whether most letters of a line are of such a script."""
    if text.isascii():
        return False
    kinds = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")


def words_as_read(characters: Sequence[Character]) -> tuple[Character, ...]:
    """The words of a line that runs from right to left, in the order they are read in, with their boxes."""
    glyphs = sorted(_glyphs(characters), key=lambda glyph: -(glyph.box.x0 + glyph.box.x1))
    height = max((box.y1 - box.y0 for _, box in characters), default=1.0)
    words: list[list[_Glyph]] = [[]]
    for glyph in glyphs:
        if glyph.text.isspace():
            words.append([])
            continue
        if words[-1] and words[-1][-1].box.x0 - glyph.box.x1 > SPACE * height:
            words.append([])
        words[-1].append(glyph)
    ordered = _with_other_runs(list(filter(None, words)))
    return tuple(("".join(glyph.text for glyph in word), _around(word)) for word in ordered)


def _glyphs(characters: Sequence[Character]) -> Iterator[_Glyph]:
    """Characters with those that are drawn together: of a ligature, all but the first have no width and stand at its
    edge; a mark stands on its letter.
    """
    wide: list[Character] = []
    rest: list[Character] = []
    for each in characters:
        (wide if each[1].x1 > each[1].x0 and not unicodedata.combining(each[0]) else rest).append(each)
    for character, box in wide:
        joined = [] if character.isspace() else [each for each in rest if _belongs(each[1], box)]
        rest = [each for each in rest if each not in joined]
        yield _Glyph(unicodedata.normalize("NFKC", character) + "".join(other for other, _ in joined), box)


def _belongs(mark: Box, letter: Box) -> bool:
    middle = (mark.x0 + mark.x1) / 2
    return letter.x0 < middle <= letter.x1


def _with_other_runs(words: Sequence[list[_Glyph]]) -> list[list[_Glyph]]:
    """Turn what runs from left to right within such a line: figures, and words of other scripts that stand together."""
    ordered: list[list[_Glyph]] = []
    for is_other, run in groupby(words, key=lambda word: _direction(word) == "L"):
        turned = list(run)
        ordered += [word[::-1] for word in reversed(turned)] if is_other else [_figures_turned(word) for word in turned]
    return ordered


def _direction(word: Sequence[_Glyph]) -> str:
    directions = {glyph.direction for glyph in word}
    return "R" if "R" in directions else "L" if "L" in directions else ""


def _figures_turned(word: Sequence[_Glyph]) -> list[_Glyph]:
    """A word with each run from the first to the last of neighbouring figures turned: 2022, 1,250.5, 4-5."""
    turned = list(word)
    place = 0
    while place < len(turned):
        if turned[place].direction not in ("figure", "L"):
            place += 1
            continue
        end = last = place
        while end < len(turned) and turned[end].direction != "R":
            last = end if turned[end].direction else last
            end += 1
        turned[place : last + 1] = turned[place : last + 1][::-1]
        place = last + 1
    return turned


def _around(word: Sequence[_Glyph]) -> Box:
    box = word[0].box
    for glyph in word[1:]:
        box = box.union(glyph.box)
    return box
