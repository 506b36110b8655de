"""The nouns of docqa. Plain values: nothing here opens a file or a socket."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Literal, NamedTuple

from docqa.scripts import SPACELESS_RUN

TextSource = Literal["layer", "ocr", "none"]
OCRScope = Literal["off", "scans", "all"]  # what OCR reads: nothing; pages without text; also pictures beside text
Quantization = Literal["none", "int8", "binary"]  # of the small copies of vectors that are searched first
DocumentState = Literal["queued", "reading", "done", "failed"]
AnswerStatus = Literal["answered", "not_found"]
AnswerMethod = Literal["quotation", "model"]
SentAs = Literal["text", "text and image", "earlier", "dropped"]
Verdict = Literal["up", "down"]

Vector = list[float]
Span = tuple[int, int]  # character offsets into a page's text, end exclusive

NEEDS_PASSWORD = "encrypted: it needs a password to open"  # begins the error of a document that does
WEAK_EVIDENCE = 0.25  # of `Answer.answerable`: below it the answer is doubtful


class Box(NamedTuple):
    """A rectangle on a page as it is shown: points (1/72 inch), origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    def part(self, start: int, end: int, of: int) -> "Box":
        """The box around characters start to end of so many that share it evenly, along its longer side."""
        width, height = self.x1 - self.x0, self.y1 - self.y0
        if height > width:
            return Box(self.x0, self.y0 + height * start / of, self.x1, self.y0 + height * end / of)
        return Box(self.x0 + width * start / of, self.y0, self.x0 + width * end / of, self.y1)

    def union(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them, of which there is one at least."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


class Word(NamedTuple):
    """Where a run of the page's text stands on the page."""

    start: int  # character offsets into the page's text, end exclusive
    end: int
    box: Box
    row: int  # 0-based row of the text: words of one row stand on one line


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that names what follows it."""

    start: int  # character offset into the page's text
    text: str
    size: float  # font size in points: a larger heading contains the smaller ones after it


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of a PDF as it was read.

    In its text a row ends with a newline, the cells of a row are separated by tabs, and blocks by a blank line.
    """

    number: int  # 1-based physical page, as a PDF viewer counts; never the printed one
    width: float  # points, as shown (after the page's own rotation)
    height: float
    text: str
    words: tuple[Word, ...]  # in text order
    headings: tuple[Heading, ...]
    source: TextSource
    drawn: float = 0.0  # share of its area with ink that no word covers: pictures, charts, scans; 0 to 1
    printed: str | None = None  # the number printed on it, such as "9", "iv" or, on a spread, "4–5"; None if unknown
    running: tuple[Span, ...] = ()  # rows that stand on other pages, too: running heads and feet

    @property
    def body(self) -> str:
        """Its text with white space where the running heads and feet are: every offset stays the same."""
        text = self.text
        for start, end in self.running:
            text = text[:start] + "\n" * (end - start) + text[end:]
        return text

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Boxes around the words of text[start:end], one for each row they stand in, in text order."""
        rows: dict[int, list[Box]] = {}
        for word in islice(self.words, bisect_right(self.words, start, key=lambda word: word.end), None):
            if word.start >= end:
                break
            rows.setdefault(word.row, []).append(self._within(word, start, end))
        return tuple(around(boxes) for boxes in rows.values())

    def _within(self, word: Word, start: int, end: int) -> Box:
        """The box of a word; where words are whole lines, as in scripts without spaces, of its part in that span."""
        if (start <= word.start and word.end <= end) or not SPACELESS_RUN.search(self.text, word.start, word.end):
            return word.box
        return word.box.part(max(start - word.start, 0), min(end, word.end) - word.start, word.end - word.start)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says of itself as a whole."""

    title: str = ""
    organisation: str = ""
    year: int | None = None
    kind: str = ""
    language: str = ""
    outline: tuple[str, ...] = ()  # its headings, in order


@dataclass(frozen=True, slots=True)
class Card:
    """What a document can be named by in a question, in the form in which it is compared (docqa/routing.py)."""

    names: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF in the library. The same bytes are the same document, whatever they are called."""

    id: str  # sha256 of the bytes, hex
    name: str  # file name
    title: str  # what it calls itself; empty until its first page was read
    collections: tuple[str, ...]
    state: DocumentState
    pages: int  # 0 if the file could not be opened
    pages_done: int
    pages_failed: int
    error: str  # why it failed, or what its failed pages say; empty if nothing did
    size_bytes: int
    added_at: datetime
    organisation: str = ""  # the company, or the authors; empty if unknown, as the others are
    year: int | None = None  # that it is about, or that it is of
    kind: str = ""  # "10-K", "paper", "manual", ...
    language: str = ""  # ISO 639-1
    corrected: tuple[str, ...] = ()  # which of title, organisation, year and kind somebody has set

    @property
    def needs_password(self) -> bool:
        """Whether it failed because nobody gave its password."""
        return self.state == "failed" and self.error.startswith(NEEDS_PASSWORD)


@dataclass(frozen=True, slots=True)
class Collection:
    """A named group of documents."""

    name: str
    documents: int
    pages: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the library holds, in numbers."""

    states: Mapping[str, int]  # documents by state
    pages: int
    size_bytes: int
    pages_waiting: int  # of documents whose number of pages is known


class PassageKey(NamedTuple):
    """Which passage: enough to fuse rankings by page without reading anything."""

    document: str  # the first 15 hex digits of the document's id
    page: int  # 1-based
    ordinal: int  # 0-based place among the page's passages


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one page's text: the unit we embed, index, rank and cite."""

    document_id: str
    page: int  # 1-based
    ordinal: int  # 0-based place among the page's passages
    start: int  # character offset into the page's text
    text: str
    headings: tuple[str, ...]  # what it stands under, outermost first; the first names the document
    boxes: tuple[Box, ...]  # one for each row
    printed: str | None = None  # the number printed on its page; None if unknown
    lead: str = (
        ""  # what it goes on from, if not on its own text: the heads of its table, a caption, the lead of a list
    )

    @property
    def end(self) -> int:
        """Offset of the first character after the passage."""
        return self.start + len(self.text)

    @property
    def key(self) -> PassageKey:
        """Its key in every ranking."""
        return PassageKey(self.document_id[:15], self.page, self.ordinal)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to search. Empty means everywhere."""

    document_ids: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()  # ranges of physical pages, first and last, 1-based
    called: tuple[tuple[int, int], ...] = ()  # ranges of pages by their number, the physical or the printed one


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
    passages: tuple[Passage, ...]  # never empty
    part: int = 0  # of the question that it fits best, 1-based; 0 if that is one thing, or for the whole
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """A page that an answer rests on, under the label it is cited by."""

    label: int  # 1-based: the n in "[n]"
    document_id: str
    document: str  # file name
    page: Page
    passages: tuple[Passage, ...]  # the ones search found, best first
    score: float
    part: int = 0  # of the question that it was found for, 1-based; 0 if that is one thing, or for the whole
    also_on: tuple[SamePage, ...] = ()  # pages found that have the same text

    @property
    def document_ids(self) -> tuple[str, ...]:
        """Of the documents that have it."""
        return (self.document_id, *(page.document_id for page in self.also_on))


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the documents that an answer points at."""

    label: int
    document_id: str
    document: str  # file name
    page: int
    quote: str  # words of that page, verbatim; empty if the answer quotes none of its words
    boxes: tuple[Box, ...]  # of the quote, one for each row
    supported: bool  # the quoted words are on that page and bear the answer out
    printed: str | None = None  # the number printed on that page; None if unknown


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a model is shown it: its text, and its image where that is worth its tokens."""

    evidence: Evidence
    image: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked and answered before, with the pages that were sent along."""

    question: str
    answer: str
    shown: tuple[Shown, ...]  # as they were laid out
    detail: int  # of their images


@dataclass(frozen=True, slots=True)
class PageReceipt:
    """What became of one page that was considered for a prompt."""

    document_id: str
    document: str  # file name
    page: int
    label: int | None  # None if it was dropped
    sent: SentAs  # "earlier": the conversation holds it already
    reason: str  # why it was dropped or sent without its image; empty if it was not
    text_tokens: int  # of its place in the prompt without the image
    image_tokens: int  # 0 if its image was not sent


@dataclass(frozen=True, slots=True)
class PackReceipt:
    """What a prompt holds and what it costs. Sizes in tokens."""

    model: str  # as it is served
    profile: str
    exact: bool  # counted as the server counts; else an upper bound
    window: int
    budget: int  # at most for prompt and answer together
    reserved: int  # for the answer
    instructions: int
    history: int
    text: int  # the pages' labels and texts
    images: int
    question: int
    detail: int  # how finely images are cut; what it counts is the model family's own
    pages: tuple[PageReceipt, ...]  # every page considered, best first

    @property
    def total(self) -> int:
        """Tokens of the whole prompt."""
        return self.instructions + self.history + self.text + self.images + self.question


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model server says it has read and written. Sizes in tokens."""

    prompt: int
    answer: int
    cached: int | None  # of the prompt, from the prefix cache; None if the server does not say


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer made of the evidence."""

    status: AnswerStatus
    text: str
    citations: tuple[Citation, ...]  # in order of first mention
    shown: tuple[Evidence, ...]  # what the answerer was shown
    receipt: PackReceipt | None = None  # of the prompt, if there was one
    usage: Usage | None = None
    interrupted: str = ""  # why the text breaks off; empty if it is whole
    turn: Turn | None = None  # to go on from, if the answerer can hold a conversation
    log_odds: float | None = None  # the reranker's best of what could be quoted; None if it read nothing


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One of several things that a question asks for."""

    question: str
    answerable: float  # 0 to 1: how likely it is that the documents speak of it
    found: bool  # whether that is likely enough
    labels: tuple[int, ...]  # of the evidence that was found for it, best first


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what proves it."""

    question: str
    searched: str  # the question as it stands by itself: a follow-up with what it leans on
    status: AnswerStatus
    method: AnswerMethod
    text: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    answerable: float  # 0 to 1: how likely it is that the documents speak of what was asked
    timings: Mapping[str, float]  # stage to milliseconds
    parts: tuple[AnswerPart, ...] = ()  # of a question that asks for several things, in order
    receipt: PackReceipt | None = None  # of the prompt, if a model was asked
    usage: Usage | None = None
    interrupted: str = ""  # why the text breaks off; empty if it is whole
    turn: Turn | None = None  # to ask on from, if a model was asked


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the asker thinks of an answer."""

    verdict: Verdict | None = None  # None if nothing was said, or it was taken back
    comment: str = ""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given, to be shown again."""

    id: str
    conversation_id: str
    created_at: datetime
    body: str  # JSON, byte for byte as it was sent
    feedback: Feedback = Feedback()


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions asked one after another, and their answers."""

    id: str
    title: str  # its first question
    created_at: datetime
    updated_at: datetime
    answers: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who may use the API, and for what. The secret itself is not kept."""

    id: str
    name: str
    collections: tuple[str, ...]  # the only ones it may see; empty means all
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """How reading goes."""

    states: Mapping[str, int]  # documents by state
    pages_waiting: int  # of documents whose number of pages is known
    pages_per_minute: float  # read in the last minute
    worker_seen_at: datetime | None  # None if none ever was
