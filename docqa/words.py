"""The words of a text that carry its meaning. Pure."""

import re

from docqa.scripts import SPACELESS, folded, pairs

_WORD = re.compile(
    rf"[{SPACELESS}]{{1,2}}|[^\s{SPACELESS}]+"
)  # two characters of a script without spaces are about one
_TERM = re.compile(
    rf"\d[\d.,]*\d|\d|(?P<run>[{SPACELESS}]+)|(?P<short>[\u0590-\u08ff\u0900-\u0dff]{{2,}})"
    rf"|(?:(?![{SPACELESS}])[^\W\d_]){{3,}}"
)
_SPACELESS = re.compile(f"[{SPACELESS}]")
STEM = 6  # letters by which forms of one word are taken for the same

_STOP_WORDS = frozenset(
    "the and for are was were has have had that this these those with from which who whom its their they she him her"
    " you your our not but can will would about into than then there here when what where been being also such more"
    " most only over under per does did".split()
)


def terms(text: str) -> set[str]:
    """Numbers, without their commas, and words of three letters or more, without those that every text has.

    Where no spaces are put between words, each two neighbours count as one; where few vowels are written, two letters
    are enough.
    """
    found: set[str] = set()
    for term in _TERM.finditer(folded(text)):
        found.update(pairs(term["run"]) if term["run"] else [term[0].casefold().replace(",", "").rstrip(".")])
    return found - _STOP_WORDS


def stems(text: str) -> set[str]:
    """The same, cut so that forms of one word are alike."""
    return {term[:STEM] for term in terms(text)}


def count(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def closest_part(text: str, question: str, *, words: int) -> str:
    """So many words of a text, those in a row that share most with the question; the first of several alike."""
    spans = [match.span() for match in _WORD.finditer(text)]
    if len(spans) <= words:
        return text
    asked = stems(question)
    shares = [bool(stems(_with_next(text, start, end)) & asked) for start, end in spans]
    shared = best = sum(shares[:words])
    first = 0
    for place in range(1, len(spans) - words + 1):
        shared += shares[place + words - 1] - shares[place - 1]
        if shared > best:
            best, first = shared, place
    return text[spans[first][0] : spans[first + words - 1][1]]


def _with_next(text: str, start: int, end: int) -> str:
    """text[start:end], in a script without spaces with the next character, as it may be a word with that."""
    return text[start : end + 1] if _SPACELESS.match(text, start) else text[start:end]
