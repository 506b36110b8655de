"""The words of a text that carry its meaning. Pure."""

import re

_TERM = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]{3,}")
_STOP_WORDS = frozenset(
    "the and for are was were has have had that this these those with from which who whom its their they she him her"
    " you your our not but can will would about into than then there here when what where been being also such more"
    " most only over under per does did".split()
)


def terms(text: str) -> set[str]:
    """Numbers, without their commas, and words of three letters or more, without those that every text has."""
    found = (term.casefold().replace(",", "").rstrip(".") for term in _TERM.findall(text))
    return {term for term in found if term not in _STOP_WORDS}
