"""Which pages of a document tell what a question asks for. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from docqa.evaluation import scoring
from docqa.evaluation.making.candidates import Candidate
from docqa.text import contents
from docqa.text.sentences import sentences
from docqa.text.words import stems
from docqa.types import Page

NEARLY_ALL = 0.8  # of a question's words in one place: it speaks of the same
HALF = 0.5  # of them on a page that holds the answer: it may tell it
MOST_PAGES = 5  # that tell the same: more often said, it is no matter of finding the page
FEWEST_DIGITS = 2  # of a number, for another to be its rounding

Problem = Literal["it stands on many pages", "other pages say something else of it"]

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page with the stems of each place that may speak of something: a table row, or two sentences in a row."""

    page: Page
    stems: frozenset[str]
    places: tuple[frozenset[str], ...]


def read(page: Page) -> PageWords:
    """The page's stems, place by place; a table of contents has no places, for it tells nothing."""
    units = [(unit, frozenset(stems(page.text[unit.start : unit.end]))) for unit in sentences(page.text)]
    places = [words for _, words in units]
    places += [words | more for (unit, words), (after, more) in pairwise(units) if not unit.row and not after.row]
    told = () if contents.is_one(page.text) else tuple(dict.fromkeys(places))
    return PageWords(page, frozenset(stems(page.text)), told)


def rarity(pages: Iterable[PageWords]) -> Mapping[str, int]:
    """On how many pages each stem stands."""
    return Counter(stem for page in pages for stem in page.stems)


def telling(candidate: Candidate, pages: Sequence[PageWords]) -> tuple[int, ...] | Problem:
    """The pages, its own among them, that tell what is asked for, or why that is not clear.

    A page that has nearly all of the question's words in one place speaks of the same thing: it tells the same answer,
    or makes the question ambiguous, unless what tells them apart, such as the head of a column, is not on it.
    """
    pages_telling = [candidate.page]
    for other in pages:
        if other.page.number == candidate.page or not _speaks_of(candidate, other):
            continue
        if candidate.answer and scoring.contains(other.page.text, [candidate.answer]):
            pages_telling.append(other.page.number)
        elif candidate.context <= other.stems:
            return "other pages say something else of it"
    return tuple(sorted(pages_telling)) if len(pages_telling) <= MOST_PAGES else "it stands on many pages"


def may_tell(candidate: Candidate, page: PageWords) -> bool:
    """Whether a page that is not known to tell the answer may still do so, in other words or rounded.

    What is hidden to leave a question without an answer must be all of this.
    """
    if _speaks_of(candidate, page):
        return candidate.context <= page.stems or _holds(candidate.answer, page)
    return len(candidate.keys & page.stems) >= HALF * len(candidate.keys) and _holds(candidate.answer, page)


def _speaks_of(candidate: Candidate, page: PageWords) -> bool:
    needed = math.ceil(NEARLY_ALL * len(candidate.keys))
    return len(candidate.keys & page.stems) >= needed and any(
        len(candidate.keys & place) >= needed for place in page.places
    )


def _holds(answer: str, page: PageWords) -> bool:
    """Whether the page holds the answer, or a number that is its rounding."""
    if not answer:
        return False
    figures = _NUMBER.findall(answer)
    return scoring.contains(page.page.text, [answer]) or any(
        is_rounding(figure, other) for figure in figures[:1] for other in _NUMBER.findall(page.page.text)
    )


def is_rounding(number: str, other: str) -> bool:
    """Whether one number is the other, rounded or in larger units: 83,733 and 83.7.

    Years and numbers of one digit are nobody's rounding.
    """
    long, short = sorted((_digits(number), _digits(other)), key=len, reverse=True)
    if len(short) < FEWEST_DIGITS:
        return False
    cut = long[: len(short)]
    follows = long[len(short) : len(short) + 1]
    return short in (cut, str(int(cut) + 1) if follows >= "5" else cut)


def _digits(number: str) -> str:
    """Significant digits."""
    plain = number.replace(",", "")
    return plain.replace(".", "").strip("0") if "." in plain else plain.lstrip("0").rstrip("0")
