"""What responses hold that tell about docqa itself."""

from datetime import datetime
from typing import Literal

from docqa.api.shapes import Milliseconds, Shape
from docqa.types import DocumentState


class Check(Shape):
    state: Literal["ok", "fail", "off"]
    ms: float
    error: str


class Readiness(Shape):
    """Whether questions can be answered. A worker that is not there does not count against it."""

    status: Literal["ok", "fail"]
    checks: dict[Literal["index", "catalog", "model", "visual", "worker"], Check]


class Health(Shape):
    status: Literal["ok"]


class Version(Shape):
    version: str


class Route(Shape):
    """Requests of one route, with quantiles of the latest."""

    route: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class AnswerTimings(Shape):
    at: datetime
    timings: Milliseconds


class Trouble(Shape):
    at: datetime
    where: str
    message: str


class Stats(Shape):
    """What the library holds and what the API did since it runs."""

    documents: dict[DocumentState, int]
    pages: int
    passages: int
    bytes: int
    pages_waiting: int
    pages_per_minute: float
    worker_seen_at: datetime | None
    routes: list[Route]
    answers: list[AnswerTimings]
    errors: list[Trouble]


class IndexFacts(Shape):
    kind: Literal["embedded", "server"]
    url: str | None
    passages: int


class RerankingFacts(Shape):
    enabled: bool
    pages: int


class ModelFacts(Shape):
    url: str
    name: str
    profile: str
    window: int | None
    max_images: int | None
    exact: bool | None
    error: str


class Limits(Shape):
    max_upload_mb: int
    requests_per_minute: int
    concurrent_questions: int
    queued_questions: int
    answer_pages: int
    budget_tokens: int


class Setting(Shape):
    name: str
    value: str
    source: str
    description: str


class System(Shape):
    """What runs, with its settings; secrets are masked."""

    version: str
    index: IndexFacts
    embedding: str
    reranking: RerankingFacts
    model: ModelFacts | None
    limits: Limits
    settings: list[Setting]


class Finding(Shape):
    check: str
    state: Literal["ok", "warn", "fail"]
    found: str
    advice: str


class Findings(Shape):
    findings: list[Finding]
