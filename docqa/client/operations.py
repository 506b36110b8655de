"""What the API says about itself, as plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CheckState = Literal["ok", "warn", "fail", "off"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the API needs, and how it is."""

    state: CheckState
    ms: float
    error: str  # why it is not ok; empty if it is


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the API can answer questions, and what it needs for that."""

    status: str  # "ok" if it can
    checks: Mapping[str, Check]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check of docqa doctor found."""

    check: str
    state: CheckState
    found: str
    advice: str = ""  # what to do about it


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the OpenAI-compatible routes."""

    id: str
    created: int = 0
    owned_by: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """Where passages are searched."""

    kind: Literal["embedded", "server"]
    url: str | None  # of the server
    passages: int


@dataclass(frozen=True, slots=True)
class Reranking:
    """Whether a cross-encoder reads the best pages, and how many."""

    enabled: bool
    pages: int


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The language model; what its server did not say is None."""

    url: str
    name: str
    profile: str
    window: int | None = None  # tokens
    max_images: int | None = None
    exact: bool | None = None  # tokens are counted as the server counts
    error: str = ""  # why it did not say


@dataclass(frozen=True, slots=True)
class Limits:
    """What the API takes."""

    max_upload_mb: int
    requests_per_minute: int
    concurrent_questions: int
    queued_questions: int
    answer_pages: int
    budget_tokens: int


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it stands; secrets are masked."""

    name: str
    value: str
    source: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """What runs, with which limits."""

    version: str
    index: Index
    embedding: str  # name of the model
    reranking: Reranking
    model: ServedModel | None  # None: answers are quotations
    limits: Limits
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """How one route of the API did."""

    route: str
    requests: int
    errors: int
    p50_ms: float  # of the latest
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class AnswerTimings:
    """How long the stages of one answer took."""

    at: datetime
    timings: Mapping[str, float]  # stage to milliseconds


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error that was met lately."""

    at: datetime
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Stats:
    """What the library holds and what the API did lately."""

    documents: Mapping[str, int]  # by state
    pages: int
    passages: int
    bytes: int
    pages_waiting: int
    pages_per_minute: float  # in the last minute
    worker_seen_at: datetime | None  # None if none ever was
    routes: tuple[Route, ...]
    answers: tuple[AnswerTimings, ...]  # oldest first
    errors: tuple[Trouble, ...]
