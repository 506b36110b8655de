"""Pages that a question names by their number. Pure."""

import re

from docqa.text.words import terms

FEW_TERMS = 1  # a question that has no more of them beside the pages it names asks for these pages

MOST_PAGES = 50  # of a range that is taken at its word

BOTH = "–"  # between the two numbers that are printed on a page that shows a spread

_NUMBERS = r"\d{1,5}(?:\s*(?:,|;|&|and|or|to|through|-|–)\s*(?:and\s+)?\d{1,5})*"
_NAMED = re.compile(
    r"\b(?:pages?|pp?\.|seiten?|p[áa]ginas?|pagin[ae]|страниц\w*|стр\.|ב?עמוד(?:ים)?|(?:ال)?صفحة)\s*"
    rf"({_NUMBERS})|第\s*({_NUMBERS})\s*(?:页|頁|ページ)|(?<!\d)({_NUMBERS})\s*(?:ページ|페이지|쪽)",
    re.IGNORECASE,
)
_IN_FIGURES = re.compile(rf"\d{{1,5}}(?:{BOTH}\d{{1,5}})?", re.ASCII)
_RANGE = re.compile(r"(\d+)(?:\s*(?:to|through|-|–)\s*(\d+))?")


def pages_named(question: str) -> tuple[tuple[int, int], ...]:
    """Ranges of pages, first and last: (10, 11) and (14, 14) of "pages 10-11 and 14"."""
    found = []
    for named in _NAMED.finditer(question):
        for first, last in _RANGE.findall(named[named.lastindex or 0]):
            low, high = int(first), int(last or first)
            if 0 < low <= high < low + MOST_PAGES:
                found.append((low, high))
    return tuple(dict.fromkeys(found))


def only_pages_named(question: str) -> bool:
    """Whether a question hardly says more than which pages it means: "Summarise page 7"."""
    return len(terms(_NAMED.sub("", question))) <= FEW_TERMS


def with_printed(page: int, printed: str | None) -> str:
    """A page as people are shown it: "12 (printed 9)", or "12" if nothing else is printed on it."""
    return f"{page} (printed {printed})" if printed not in (None, str(page)) else str(page)


def numbers_printed(label: str | None) -> tuple[int, ...]:
    """The numbers by which a question can name a page with this label: both of "4–5", none of "iv" or "A-3"."""
    return tuple(int(number) for number in label.split(BOTH)) if label and _IN_FIGURES.fullmatch(label) else ()
