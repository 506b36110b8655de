"""The words of a text that carry its meaning. Pure."""

import re

_WORD = re.compile(r"\S+")
_TERM = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]{3,}")
STEM = 6  # letters by which forms of one word are taken for the same

_STOP_WORDS = frozenset(
    "the and for are was were has have had that this these those with from which who whom its their they she him her"
    " you your our not but can will would about into than then there here when what where been being also such more"
    " most only over under per does did".split()
)


def terms(text: str) -> set[str]:
    """Numbers, without their commas, and words of three letters or more, without those that every text has."""
    found = (term.casefold().replace(",", "").rstrip(".") for term in _TERM.findall(text))
    return {term for term in found if term not in _STOP_WORDS}


def stems(text: str) -> set[str]:
    """The same, cut so that forms of one word are alike."""
    return {term[:STEM] for term in terms(text)}


def closest_part(text: str, question: str, *, words: int) -> str:
    """So many words of a text, those in a row that share most with the question; the first of several alike."""
    spans = [match.span() for match in _WORD.finditer(text)]
    if len(spans) <= words:
        return text
    asked = stems(question)
    shares = [bool(stems(text[start:end]) & asked) for start, end in spans]
    count = best = sum(shares[:words])
    first = 0
    for place in range(1, len(spans) - words + 1):
        count += shares[place + words - 1] - shares[place - 1]
        if count > best:
            best, first = count, place
    return text[spans[first][0] : spans[first + words - 1][1]]
