"""A page of a PDF: its text, where its words stand, its headings."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, overload

from docqa.text.scripts import SPACELESS_RUN

TextSource = Literal["layer", "ocr", "none"]
OCRScope = Literal["off", "scans", "all"]  # what OCR reads: nothing; pages without text; also pictures beside text
Span = tuple[int, int]  # character offsets into a page's text, end exclusive


FULLY_DRAWN = 0.3  # share of a page with ink beside its words at which it is all picture


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


class Row(NamedTuple):
    """A row of a page's text, and where it stands on the page."""

    start: int  # character offsets into the page's text, end exclusive
    end: int
    box: Box
    words: int


@dataclass(frozen=True, slots=True)
class Words(Sequence[Word]):
    """Words in text order, kept as columns: a page has hundreds, which cost more as objects than all else of it."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    x0: tuple[float, ...] = ()
    y0: tuple[float, ...] = ()
    x1: tuple[float, ...] = ()
    y1: tuple[float, ...] = ()

    @classmethod
    def of(cls, words: Iterable[Word]) -> "Words":
        """The same words as columns."""
        return cls.from_numbers((word.start, word.end, word.row, *word.box) for word in words)

    @classmethod
    def from_numbers(cls, words: Iterable[Sequence[Any]]) -> "Words":
        """From start, end, row and the four edges of each word."""
        return cls(*zip(*words, strict=True))

    def as_numbers(self) -> Iterator[tuple[Any, ...]]:
        """What `from_numbers` takes."""
        return zip(*self._columns, strict=True)

    @property
    def _columns(self) -> tuple[tuple[Any, ...], ...]:
        return self.starts, self.ends, self.rows, self.x0, self.y0, self.x1, self.y1

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> Word: ...
    @overload
    def __getitem__(self, place: slice) -> "Words": ...
    def __getitem__(self, place: int | slice) -> "Word | Words":
        if isinstance(place, slice):
            return Words(*(column[place] for column in self._columns))
        box = Box(self.x0[place], self.y0[place], self.x1[place], self.y1[place])
        return Word(self.starts[place], self.ends[place], box, self.rows[place])

    @property
    def boxes(self) -> list[Box]:
        """Where they stand."""
        return list(map(Box, self.x0, self.y0, self.x1, self.y1))

    def within(self, start: int, end: int) -> "Words":
        """Those of which a part is in text[start:end]."""
        return self[bisect_right(self.ends, start) : bisect_left(self.starts, end)]

    def by_row(self) -> Iterator[Row]:
        """The rows they stand in, in text order."""
        first = 0
        while first < len(self.rows):
            last = bisect_right(self.rows, self.rows[first], first)
            here = slice(first, last)
            box = Box(min(self.x0[here]), min(self.y0[here]), max(self.x1[here]), max(self.y1[here]))
            yield Row(self.starts[first], self.ends[last - 1], box, last - first)
            first = last


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
    words: Words
    headings: tuple[Heading, ...]
    source: TextSource
    drawn: float = 0.0  # share of its area with ink that no word covers: pictures, charts, scans; 0 to 1
    printed: str | None = None  # the number printed on it, such as "9", "iv" or, on a spread, "4–5"; None if unknown
    running: tuple[Span, ...] = ()  # rows that stand on other pages, too: running heads and feet
    first_running: tuple[Span, ...] = ()  # of these, those that stand on no page before: they are text here

    @property
    def body(self) -> str:
        """Its text with white space for running heads and feet that pages before have: every offset stays the same."""
        text = self.text
        for start, end in self.running:
            if (start, end) not in self.first_running:
                text = text[:start] + "\n" * (end - start) + text[end:]
        return text

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Boxes around the words of text[start:end], one for each row they stand in, in text order."""
        words = self.words.within(start, end)
        if words and any(self._is_cut(word, start, end) for word in (words[0], words[-1])):
            words = Words.of(word._replace(box=self._within(word, start, end)) for word in words)
        return tuple(row.box for row in words.by_row())

    def _is_cut(self, word: Word, start: int, end: int) -> bool:
        """Whether only a part of a word is in that span; in scripts without spaces words are whole lines."""
        is_inside = start <= word.start and word.end <= end
        return not is_inside and bool(SPACELESS_RUN.search(self.text, word.start, word.end))

    def _within(self, word: Word, start: int, end: int) -> Box:
        """The box of a word, or of its part in that span."""
        if not self._is_cut(word, start, end):
            return word.box
        return word.box.part(max(start - word.start, 0), min(end, word.end) - word.start, word.end - word.start)
