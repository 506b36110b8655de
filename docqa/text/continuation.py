"""Whether what stands at the end of a page goes on at the top of the next. Pure."""

import re

EDGE_ROWS = 3  # at the edge of a page that are looked at: headers, footers and page numbers stand there too
MIN_CELLS = 3  # of rows that make a table

_WORDS = re.compile(r"[^\W\d_]{2,}")
_END = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")


def runs_on(text: str, following: str) -> bool:
    """Whether a sentence or a table of `text` goes on in `following`, the text of the next page."""
    last, first = _rows(text)[-EDGE_ROWS:], _rows(following)[:EDGE_ROWS]
    return _table_runs_on(last, first) or _sentence_runs_on(last, first)


def _rows(text: str) -> list[str]:
    """Rows that say something: page numbers do not."""
    return [row.strip() for row in text.split("\n") if "\t" in row or len(_WORDS.findall(row)) > 3]


def _table_runs_on(last: list[str], first: list[str]) -> bool:
    ends = {row.count("\t") for row in last if row.count("\t") >= MIN_CELLS - 1}
    return any(row.count("\t") in ends for row in first)


def _sentence_runs_on(last: list[str], first: list[str]) -> bool:
    unfinished = any("\t" not in row and not _END.search(row) for row in last[-1:])
    return unfinished and any("\t" not in row and row[0].islower() for row in first)
