"""What responses hold that are about documents, for readers of /openapi.json. What is sent comes from docqa.wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from docqa.types import DocumentState, TextSource

Box = Annotated[
    list[float], Field(min_length=4, max_length=4, description="x0, y0, x1, y1 in points from the top left")
]
Milliseconds = dict[str, float]


class Shape(BaseModel):
    """A part of a response; what it says is all there is."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """What is wrong and what to do next (RFC 9457)."""

    type: str = Field(examples=["/problems/not-in-library"])
    title: str
    status: int
    detail: str


class Document(Shape):
    """A PDF in the library."""

    id: str
    name: str
    title: str
    organisation: str = Field(description="the company, or the authors; empty if unknown, as the others are")
    year: int | None = Field(description="that it is about, or that it is of")
    kind: str = Field(examples=["10-K", "paper", "manual"])
    language: str = Field(description="ISO 639-1")
    corrected: list[Literal["title", "organisation", "year", "kind"]] = Field(description="which of these were set")
    state: DocumentState
    error: str
    needs_password: bool = Field(description="whether it failed because nobody gave its password")
    pages: int
    pages_done: int
    pages_failed: int
    collections: list[str]
    size_bytes: int
    added_at: datetime


class UploadedDocument(Document):
    """A PDF that came in."""

    new: bool = Field(description="whether it was not in that collection yet")
    status_url: str


class Uploaded(Shape):
    documents: list[UploadedDocument]


class Documents(Shape):
    documents: list[Document]
    total: int = Field(description="how many fit, before limit and offset")


class RetriedDocuments(Shape):
    documents: list[Document]


class Source(Shape):
    collection: str
    path: str


class PageState(Shape):
    page: int
    state: Literal["queued", "done", "failed"]
    source: TextSource | None
    error: str


class DocumentDetail(Document):
    """A PDF with what is known of each page."""

    outline: list[str] = Field(description="its headings, in order")
    sources: list[Source]
    page_states: list[PageState]
    pages_per_minute: float | None = Field(description="as measured in the last minute, of the whole library")
    eta_s: float | None = Field(description="until this document is read; null if that is unknown, or it is")


class Removed(Shape):
    passages: int
    pages: int
    sources: int
    files: int
    bytes: int
    answers: int


class Receipt(Shape):
    """What a deletion removed."""

    id: str
    name: str
    removed: Removed


class Word(Shape):
    text: str
    box: Box


class Page(Shape):
    """A page as it was read."""

    page: int
    printed: str | None = Field(description="the number printed on it")
    width: float
    height: float
    source: TextSource
    text: str
    words: list[Word]
    headings: list[str]


class Collection(Shape):
    name: str
    documents: int
    pages: int
    size_bytes: int


class Collections(Shape):
    collections: list[Collection]
