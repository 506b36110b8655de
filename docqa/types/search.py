"""Passages, rankings, and what search found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from docqa.types.pages import Box

Vector = list[float]
Quantization = Literal["none", "int8", "binary"]  # of the small copies of vectors that are searched first


PREFIX = 15  # hex digits of a document's id in a key
PICTURE = 0xFFFFFF  # the ordinal of the passage that stands for a page without text, so that its image can be found


class PassageKey(NamedTuple):
    """Which passage: enough to fuse rankings by page without reading anything."""

    document: str  # the first digits of the document's id
    page: int  # 1-based
    ordinal: int  # 0-based place among the page's passages, or PICTURE

    @classmethod
    def of(cls, document_id: str, page: int, ordinal: int) -> "PassageKey":
        """The key of a passage of the document with this whole id."""
        return cls(document_id[:PREFIX], page, ordinal)


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one page's text: the unit we embed, index, rank and cite."""

    document_id: str
    page: int  # 1-based
    ordinal: int  # 0-based place among the page's passages, or PICTURE
    start: int  # character offset into the page's text
    text: str
    headings: tuple[str, ...]  # what it stands under, outermost first; the first names the document
    boxes: tuple[Box, ...]  # one for each row
    printed: str | None = None  # the number printed on its page; None if unknown
    lead: str = (
        ""  # what it goes on from, if not on its own text: the heads of its table, a caption, the lead of a list
    )

    drawn: float = 0.0  # share of its page with ink that no word covers, 0 to 1

    @property
    def end(self) -> int:
        """Offset of the first character after the passage."""
        return self.start + len(self.text)

    @property
    def key(self) -> PassageKey:
        """Its key in every ranking."""
        return PassageKey.of(self.document_id, self.page, self.ordinal)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to search. Empty means everywhere."""

    document_ids: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()  # ranges of physical pages, first and last, 1-based
    called: tuple[tuple[int, int], ...] = ()  # ranges of pages by their number, the physical or the printed one


@dataclass(frozen=True, slots=True)
class Query:
    """What an index is asked: one wording of a question, by meaning, by words and by how pages look."""

    text: str
    vector: Vector  # its embedding
    scope: Scope = Scope()
    visual: Vector | None = None  # its embedding among page images; None if pages are not ranked by these
    also: str = ""  # further words by which passages and pages, but not documents, are ranked


class Ranked(NamedTuple):
    """A key an index returned. Scores compare only within one ranking; higher is better."""

    key: PassageKey
    score: float


@dataclass(frozen=True, slots=True)
class Rankings:
    """One question's rankings, best first, each by its own measure."""

    dense: list[Ranked]  # passages by cosine similarity of embeddings
    words: list[Ranked]  # passages by BM25
    pages: list[Ranked]  # pages by BM25 of their whole text; each under the key of its first passage
    documents: list[Ranked]  # documents by BM25 of name, title and first page; each under the key of its first passage
    facts: list[Ranked] = field(default_factory=list)  # documents by the names, years and kinds that a question says
    visual: list[Ranked] = field(default_factory=list)  # pages by their images; keys as in `pages`, or with PICTURE


@dataclass(frozen=True, slots=True)
class SamePage:
    """Another page with the same text."""

    document_id: str
    document: str  # file name; empty until it is looked up
    page: int  # 1-based
    printed: str | None = None  # the number printed on it; None if unknown


@dataclass(frozen=True, slots=True)
class PageHit:
    """A page that search returned, with the passages that speak for it, best first."""

    document_id: str
    page: int
    score: float
    passages: tuple[Passage, ...]  # never empty; that of a page without text is without text
    parts: tuple[int, ...] = ()  # of the question that it speaks of, 1-based, the one it fits best first
    also_on: tuple[SamePage, ...] = ()  # pages found that have the same text


@dataclass(frozen=True, slots=True)
class Match:
    """How well the documents fit a question, or a part of one."""

    question: str
    searched: int  # passages in the scope
    similarity: float  # cosine of the question and the nearest passage; 0 if nothing was found
    log_odds: float | None  # the reranker's best; None if it read nothing


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What search found for a question."""

    hits: list[PageHit]  # best first
    match: Match
    parts: tuple[Match, ...]  # of a question that asks for several things, in order; else empty
    named: bool  # whether the question names pages by number that are there
    timings: Mapping[str, float]  # stage to milliseconds

    @property
    def document_ids(self) -> set[str]:
        """Of every document that it speaks of."""
        others = {page.document_id for hit in self.hits for page in hit.also_on}
        return others | {hit.document_id for hit in self.hits}
