"""Words that stand on one line, and how two lines lie to one another. Pure: no PDF library here."""

from dataclasses import dataclass, field

from docqa.types import Box, around
from ingest.bidi import runs_right_to_left

PROSE_CHARACTERS = 25  # of a line, with spaces: columns whose usual line is shorter are cells of a table


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


Row = list[Line]  # cells, as they are read


def continues(left: Line, right: Line) -> bool:
    """Whether a line stands right of another, on the same row."""
    beside = overlap(left.box, right.box) > 0.5 and right.box.x0 >= left.box.x1 - 1
    return beside and left.picture == right.picture


def has_leftward(*lines: Line) -> bool:
    """Whether a word of these runs from right to left."""
    return any(runs_right_to_left(word) for line in lines for word, _ in line.words)


def overlap(a: Box, b: Box) -> float:
    """How much of the lower box's height the two share, 0 to 1."""
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(shared, 0.0) / max(min(a.y1 - a.y0, b.y1 - b.y0), 0.1)


def is_long(line: Line) -> bool:
    """Whether it has as many characters as a line of prose."""
    return len(line.text) >= PROSE_CHARACTERS
