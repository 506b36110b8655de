"""What a passage is known by besides its own words. Pure."""

import re

from docqa.question.naming import IDENTIFIER
from docqa.text.hyphens import unbroken, with_whole_words
from docqa.text.scripts import folded, spaced
from docqa.types import Document, Passage

_SEPARATORS = re.compile(r"[_\-\s]+")
_YEAR_IN_WORD = re.compile(r"(?:19|20)\d\d(?:(?<=[A-Za-z]\d{4})(?!\d)|(?<!\d{5})(?=[A-Za-z]))")

_DOMAIN = re.compile(r"\.(?=com\b|org\b|net\b)")

TITLE_WORDS = 20
ORGANISATION_WORDS = 8


def label(name: str, title: str, *, organisation: str = "", year: int | None = None) -> str:
    """What to call a document: its file name in words, its title, whose it is and its year, each if that is new."""
    stem = name.rsplit(".", 1)[0]
    spoken = "" if IDENTIFIER.fullmatch(stem) else _SEPARATORS.sub(" ", stem).strip()
    title = " ".join(title.split()[:TITLE_WORDS])
    said = spoken if title.casefold() in spoken.casefold() else f"{spoken} | {title}" if spoken else title
    is_named = bool(organisation) and _first_word(organisation) in "".join(said.casefold().split())
    more = [] if is_named or not organisation else [" ".join(organisation.split()[:ORGANISATION_WORDS])]
    more += [str(year)] if year and str(year) not in searchable(said) else []
    return " | ".join(part for part in (said, " ".join(more)) if part)


def description(document: Document, text: str) -> str:
    """What a document is searched by as a whole: what is known of it, and its first page."""
    called = label(document.name, document.title, organisation=document.organisation, year=document.year)
    return f"{called}\n{document.organisation} {document.kind} {document.year or ''}\n{text}"


def in_context(passage: Passage, text: str | None = None) -> str:
    """The passage, or `text` from it, below what it stands under: its document, the last two headings and its lead.

    A heading that the document is called by is said once.
    """
    document, *path = passage.headings or ("",)
    said = document.casefold()
    under = " > ".join([document, *[heading for heading in path if heading.casefold() not in said][-2:]])
    return "\n".join(filter(None, (under, passage.lead))) + "\n" + (passage.text if text is None else text)


def embedded(passage: Passage) -> str:
    """The text that a passage is embedded by: in context, with the words joined that its line ends break."""
    return in_context(passage, unbroken(passage.text))


def _first_word(organisation: str) -> str:
    return _DOMAIN.split(organisation.split()[0].casefold())[0].strip(",.&")


def searchable(text: str) -> str:
    """The text as words are looked up in it: forms of a letter are one, and what has no spaces is cut into pairs.

    Years are set apart from the letters that touch them: FY2022 is also about 2022. Words that line ends break are
    there in one piece, too.
    """
    return _YEAR_IN_WORD.sub(r" \g<0> ", spaced(folded(with_whole_words(text))))
