"""Evidence, citations, prompts and answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from docqa.types.pages import Box, Page
from docqa.types.search import Passage, SamePage

AnswerStatus = Literal["answered", "not_found"]
AnswerMethod = Literal["quotation", "model"]
SentAs = Literal["text", "text and image", "earlier", "dropped"]
Verdict = Literal["up", "down"]
NEAREST = 3  # pages offered where the answer is not found
WEAK_EVIDENCE = 0.25  # of `Answer.answerable`: below it the answer is doubtful


@dataclass(frozen=True, slots=True)
class Evidence:
    """A page that an answer rests on, under the label it is cited by."""

    label: int  # 1-based: the n in "[n]"
    document_id: str
    document: str  # file name
    page: Page
    passages: tuple[Passage, ...]  # the ones search found, best first
    score: float
    parts: tuple[int, ...] = ()  # of the question that it was found for, 1-based; empty if only for the whole
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

    @property
    def nearest(self) -> tuple[Evidence, ...]:
        """The best pages that were found, whatever the answer made of them; at most NEAREST."""
        return tuple(sorted(self.evidence, key=lambda each: each.score, reverse=True)[:NEAREST])


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
