"""What the API counts: for Prometheus, and the latest of it for people. One of each for an app, nothing global."""

import statistics
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATEST_REQUESTS = 500  # of each route
LATEST_ANSWERS = 100
LATEST_ERRORS = 50
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120)


class Metrics:
    """Counts, and the latest requests, answers and errors. Any thread may add to them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "docqa_requests", "HTTP requests", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "docqa_request_seconds", "Until the response ended", ["route"], buckets=SECONDS, registry=self._registry
        )
        self._answers = Counter("docqa_answers", "Questions answered", ["status"], registry=self._registry)
        self._stages = Histogram(
            "docqa_answer_stage_seconds", "Stages of an answer", ["stage"], buckets=SECONDS, registry=self._registry
        )
        self._first = Histogram(
            "docqa_first_evidence_seconds", "Until the first evidence", buckets=SECONDS, registry=self._registry
        )
        self._uploaded = Counter("docqa_uploaded_bytes", "Bytes of PDFs that came in", registry=self._registry)
        self._gauges: dict[str, Gauge] = {}
        self._documents = Gauge("docqa_documents", "Documents", ["state"], registry=self._registry)
        self._lock = Lock()
        self._latest: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LATEST_REQUESTS))
        self._total: dict[str, int] = defaultdict(int)
        self._faults: dict[str, int] = defaultdict(int)
        self._latest_answers: deque[dict[str, Any]] = deque(maxlen=LATEST_ANSWERS)
        self._latest_errors: deque[dict[str, Any]] = deque(maxlen=LATEST_ERRORS)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that ended."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        with self._lock:
            self._latest[f"{method} {route}"].append(seconds)
            self._total[f"{method} {route}"] += 1
            self._faults[f"{method} {route}"] += status >= 500

    def first_evidence(self, seconds: float) -> None:
        """Note how long an asker saw nothing."""
        self._first.observe(seconds)

    def answered(self, status: str, timings: Mapping[str, float]) -> None:
        """Count an answer; timings are milliseconds by stage."""
        self._answers.labels(status).inc()
        for stage, ms in timings.items():
            self._stages.labels(stage).observe(ms / 1000)
        with self._lock:
            self._latest_answers.append({"at": datetime.now(UTC).isoformat(), "timings": dict(timings)})

    def uploaded(self, size_bytes: int) -> None:
        """Count what came in."""
        self._uploaded.inc(size_bytes)

    def failed(self, where: str, message: str) -> None:
        """Note an error that is nobody's mistake."""
        with self._lock:
            self._latest_errors.append({"at": datetime.now(UTC).isoformat(), "where": where, "message": message})

    def set(self, name: str, what: str, value: float) -> None:
        """Set what is measured when it is asked for."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(f"docqa_{name}", what, registry=self._registry)
        self._gauges[name].set(value)

    def set_documents(self, states: Mapping[str, int]) -> None:
        """Set how many documents are in each state."""
        for state in ("queued", "reading", "done", "failed"):
            self._documents.labels(state).set(states.get(state, 0))

    def exposition(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self._registry)

    def routes(self) -> list[dict[str, Any]]:
        """Requests by route with quantiles of the latest, in milliseconds."""
        with self._lock:
            return [
                {"route": route, "requests": self._total[route], "errors": self._faults[route]}
                | dict(zip(("p50_ms", "p95_ms", "p99_ms"), _quantiles(list(seconds)), strict=True))
                for route, seconds in sorted(self._latest.items())
            ]

    def answers(self) -> list[dict[str, Any]]:
        """The latest answers, oldest first."""
        with self._lock:
            return list(self._latest_answers)

    def errors(self) -> list[dict[str, Any]]:
        """The latest errors, oldest first."""
        with self._lock:
            return list(self._latest_errors)


def _quantiles(seconds: list[float]) -> tuple[float, float, float]:
    """Half, 95 and 99 of a hundred took no longer; milliseconds."""
    if len(seconds) == 1:
        return (round(1000 * seconds[0], 1),) * 3
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return round(1000 * cuts[49], 1), round(1000 * cuts[94], 1), round(1000 * cuts[98], 1)
