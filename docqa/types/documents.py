"""Documents, what is known of them, and what a library holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DocumentState = Literal["queued", "reading", "done", "failed"]
NEEDS_PASSWORD = "encrypted: it needs a password to open"  # begins the error of a document that does


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
    """What a document can be named by in a question, in the form in which docqa/question/routing.py compares it."""

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


@dataclass(frozen=True, slots=True)
class Activity:
    """How reading goes."""

    states: Mapping[str, int]  # documents by state
    pages_waiting: int  # of documents whose number of pages is known
    pages_per_minute: float  # read in the last minute
    worker_seen_at: datetime | None  # None if none ever was


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who may use the API, and for what. The secret itself is not kept."""

    id: str
    name: str
    collections: tuple[str, ...]  # the only ones it may see; empty means all
    created_at: datetime
