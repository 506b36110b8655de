"""Whose document it is: a company, an office, or the authors of a paper. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from docqa.types import Page

LONGEST = 120  # characters
LINES = 40  # of a page, among which it is looked for

_CHARTER = re.compile(r"\(?exact name of .{0,20}(?:registrant|company)", re.IGNORECASE)
_SUFFIX = (
    r"(?:Inc\.?|Incorporated|Corp\.?|Corporation|Co\.,? Ltd\.?|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|L\.P\.|plc|PLC|AG|GmbH"
    r"|SE|S\.A\.|SA|N\.V\.|B\.V\.|S\.p\.A\.|AB|ASA|Oyj|KGaA|Pty Ltd|Holdings?|Bancorp|INC\.?|CORP\.?|CORPORATION|LTD\.?"
    r"|LIMITED|CO\., LTD\.?)"
)
_COMPANY = re.compile(
    rf"^((?:[A-Z0-9][\w.&'’+-]*[ ,]+(?:(?:of|and|the|&|for|de|und|et) )?){{1,6}}{_SUFFIX})(?=$|[ ,.(])"
)
_LISTED = re.compile(
    rf"((?:[A-Z0-9][\w.&'’+-]*,? (?:(?:of|and|&) )?){{1,6}}?(?:{_SUFFIX} )?)"
    r"\((?:NYSE|NASDAQ|Nasdaq|LSE|TSX|ASX|Euronext|XETRA)\b"
)
_OFFICE = re.compile(
    r"^(?:(?:[A-Z][\w.'’-]+ ){0,4}(?:Department|Ministry|Agency|Bureau|University|Institute|Commission|Council|Bank"
    r"|Foundation|Association|Center|Centre|Authority|School|College)(?: (?:of|for|the|and|[A-Z][\w.'’-]+)){0,6})$"
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:©\s*)?(?:(?:19|20)\d\d[-–, ]*)*(?:by )?([A-Z][^\n.]{2,80})", re.I)
_NO_OFFICE = re.compile(r"securities and exchange|internal revenue", re.IGNORECASE)
_JUNK_AUTHOR = re.compile(
    r"anonymous|unknown|author|user|admin|owner|guest|default|test|none|n/?a\b|windows|microsoft|office|hp\b|dell|lenovo|pc\b"
    r"|edgar|donnelley|toppan|workiva|merrill|adobe|acrobat|canon|xerox|ricoh|konica|scan|printer|pdf|creator|\w+@|\W*$",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w.'’-]*(?: (?:de|van|von|der|la|del|di|al|bin|T|[A-Z]\.?|[A-Z][\w.'’-]+)){1,4}"
_PEOPLE = re.compile(rf"^{_NAME}(?:(?:,| and|, and|\s*;|\s{{2,}})\s*{_NAME})*$")
_MARKS = re.compile(r"[\d∗*†‡§¶]+(?:,\s*[\d∗*†‡§¶]+)*|(?<=[a-z])[a-z]?(?:,[a-z])+(?=\s|,|$)")


def organisation(author: str, pages: Sequence[Page], *, is_paper: bool, title: str) -> str:
    """Whose document it is; empty if it does not say. `author` is what the metadata say, often junk."""
    named = " ".join(author.split())
    is_given = bool(named) and not _JUNK_AUTHOR.match(named)
    if is_paper:
        return _cut((named if is_given else "") or _authors(pages, title))
    found = (
        next(_registrants(pages), "")
        or (named if is_given and _COMPANY.search(named) else "")
        or next(_listed(pages), "")
        or next(_of_lines(pages, _COMPANY), "")
        or next(_copyrights(pages), "")
        or next(_of_lines(pages, _OFFICE), "")
        or (named if is_given and len(named.split()) > 1 else "")
    )
    return _cut(found)


def _registrants(pages: Sequence[Page]) -> Iterator[str]:
    """The line above "Exact name of registrant as specified in its charter"."""
    for page in pages:
        lines = [line.strip() for line in page.text.split("\n") if line.strip(" _\t-")]
        for line, after in pairwise(lines):
            if _CHARTER.match(after):
                yield line.split("\t")[0]


def _listed(pages: Sequence[Page]) -> Iterator[str]:
    """A company with its place on a stock exchange behind it."""
    for page in pages:
        yield from (found[1] for found in _LISTED.finditer(" ".join(page.text[:3000].split())))


def _of_lines(pages: Sequence[Page], pattern: re.Pattern[str]) -> Iterator[str]:
    """What lines early on a page are, or begin with."""
    for page in pages:
        for line in page.text.split("\n")[:LINES]:
            cell = line.split("\t")[0].strip()[: 2 * LONGEST]
            if (found := pattern.search(cell)) and not _NO_OFFICE.search(cell):
                yield found[0]


def _copyrights(pages: Sequence[Page]) -> Iterator[str]:
    for page in pages:
        for found in _COPYRIGHT.finditer(page.text):
            yield re.split(r"(?:,? (?:19|20)\d\d|\ball rights\b)", found[1], flags=re.IGNORECASE)[0]


def _authors(pages: Sequence[Page], title: str) -> str:
    """The first line after the title that is made of people's names."""
    if not pages:
        return ""
    texts = [line.replace("\t", ", ")[: 2 * LONGEST] for line in pages[0].text.split("\n")[:LINES]]
    lines = [_MARKS.sub("", line).strip(" ,") for line in texts]
    said = " ".join(title.split())
    return next((line for line in lines if _PEOPLE.match(line) and line not in said), "")


def _cut(name: str) -> str:
    return " ".join(name.split()).strip(" ,;:-–—|")[:LONGEST]
