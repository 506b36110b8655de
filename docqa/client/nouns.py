"""What the API answers with, as plain frozen values. Where a shape is that of docqa.types, it is that type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from docqa.types import (
    AnswerMethod,
    AnswerPart,
    AnswerStatus,
    Box,
    Citation,
    Conversation,
    Document,
    Feedback,
    PackReceipt,
    SamePage,
    TextSource,
    Usage,
)


@dataclass(frozen=True, slots=True)
class DocumentList:
    """Some of the documents that fit, in the order they came."""

    documents: tuple[Document, ...]
    total: int  # that fit, on all pages of the list


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded(Document):
    """A document as the upload left it."""

    status_url: str
    new: bool  # False if it was in that collection already


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from."""

    collection: str
    path: str


@dataclass(frozen=True, slots=True)
class PageState:
    """How reading one page went."""

    page: int  # 1-based
    state: Literal["queued", "done", "failed"]
    source: TextSource | None  # None until it was read
    error: str  # why it failed; empty if it did not


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetail(Document):
    """A document with its pages and where it came from."""

    sources: tuple[Source, ...]
    page_states: tuple[PageState, ...]
    pages_per_minute: float | None = None  # measured; None if nothing was read lately
    eta_s: float | None = None  # until it is read; None if unknown
    outline: tuple[str, ...] = ()  # its headings, in order


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A run of a page's text and where it stands."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on a page."""

    page: int  # 1-based
    width: float  # points
    height: float
    source: TextSource
    text: str  # rows end with a newline, cells are separated by tabs, blocks by a blank line
    words: tuple[PlacedWord, ...]
    headings: tuple[str, ...]
    printed: str | None = None  # the number printed on it


@dataclass(frozen=True, slots=True)
class Removed:
    """What a deletion took away."""

    passages: int
    pages: int
    sources: int
    files: int
    bytes: int
    answers: int  # stored answers that were made from it


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """A document that was deleted, and what went with it."""

    id: str
    name: str
    removed: Removed


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that search found."""

    text: str
    headings: tuple[str, ...]  # that it stands under, outermost first
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A page that an answer rests on, under the label it is cited by."""

    label: int
    document: str  # file name
    document_id: str
    page: int
    width: float  # points
    height: float
    source: TextSource
    score: float
    passages: tuple[FoundPassage, ...]  # best first
    printed: str | None = None  # the number printed on it
    also_on: tuple[SamePage, ...] = ()  # pages found that have the same text


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that search found."""

    document: str  # file name
    document_id: str
    page: int
    score: float
    passages: tuple[FoundPassage, ...]  # best first
    printed: str | None = None  # the number printed on it
    also_on: tuple[SamePage, ...] = ()  # pages found that have the same text


@dataclass(frozen=True, slots=True)
class Found:
    """What search found, best first."""

    pages: tuple[FoundPage, ...]
    answerable: float  # 0 to 1: how likely it is that the documents speak of what was asked
    timings: Mapping[str, float]  # stage to milliseconds
    unread: int = 0  # documents that were searched but not read to the end yet


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is stored, and what proves it."""

    id: str
    conversation_id: str
    created_at: datetime
    question: str
    status: AnswerStatus
    method: AnswerMethod
    text: str
    citations: tuple[Citation, ...]
    evidence: tuple[EvidencePage, ...]
    answerable: float  # 0 to 1
    timings: Mapping[str, float]  # stage to milliseconds
    searched: str = ""  # the question as it stands by itself: a follow-up with what it leans on
    unread: int = 0  # documents that were searched but not read to the end yet
    parts: tuple[AnswerPart, ...] = ()  # of a question that asks for several things, in order
    interrupted: str = ""  # why the text breaks off; empty if it is whole
    usage: Usage | None = None
    receipt: PackReceipt | None = None  # of the prompt, if a model was asked


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """Comes first: the pages the answer will be made from."""

    evidence: tuple[EvidencePage, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation, as the answer will hold it."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Done:
    """Comes last: the whole answer as it was stored."""

    answer: Answer


Event = EvidenceFound | Token | Cited | Done


@dataclass(frozen=True, slots=True)
class ConversationDetail(Conversation):
    """A conversation with its answers, oldest first."""

    messages: tuple[Answer, ...] = ()
    feedback: Mapping[str, Feedback] = field(default_factory=dict)  # by the id of the answer, of those that are rated
