"""What a document is: read from its metadata, its first pages and its outline, by rules that hold for most. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docqa import facts
from docqa.types import Facts, Page
from ingest.language import language
from ingest.organisation import organisation
from ingest.title import is_given, title

FIRST_PAGES = 3  # that are looked at
OUTLINE_ENTRIES, OUTLINE_LEVELS = 100, 2
EARLY = 1500  # characters of the first page, in which a document says what it is
FEW_WORDS = 120  # on a page of slides
EARLIEST = 1950  # date of a document: before that it is one that the document speaks of

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"((?:19|20)\d\d)"
_YEARS_SAID = tuple(  # the surest first
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:fiscal|financial)\s+(?:year\s+)?{_YEAR}\b(?!\s*(?:compared|and|outlook))",
        rf"\b(?:year|period|quarter|months|weeks)\s+end(?:ed|ing):?\s+(?:on\s+)?(?:the\s+)?"
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:of\s+)?(?:{_MONTH})\s*(?:\d{{1,2}}(?:st|nd|rd|th)?,?)?\s*{_YEAR}\b",
        rf"\bdate of report[^\n]{{0,60}}?{_YEAR}\b",
        rf"\b(?:annual|quarterly|interim|progress|sustainability)\s+report[^\n]{{0,30}}?\b{_YEAR}\b",
        rf"\b{_YEAR}[^\S\n]+(?:annual|quarterly|interim|progress|sustainability)\s+report\b",
    )
)
_DATE = re.compile(  # that a line or a cell ends with, after a few words at most
    rf"^(?:[^\W\d]+:?[^\S\n]+|[—–-]){{0,3}}(?:(?:\d{{1,2}}(?:st|nd|rd|th)?[^\S\n]+)?{_MONTH}[^\S\n]*(?:\d{{1,2}}(?:st|nd|rd|th)?)?,?"
    rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.]|\d{{1,2}}[./])[^\S\n]*{_YEAR}\W*$|\b{_YEAR}-\d\d-\d\d\W*$",
    re.IGNORECASE,
)
_LONE_YEAR = re.compile(rf"^\W*(?:\(c\)|copyright)?\W*{_YEAR}(?:\s*[-–/]\s*\d{{2,4}})?\W*$", re.IGNORECASE)
_FORM = re.compile(r"\bform\s+(10-K|10-Q|8-K|20-F|40-F|6-K|S-1|11-K|13F)\b", re.IGNORECASE)
_FORM_TAG = re.compile(r"(?<![a-z0-9])(10-?K|10-?Q|8-?K|20-?F|40-?F)(?![a-z0-9])", re.IGNORECASE)
_KINDS = tuple(  # by what stands in the title or early on the first page; the first that fits
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "earnings release",
            r"\b(?:reports?|announces?)\b.{0,80}\b(?:quarter|year|fiscal|interim)\b.{0,80}\bresults\b",
        ),
        ("invoice", r"^\s*(?:tax )?invoice\b|\binvoice (?:no|number|date)\b"),
        ("thesis", r"\b(?:thesis|dissertation)\b.{0,200}\b(?:degree|submitted|fulfil?lment)\b"),
        ("minutes", r"\bminutes of (?:the |a )?.{0,60}meeting\b"),
        ("contract", r"\b(?:agreement|contract|lease)\b.{0,400}\b(?:by and between|between|hereinafter|whereas)\b"),
        ("annual report", r"\bannual report\b(?! pursuant)|\bannual report and accounts\b"),
        ("quarterly report", r"\b(?:quarterly|interim|half-year(?:ly)?) report\b"),
        (
            "manual",
            r"\b(?:(?:user|owner|service|operat\w+|instruction|installation|reference|training)['’s]*"
            r"\s+(?:manual|guide|handbook|instructions)|handbook|manual)\b",
        ),
        ("brochure", r"\be?-?brochure\b"),
        ("press release", r"\bpress release\b|\bfor immediate release\b"),
        ("policy", r"^.{0,80}\bpolicy\b"),
        ("plan", r"\b(?:strategic|business|action|development) plan\b"),
    )
)
_ABSTRACT = re.compile(r"^\s*abstract\b", re.IGNORECASE | re.MULTILINE)
_LETTER = re.compile(
    r"^\s*(?:dear|to whom it may concern|sehr geehrte|chère?|estimad[oa])\b", re.IGNORECASE | re.MULTILINE
)
_BORN = re.compile(
    r"\b(?:born|birth|d\.?o\.?b|geboren|geburtsdatum|geb\.|né(?:e|\(e\))?|naissance|nacid[oa]|nacimiento)(?!\w)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_REPORT = re.compile(r"\breport\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the PDF's own fields say; often empty or junk."""

    title: str = ""
    author: str = ""
    subject: str = ""
    creator: str = ""  # the program
    created: str = ""  # as PDF writes dates: D:20230221163722
    outline: tuple[str, ...] = ()  # its bookmarks of the upper two levels


def read(metadata: Metadata, pages: Sequence[Page]) -> Facts:
    """What a document says of itself; `pages` are the first ones of those that could be read, in order."""
    first = next((page for page in pages if page.number == 1), None)
    text = "\n".join(page.text for page in pages[:FIRST_PAGES])
    called = title(metadata.title, first)
    given = metadata.title if is_given(metadata.title) else ""
    sort = kind(metadata, pages, called)
    return Facts(
        title=called,
        organisation=organisation(metadata.author, pages[:FIRST_PAGES], is_paper=sort == "paper", title=called),
        year=year(metadata, pages, given or called),
        kind=sort,
        language=language(text),
        outline=_outline(metadata, pages),
    )


def year(metadata: Metadata, pages: Sequence[Page], title: str) -> int | None:
    """The year a document is about or, without one, that of its date.

    What it calls its fiscal year goes before the day on which that ends.
    """
    for text in (title, metadata.subject, *(page.text[: 2 * EARLY] for page in pages[:FIRST_PAGES])):
        for said in _YEARS_SAID:
            if found := said.search(text):
                return int(found[1])
    if named := facts.years(title):
        return named[0]
    if dated := next(_dates(pages[:2]), None):
        return dated
    is_typeset = "tex" in metadata.creator.casefold()  # written when it was made; other programs copy and print
    made = facts.years(metadata.created[2:6])
    return made[0] if made and is_typeset else None


def _dates(pages: Sequence[Page]) -> Iterator[int]:
    """The years of what stands early on pages as a line or cell of its own: a year, or a date.

    Rows with years in several cells are heads of columns, what goes on in lower case is the end of a line, and when
    somebody was born is no date of the document.
    """
    for page in pages:
        rows = page.text[: 2 * EARLY].split("\n")
        for before, row, after in zip(["", *rows], rows, [*rows[1:], ""], strict=False):
            dated = [
                found for cell in row.split("\t") if (found := _LONE_YEAR.search(cell) or _DATE.search(cell.strip()))
            ]
            label = "" if _DIGIT.search(before) else before
            if any(map(_BORN.search, (label, row))):
                continue
            if len(dated) == 1 and not after[:1].islower() and not (before and row.endswith(".")):
                year = int(next(filter(None, dated[0].groups())))
                yield from [year] if year >= EARLIEST else []


def kind(metadata: Metadata, pages: Sequence[Page], title: str) -> str:
    """What sort of document it is; empty if it does not say."""
    early = pages[0].text[:EARLY] if pages else ""
    if form := _FORM.search(early) or _FORM_TAG.search(title) or _FORM_TAG.search(metadata.subject):
        tag = form[1].upper()
        return tag if "-" in tag or tag == "13F" else f"{tag[:-1]}-{tag[-1]}"
    if _LETTER.search(early) and "agreement" not in early.casefold():
        return "letter"
    if any(_ABSTRACT.search(page.text) for page in pages[:2]):
        return "paper"
    for text in (title, early):
        spoken = " ".join(text.split())
        if found := next((name for name, pattern in _KINDS if pattern.search(spoken)), ""):
            return found
    if _are_slides(pages):
        return "slides"
    return "report" if _REPORT.search(title) or _REPORT.search(early[:300]) else ""


def _are_slides(pages: Sequence[Page]) -> bool:
    """Whether pages are wide, and hold few words."""
    return len(pages) > 1 and all(
        page.width > 1.2 * page.height and len(page.text.split()) < FEW_WORDS for page in pages[:FIRST_PAGES]
    )


def _outline(metadata: Metadata, pages: Sequence[Page]) -> tuple[str, ...]:
    """The bookmarks; without any, the headings of the first pages."""
    entries = metadata.outline or tuple(_headings(pages))
    cleaned = (" ".join(entry.split()) for entry in entries)
    return tuple(dict.fromkeys(entry for entry in cleaned if entry))[:OUTLINE_ENTRIES]


def _headings(pages: Sequence[Page]) -> Iterator[str]:
    for page in pages[:FIRST_PAGES]:
        yield from (heading.text for heading in page.headings)
