"""Errors as problem details (RFC 9457); where clients of OpenAI's API call, in the shape these read."""

import logging
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from docqa import errors
from docqa.api import complaints

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5  # when the other side is down

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, and what to do next."""

    status: int
    title: str  # the same for every problem of its kind
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """Names its kind."""
        return self.title.lower().replace(" ", "-")

    def body(self) -> dict[str, Any]:
        """As RFC 9457 has it."""
        return {"type": f"/problems/{self.slug}", "title": self.title, "status": self.status, "detail": self.detail}

    def openai_body(self) -> dict[str, Any]:
        """As OpenAI's API has it."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        error = {"message": self.detail, "type": kind, "param": None, "code": self.slug.replace("-", "_")}
        return {"error": error}


class Refused(Exception):
    """A request that HTTP itself is refused: who asks, how often, how much, in which form."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


_KINDS: tuple[tuple[type[errors.DocQAError], int, str], ...] = (  # the first that fits
    (errors.NotInLibrary, 404, "Not in the library"),
    (errors.UsageError, 422, "Invalid request"),
    (errors.DocumentError, 422, "Unreadable document"),
    (errors.ContextOverflow, 422, "Context overflow"),
    (errors.ModelRefused, 502, "Model refused"),
    (errors.ModelUnavailable, 503, "Model unavailable"),
    (errors.IndexUnavailable, 503, "Index unavailable"),
    (errors.ServiceUnavailable, 503, "Service unavailable"),
    (errors.LibraryBusy, 503, "Library busy"),
    (errors.LibraryFull, 507, "Library full"),
    (errors.LibraryDamaged, 500, "Library damaged"),
)
_PARAMETER = re.compile(r"\{\w+\}")
_DETAILS = {
    400: "The body cannot be read as JSON: it is not text in UTF-8, or nested too deep",
    404: "There is no such route: /docs lists them",
}
_STATUS_TITLES = {404: "No such route", 405: "Method not allowed", 413: "Too large"}


def of(error: errors.DocQAError) -> Problem:
    """How an error of the library is told."""
    for kind, status, title in _KINDS:
        if isinstance(error, kind):
            return Problem(status, title, str(error), {"Retry-After": str(RETRY_S)} if status == 503 else {})
    return Problem(500, "Misconfigured", str(error))


def unexpected(error: BaseException) -> Problem:
    """An error nobody meant to raise: logged without its message, which may hold what a document says."""
    stack = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s in a request\n%s", type(error).__name__, stack.rstrip())
    return Problem(500, "Internal error", "docqa failed: its log says where, under this response's X-Request-Id")


def response(problem: Problem, scope: Scope) -> Response:
    """A problem as it is sent to whoever made this request; noted there for the statistics."""
    scope.setdefault("state", {})["problem"] = problem
    headers = dict(problem.headers)
    if speaks_openai(scope["path"]):
        status = 400 if problem.status == 422 else problem.status
        return JSONResponse(problem.openai_body(), status, headers)
    return JSONResponse(problem.body(), problem.status, headers, media_type=MEDIA_TYPE)


def speaks_openai(path: str) -> bool:
    """Whether clients of OpenAI's API call this path."""
    return path.startswith(("/v1/chat/", "/v1/models"))


def handle(app: FastAPI) -> None:
    """Let every error of a route become a problem."""

    def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.DocQAError)
        return response(of(error), request.scope)

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return response(error.problem, request.scope)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        whole = any(each["loc"] == ("body",) and each["type"] != "missing" for each in found)
        if whole and not _is_json(request.headers.get("content-type", "")):
            detail = "The body is not sent as JSON: send it with the header Content-Type: application/json"
            return response(Problem(415, "Unsupported media type", detail), request.scope)
        return response(Problem(422, "Invalid request", complaints.told(found)), request.scope)

    def by_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = 422 if error.status_code == 400 else error.status_code  # a body that cannot be read at all
        title = _STATUS_TITLES.get(status, "Invalid request")
        detail = _DETAILS.get(error.status_code, str(error.detail))
        headers = {"Allow": ", ".join(_methods(request))} if status == 405 else error.headers or {}
        return response(Problem(status, title, detail, headers), request.scope)

    app.add_exception_handler(errors.DocQAError, known)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_http)


def _methods(request: Request) -> list[str]:
    """What may be done with the path of a request: several routes may have it, each with a method of its own."""
    described = request.app.openapi()["paths"].items()
    fitting = [methods for path, methods in described if re.fullmatch(_PARAMETER.sub("[^/]+", path), request.url.path)]
    return sorted({method.upper() for methods in fitting for method in methods}) or ["GET"]


def _is_json(media_type: str) -> bool:
    kind, _, name = media_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (name == "json" or name.endswith("+json"))
