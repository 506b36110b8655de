"""Around every request: an id, headers, a line in the log, a count. Nothing a document or a question says is logged."""

import logging
import re
import uuid
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docqa.api import problems
from docqa.api.metrics import Metrics

log = logging.getLogger("docqa.api")

LEFT = 499  # logged if the client went away before it had an answer
UNKNOWN = "(unknown)"  # a route
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-site",
    "Cache-Control": "no-store",
}

_OWN_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class Observed:
    """An app whose requests are counted and logged, and whose mistakes become problems."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        status = 0
        sent_id = Headers(scope=scope).get("x-request-id", "")
        request_id = sent_id if _OWN_ID.fullmatch(sent_id) else uuid.uuid4().hex

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            status = status or LEFT
        except Exception as error:
            problem = problems.unexpected(error)
            if status:  # too late to say it: the connection is closed
                raise ConnectionAbortedError("The response broke off") from None
            await problems.response(problem, scope)(scope, receive, send_marked)
        finally:
            self._note(scope, status or LEFT, perf_counter() - started, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        method, route = _method(scope), getattr(scope.get("route"), "path", UNKNOWN)
        self._metrics.request(method, route, status, seconds)
        problem = scope.get("state", {}).get("problem")
        if problem is not None and status >= 500:
            self._metrics.failed(f"{method} {route}", problem.detail)
        log.info("%s %s %d %.1f ms %s", method, route, status, 1000 * seconds, request_id)


def _method(scope: Scope) -> str:
    """Of the request; what nobody knows is no label."""
    method: str = scope["method"]
    return method if method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} else "OTHER"
