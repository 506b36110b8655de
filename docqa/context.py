"""What a passage is known by besides its own words. Pure."""

import re

from docqa.scripts import folded, spaced
from docqa.types import Passage

_SEPARATORS = re.compile(r"[_\-\s]+")
_IDENTIFIER = re.compile(r"[0-9a-f\-]{16,}", re.IGNORECASE)  # a hash or UUID instead of a name
_YEAR_EDGE = re.compile(r"(?<=[A-Za-z])(?=(?:19|20)\d\d(?!\d))|(?:(?<=(?<!\d)19\d\d)|(?<=(?<!\d)20\d\d))(?=[A-Za-z])")

TITLE_WORDS = 20


def label(name: str, title: str) -> str:
    """What to call a document: its file name in words, and its title if that says something else."""
    stem = name.rsplit(".", 1)[0]
    spoken = "" if _IDENTIFIER.fullmatch(stem) else _SEPARATORS.sub(" ", stem).strip()
    title = " ".join(title.split()[:TITLE_WORDS])
    if title.casefold() in spoken.casefold():
        return spoken
    return f"{spoken} | {title}" if spoken else title


def in_context(passage: Passage, text: str | None = None) -> str:
    """The passage, or `text` from it, below what it stands under: its document and the last two headings."""
    document, *path = passage.headings or ("",)
    return " > ".join([document, *path[-2:]]) + "\n" + (passage.text if text is None else text)


def searchable(text: str) -> str:
    """The text as words are looked up in it: forms of a letter are one, and what has no spaces is cut into pairs.

    Years are set apart from the letters that touch them: FY2022 is also about 2022.
    """
    return _YEAR_EDGE.sub(" ", spaced(folded(text)))
