"""What the columns of a table are called, as far as its text tells. Pure."""

import re

ROWS_ABOVE = 40  # of a row, in which the heads of its columns are looked for
PROSE_WORDS = 12  # a row of one cell and so many words is no part of a table

_NUMBER = re.compile(r"\d")
_PERIOD = re.compile(r"\b(?:19|20)\d\d\b|\bQ[1-4]\b|\bFY ?\d\d")
_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}\b,?|\b\d{1,2} (?:weeks|months)\b",
    re.I,
)


def column_heads(text: str, start: int) -> tuple[int, int] | None:
    """Where the heads of the columns stand for the row of figures at text[start]; None if that is not clear."""
    end = text.find("\n", start)
    if not _has_figures(text[start : end if end >= 0 else None]):
        return None
    above = start
    for _ in range(ROWS_ABOVE):
        if above <= 0:
            return None
        above, stop = text.rfind("\n", 0, above - 1) + 1, above - 1
        row = text[above:stop]
        if "\t" not in row and len(row.split()) >= PROSE_WORDS:
            return None
        if (
            "\t" in row
            and not _has_figures(row)
            and (_PERIOD.search(row) or row.startswith("\t") or row.count("\t") > 1)
        ):
            return above, stop
    return None


def _has_figures(row: str) -> bool:
    """Whether a cell of the row holds a number that is no period."""
    return "\t" in row and any(_NUMBER.search(_DAY.sub("", _PERIOD.sub("", cell))) for cell in row.split("\t")[1:])
