"""What a document calls itself. Pure."""

import re

from docqa.text.contents import NAMES
from docqa.types import Heading, Page

LONGEST = 300  # characters

_WORD = re.compile(r"[^\W\d_]{3,}")
_JUNK = re.compile(  # titles that programs and scanners give
    r"(?:untitled|no title|title|document|presentation|microsoft \w+|powerpoint|slide|scan|scanned|camscanner"
    r"|adobe scan|edgar|image|img|print|layout|template|sans titre|unbenannt|sin título"
    r"|senza titolo|dokument|book|pdf|file|page"
    r"|[\W\d_])+|(?:about|https?|file):.*|(?:camscanner|adobe scan)\b.*",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"^microsoft (?:word|powerpoint|excel) - ", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|pdf|indd|qxd|rtf|txt|html?|tex|pages|key|odt|dvi|ps|fm|jpe?g|tiff?|png)$", re.IGNORECASE
)
_NOT_A_TITLE = re.compile(  # lines that stand on many first pages, above what the document is
    rf"(?:{NAMES})$|united states|securities and exchange commission|washington,? d\.?c\.?|\(?mark one\)?"
    r"|page \d+|exhibit \d|confidential|draft|for immediate release|abstract|\d|www\.|https?:|for media|for further",
    re.IGNORECASE,
)
MOST_WORDS = 30  # of a title


def title(metadata_title: str, first_page: Page | None) -> str:
    """The title in the metadata if it is one, else the largest heading of the first page, else its first line."""
    return _title(metadata_title, first_page)[:LONGEST]


def _title(metadata_title: str, first_page: Page | None) -> str:
    if is_given(metadata_title):
        return _PROGRAM.sub("", " ".join(metadata_title.split()))
    if first_page is None or not first_page.text:
        return ""
    if first_page.headings:
        return " ".join(_heading(first_page.headings).text.split()[:MOST_WORDS])
    lines = [" ".join(line.split()) for line in first_page.text.split("\n") if line.strip()]
    return next((line for line in lines if _is_title(line)), lines[0] if lines else "")


def is_given(title: str) -> bool:
    """Whether a title in the metadata says something: two words at least, not the name of a file or of a program."""
    said = _PROGRAM.sub("", " ".join(title.split()))
    if _FILE.search(said) or said.count("_") > 1:
        return False
    return len(_WORD.findall(said)) >= 2 and not _JUNK.fullmatch(said)


def _heading(headings: tuple[Heading, ...]) -> Heading:
    """The largest that can be a title, the first of several."""
    possible = [heading for heading in headings if _is_title(heading.text)]
    return max(possible or headings, key=lambda heading: heading.size)


def _is_title(line: str) -> bool:
    return bool(_WORD.search(line)) and not _NOT_A_TITLE.match(line.strip())
