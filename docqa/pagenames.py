"""Pages that a question names by their number. Pure."""

import re

from docqa.words import terms

FEW_TERMS = 1  # a question that has no more of them beside the pages it names asks for these pages

MOST_PAGES = 50  # of a range that is taken at its word

_NUMBERS = r"\d{1,5}(?:\s*(?:,|;|&|and|or|to|through|-|–)\s*(?:and\s+)?\d{1,5})*"
_NAMED = re.compile(rf"\b(?:pages?|pp?\.)\s*({_NUMBERS})", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?:\s*(?:to|through|-|–)\s*(\d+))?")


def pages_named(question: str) -> tuple[tuple[int, int], ...]:
    """Ranges of pages, first and last: (10, 11) and (14, 14) of "pages 10-11 and 14"."""
    found = []
    for named in _NAMED.finditer(question):
        for first, last in _RANGE.findall(named.group(1)):
            low, high = int(first), int(last or first)
            if 0 < low <= high < low + MOST_PAGES:
                found.append((low, high))
    return tuple(dict.fromkeys(found))


def only_pages_named(question: str) -> bool:
    """Whether a question hardly says more than which pages it means: "Summarise page 7"."""
    return len(terms(_NAMED.sub("", question))) <= FEW_TERMS
