"""Words that a line end breaks, and soft hyphens. Pure."""

import re
from collections.abc import Iterator

BREAKS = 2  # in a text that breaks words: most lone hyphens at a line end are those of compounds, "year-end"

_BROKEN = re.compile(r"(?<![\w-])([^\W\d_]+)[-\u2010]\n([^\W\d_]+)(?![\w-])")
_SOFT = re.compile("\u00ad\n?")  # seen at a line end only


def without_soft(text: str) -> str:
    """The text without soft hyphens and the line ends after them."""
    return _SOFT.sub("", text) if "\u00ad" in text else text


def with_whole_words(text: str) -> str:
    """The same, and each word that a line end breaks in one piece, too; it may be a compound whose parts are words."""
    return " ".join((without_soft(text), *(found[1] + found[2] for found in _broken(text))))


def unbroken(text: str, *, part_of: str | None = None) -> str:
    """The text without soft hyphens, and with its broken words joined if it, or what it is part of, breaks words."""
    joined, end = "", 0
    if sum(1 for _ in _broken(text if part_of is None else part_of)) >= BREAKS:
        for found in _broken(text):
            joined += text[end : found.end(1)]
            end = found.start(2)
    return without_soft(joined + text[end:])


def _broken(text: str) -> Iterator[re.Match[str]]:
    """The words with a hyphen at the end of a row of prose: what the last cell of a row ends with goes on elsewhere."""
    if "-\n" not in text and "\u2010\n" not in text:  # as in most texts, which would take long to search
        return
    for found in _BROKEN.finditer(text):
        row = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if found[1][-1].islower() and found[2][0].islower() and "\t" not in row:
            yield found
