"""The number printed on a page, told from other numbers at its edge by how it runs on over the pages. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from docqa.question.pagenames import BOTH
from docqa.types import Page

MARGIN = 0.15  # share of a page's height, at its top and at its bottom, where its number is looked for,
OUTERMOST = 2  # as in its first and last rows, wherever they stand: on paged web pages the number follows the text
LOOK_AHEAD = 4  # pages after a page that may confirm its number
ALONE_ON = 2  # pages over which a number must run if it stands alone
OTHER_ON = 3  # if it stands beside words, or if the pages of the PDF hold two printed pages each
YEARS = range(1900, 2100)  # no numbering is taken to begin with one of these

Style = Literal["arabic", "roman"]

_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = tuple(tens + ones for tens in ("", "x", "xx", "xxx") for ones in _ONES)  # by value; front matter is short

PAGE = r"\b(?:pages?|pg\.?|p\.?|seite|página|pagina|sida|side|pág\.?|стр\.?)\s*"
TOTAL = r"(?:\s*(?:of|von|de|di|sur|van|av|af|z|из|/)\s*\d{1,4})"
_ALONE = re.compile(rf"(?:{PAGE})?(\d{{1,4}}|[ivx]+){TOTAL}?|[-–—]\s*(\d{{1,4}}|[ivx]+)\s*[-–—]", re.IGNORECASE)
_IN_ROW = re.compile(
    rf"^(\d{{1,4}})(?=[\s|])|{PAGE}(\d{{1,4}})\b{TOTAL}?|(?<=[\s|])(\d{{1,4}}){TOTAL}?$", re.IGNORECASE
)
_PLACE = "\0"  # of a number in its row
_SET_APART = re.compile(rf"[\t|] ?{_PLACE}|{_PLACE} ?[\t|]")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Mark(NamedTuple):
    """A number at the edge of a page that may be its own."""

    value: int
    style: Style
    at_top: bool
    beside: str  # the rest of its row; empty if it stands alone


class Run(NamedTuple):
    """A numbering: page n of the PDF is printed `each` * n + `offset`, and with the number after it if `each` is 2."""

    style: Style
    each: int  # printed pages on a page of the PDF: 1, or 2 where each shows a spread
    offset: int

    def fits(self, page: int, mark: Mark) -> bool:
        """Whether a mark on that page belongs to this numbering."""
        return mark.style == self.style and 0 <= mark.value - self.each * page - self.offset < self.each

    def label(self, page: int) -> str | None:
        """What is printed on that page; None if the numbering does not reach it."""
        first = self.each * page + self.offset
        numbers = range(first, first + self.each)
        if self.style == "roman":
            return _ROMAN[first] if 0 < first < len(_ROMAN) else None
        return BOTH.join(str(number) for number in numbers if number > 0) or None


def marks(page: Page) -> tuple[Mark, ...]:
    """The numbers at a page's top and bottom that may be its own."""
    rows = sorted(_rows(page))
    tops = [row for place, (middle, row) in enumerate(rows) if place < OUTERMOST or middle < MARGIN * page.height]
    rows.reverse()
    ends = [row for place, (middle, row) in enumerate(rows) if place < OUTERMOST or middle > (1 - MARGIN) * page.height]
    found = (mark for at_top, at in ((True, tops), (False, ends)) for row in at for mark in _marks(row, at_top))
    return tuple(dict.fromkeys(found))


def run_at(
    page: int, marks: tuple[Mark, ...], following: Sequence[tuple[int, tuple[Mark, ...]]], before: Run | None
) -> Run | None:
    """The numbering that a page belongs to; None if it seems to belong to none.

    `before` is the one of the last page that had any, `following` are the next pages with their marks. A page whose own
    number is missing, or misprinted, belongs to the numbering that goes on before and after it.
    """
    if before and continues(page, marks, before):
        return before
    pages_on = sum(continues(other, theirs, before) for other, theirs in following) if before else 0
    begun, pages = _begun(page, marks, following)
    if begun and pages > pages_on:
        return begun
    return before if pages_on else None


def continues(page: int, marks: Iterable[Mark], before: Run) -> bool:
    """Whether a page goes on with a numbering."""
    return any(before.fits(page, mark) for mark in marks)


def run_of(page: int, label: str | None) -> Run | None:
    """The numbering in which a page has this label; None if it has none that is a number."""
    first, *second = (label or "").split(BOTH)
    value = _value(first)
    if value is None:
        return None
    each = 1 + len(second)
    return Run("arabic" if first.isdigit() else "roman", each, value - each * page)


def _begun(
    page: int, marks: Iterable[Mark], following: Sequence[tuple[int, tuple[Mark, ...]]]
) -> tuple[Run | None, int]:
    """The numbering that begins on a page, if one does, and how many pages are on it: the one that has most of them."""
    confirmed: dict[Run, int] = {}
    for mark in marks:
        for run in _runs(page, mark):
            pages = 1 + sum(_is_alike(mark, other, run, number) for number, theirs in following for other in theirs)
            if pages >= (ALONE_ON if run.each == 1 and not mark.beside else OTHER_ON):
                confirmed[run] = max(pages, confirmed.get(run, 0))
    best = max(confirmed, key=lambda run: (confirmed[run], run), default=None)
    return best, confirmed[best] if best else 0


def _is_alike(mark: Mark, other: Mark, run: Run, page: int) -> bool:
    return other.at_top == mark.at_top and other.beside == mark.beside and run.fits(page, other)


def _runs(page: int, mark: Mark) -> Iterator[Run]:
    """The numberings that a mark may belong to."""
    if mark.value and mark.value not in YEARS:
        yield Run(mark.style, 1, mark.value - page)
        if mark.style == "arabic":
            yield Run(mark.style, 2, mark.value - mark.value % 2 - 2 * page)  # even numbers are on the left


def _rows(page: Page) -> Iterator[tuple[float, str]]:
    """How far down the middle of each row stands, in points, and the row."""
    for start, end, box, _ in page.words.by_row():
        yield (box.y0 + box.y1) / 2, page.text[start:end]


def _marks(row: str, at_top: bool) -> Iterator[Mark]:
    row = row.strip(" |")
    if alone := _ALONE.fullmatch(row):
        number = alone[1] or alone[2]
        if (value := _value(number)) is not None:
            yield Mark(value, "arabic" if number.isdigit() else "roman", at_top, "")
        return
    beside = _IN_ROW.sub(_PLACE, row)
    is_apart = _SET_APART.search(beside) or len(_WORD.findall(beside)) > 1
    for found in _IN_ROW.finditer(row):
        if is_apart or found[2]:  # it may be what the row is about: Exhibit 3, Chapter 3
            yield Mark(int(found[1] or found[2] or found[3]), "arabic", at_top, beside)


def _value(number: str) -> int | None:
    """What a number is worth, in Arabic or small Roman figures; None if it is neither."""
    if number.isascii() and number.isdigit():
        return int(number)
    return _ROMAN.index(number) if number in _ROMAN[1:] else None
