"""How a table of contents is told: by its title, and by entries whose dots lead to the numbers of pages. Pure."""

import re
from itertools import pairwise

from docqa.types import Span

NAMES = (  # what it is called
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des mati[èe]res|[íi]ndice(?: general)?|sommario"
    r"|inhoud(?:sopgave)?|目\s?[录錄次]"
)
FEWEST_ENTRIES = 4
IN_ORDER = 0.8  # share of the entries whose page is no earlier than that of the one before: of figures it is half

_TITLE = re.compile(NAMES, re.IGNORECASE)
_TITLE_LINE = re.compile(rf"^(?:{NAMES}|index)$", re.IGNORECASE | re.MULTILINE)
_ENTRY = re.compile(  # each run of dots is tried from its start only, and whole: a page may be full of them
    r"^(?:(?P<first>\d{1,4})[ \t])?[^\n]*?(?<!\.)(?<!\. )(?:\.{4,}+|(?:\. ?){5,}+)[ \t]*(?P<last>\d{1,4})?[ \t]*$",
    re.MULTILINE,
)
_NUMBERED = re.compile(r"^[^\n]*[ \t]\d{1,4}[ \t]*$", re.MULTILINE)


def is_title(heading: str) -> bool:
    """Whether a heading is that of a table of contents."""
    return bool(_TITLE.fullmatch(heading))


def entries(page: str) -> tuple[Span, ...]:
    """The rows of a page's text that say on which page something is told; none if their numbers do not ascend.

    Rows of statements have such dots, too, but their figures go up and down. Beside entries with dots there may be some
    without: of chapters.
    """
    found = [entry for entry in _ENTRY.finditer(page) if entry["last"] or entry["first"]]
    numbers = [int(entry["last"] or entry["first"]) for entry in found]
    ascending = sum(before <= after for before, after in pairwise(numbers))
    if len(found) < FEWEST_ENTRIES or ascending < IN_ORDER * (len(numbers) - 1):
        return ()
    return tuple(entry.span() for entry in (*found, *_NUMBERED.finditer(page)))


def is_one(page: str) -> bool:
    """Whether the text of a page is a table of contents or an index."""
    return bool(_TITLE_LINE.search(page) or entries(page))
