"""How much at once, how much in a minute."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docqa.api.problems import Problem, Refused

T = TypeVar("T")

BUSY_S = 2  # after which to ask again


class Rates:
    """Requests of each caller in the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, who: str) -> None:
        """Count a request.

        Raises Refused if it is one too many.
        """
        if self._limiter.hit(self._limit, who):
            return
        seconds = max(1, math.ceil(self._limiter.get_window_stats(self._limit, who).reset_time - time.time()))
        detail = f"More than {self._limit.amount} requests in a minute: wait, or raise DOCQA_API__REQUESTS_PER_MINUTE"
        raise Refused(Problem(429, "Too many requests", detail, {"Retry-After": str(seconds)}))


class BodyLimit:
    """An app that reads no more of a request than it may, but for one path."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, but: str) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._but = but

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most_bytes:
                raise HTTPException(413, f"A request may have {self._most_bytes >> 20} MB, but for uploads: send less")
            return message

        limited = scope["type"] == "http" and scope["path"] != self._but
        await self._app(scope, receive_counted if limited else receive, send)


class Slots:
    """Threads for work that takes long: so many run, so many wait, no more."""

    def __init__(self, name: str, *, running: int, waiting: int) -> None:
        self._name = name
        self._threads: ThreadPoolExecutor | None = None
        self._most = running + waiting
        self._running = running
        self._taken = 0
        self._lock = Lock()

    @property
    def taken(self) -> int:
        """Works that run or wait."""
        return self._taken

    def start(self, work: Callable[[], T]) -> "Future[T]":
        """Run work in a thread, when there is one; it keeps its slot until it has ended, whoever still waits for it.

        Raises Refused if too many wait already.
        """
        with self._lock:
            if self._taken >= self._most:
                detail = (
                    f"{self._running} questions are being answered and {self._most - self._running} wait: ask again"
                    " soon, or raise DOCQA_API__QUEUED_QUESTIONS"
                )
                raise Refused(Problem(429, "Too many questions", detail, {"Retry-After": str(BUSY_S)}))
            self._threads = self._threads or ThreadPoolExecutor(self._running, thread_name_prefix=self._name)
            future = self._threads.submit(work)
            self._taken += 1
        future.add_done_callback(self._free)
        return future

    def _free(self, _: "Future[T]") -> None:
        with self._lock:
            self._taken -= 1

    def close(self) -> None:
        """Let what waits not begin, and wait for what runs."""
        with self._lock:
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(cancel_futures=True)
