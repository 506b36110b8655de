"""What responses hold that answer questions."""

from datetime import datetime

from pydantic import Field

from docqa.api.shapes import Box, Milliseconds, Shape
from docqa.types import AnswerMethod, AnswerStatus, SentAs, TextSource, Verdict

UNREAD = "documents that were searched but not read to the end yet: more may be found once they are"


class Citation(Shape):
    """A place in the documents that an answer points at."""

    label: int
    document: str
    document_id: str
    page: int
    printed: str | None
    quote: str
    boxes: list[Box]
    supported: bool


class Passage(Shape):
    text: str
    headings: list[str]
    boxes: list[Box]


class SamePage(Shape):
    """Another page that was found and has the same text."""

    document: str
    document_id: str
    page: int
    printed: str | None


class Evidence(Shape):
    """A page that an answer was made from."""

    label: int
    document: str
    document_id: str
    page: int
    printed: str | None
    width: float
    height: float
    source: TextSource
    score: float
    passages: list[Passage]
    also_on: list[SamePage]


class Usage(Shape):
    prompt: int
    answer: int
    cached: int | None


class PageReceipt(Shape):
    document_id: str
    document: str
    page: int
    label: int | None
    sent: SentAs
    reason: str
    text_tokens: int
    image_tokens: int


class PackReceipt(Shape):
    """What a prompt held; sizes in tokens."""

    model: str
    profile: str
    exact: bool
    window: int
    budget: int
    reserved: int
    instructions: int
    history: int
    text: int
    images: int
    question: int
    detail: int
    total: int
    pages: list[PageReceipt]


class AnswerPart(Shape):
    """One of several things that a question asks for."""

    question: str
    answerable: float = Field(description="0 to 1: how likely it is that the documents speak of it")
    found: bool = Field(description="whether that is likely enough: below DOCQA_ANSWER__NOT_FOUND_BELOW it is not")
    labels: list[int] = Field(description="of the evidence that was found for it, best first")


class Answer(Shape):
    """An answer and what proves it."""

    id: str
    conversation_id: str
    created_at: datetime
    unread: int = Field(description=UNREAD)
    question: str
    searched: str = Field(description="the question as it stands by itself: a follow-up with what it leans on")
    status: AnswerStatus
    method: AnswerMethod
    text: str
    citations: list[Citation]
    evidence: list[Evidence]
    answerable: float
    parts: list[AnswerPart] = Field(description="of a question that asks for several things; else empty")
    timings: Milliseconds
    interrupted: str
    usage: Usage | None
    receipt: PackReceipt | None


class Hit(Shape):
    document: str
    document_id: str
    page: int
    printed: str | None
    score: float
    passages: list[Passage]
    also_on: list[SamePage]


class Retrieval(Shape):
    """Pages that speak of a question, best first."""

    unread: int = Field(description=UNREAD)
    pages: list[Hit]
    answerable: float
    timings: Milliseconds


class Conversation(Shape):
    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    answers: int


class Conversations(Shape):
    conversations: list[Conversation]


class Feedback(Shape):
    """What the asker thinks of an answer."""

    verdict: Verdict | None
    comment: str


class ConversationDetail(Conversation):
    """A conversation; its messages are the bytes that were sent."""

    feedback: dict[str, Feedback] = Field(description="by the id of the answer, of those that are rated")
    messages: list[Answer]
