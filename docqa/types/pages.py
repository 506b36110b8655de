"""A page of a PDF: its text, where its words stand, its headings."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple

from docqa.scripts import SPACELESS_RUN

TextSource = Literal["layer", "ocr", "none"]
OCRScope = Literal["off", "scans", "all"]  # what OCR reads: nothing; pages without text; also pictures beside text
Span = tuple[int, int]  # character offsets into a page's text, end exclusive


class Box(NamedTuple):
    """A rectangle on a page as it is shown: points (1/72 inch), origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    def part(self, start: int, end: int, of: int) -> "Box":
        """The box around characters start to end of so many that share it evenly, along its longer side."""
        width, height = self.x1 - self.x0, self.y1 - self.y0
        if height > width:
            return Box(self.x0, self.y0 + height * start / of, self.x1, self.y0 + height * end / of)
        return Box(self.x0 + width * start / of, self.y0, self.x0 + width * end / of, self.y1)

    def union(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them, of which there is one at least."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


class Word(NamedTuple):
    """Where a run of the page's text stands on the page."""

    start: int  # character offsets into the page's text, end exclusive
    end: int
    box: Box
    row: int  # 0-based row of the text: words of one row stand on one line


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that names what follows it."""

    start: int  # character offset into the page's text
    text: str
    size: float  # font size in points: a larger heading contains the smaller ones after it


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of a PDF as it was read.

    In its text a row ends with a newline, the cells of a row are separated by tabs, and blocks by a blank line.
    """

    number: int  # 1-based physical page, as a PDF viewer counts; never the printed one
    width: float  # points, as shown (after the page's own rotation)
    height: float
    text: str
    words: tuple[Word, ...]  # in text order
    headings: tuple[Heading, ...]
    source: TextSource
    drawn: float = 0.0  # share of its area with ink that no word covers: pictures, charts, scans; 0 to 1
    printed: str | None = None  # the number printed on it, such as "9", "iv" or, on a spread, "4–5"; None if unknown
    running: tuple[Span, ...] = ()  # rows that stand on other pages, too: running heads and feet

    @property
    def body(self) -> str:
        """Its text with white space where the running heads and feet are: every offset stays the same."""
        text = self.text
        for start, end in self.running:
            text = text[:start] + "\n" * (end - start) + text[end:]
        return text

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Boxes around the words of text[start:end], one for each row they stand in, in text order."""
        rows: dict[int, list[Box]] = {}
        for word in islice(self.words, bisect_right(self.words, start, key=lambda word: word.end), None):
            if word.start >= end:
                break
            rows.setdefault(word.row, []).append(self._within(word, start, end))
        return tuple(around(boxes) for boxes in rows.values())

    def _within(self, word: Word, start: int, end: int) -> Box:
        """The box of a word; where words are whole lines, as in scripts without spaces, of its part in that span."""
        if (start <= word.start and word.end <= end) or not SPACELESS_RUN.search(self.text, word.start, word.end):
            return word.box
        return word.box.part(max(start - word.start, 0), min(end, word.end) - word.start, word.end - word.start)
