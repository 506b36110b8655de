"""What the API says went wrong, as the errors of docqa."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from docqa.errors import (
    ContextOverflow,
    DocQAError,
    DocumentError,
    IndexUnavailable,
    LibraryBusy,
    LibraryDamaged,
    LibraryFull,
    ModelRefused,
    ModelUnavailable,
    NotInLibrary,
    ServiceUnavailable,
    UsageError,
)


class KeyRefused(UsageError):
    """The API wants a key, or another one."""


class TooManyRequests(ServiceUnavailable):
    """The API has enough to do; it says when to come back."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


BY_SLUG: Mapping[str, type[DocQAError]] = {
    "no-such-route": DocQAError,  # of a server of another version, or of another kind
    "unreadable-document": DocumentError,
    "context-overflow": ContextOverflow,
    "model-refused": ModelRefused,
    "model-unavailable": ModelUnavailable,
    "index-unavailable": IndexUnavailable,
    "library-busy": LibraryBusy,
    "library-full": LibraryFull,
    "library-damaged": LibraryDamaged,
}
BY_STATUS: Mapping[int, type[DocQAError]] = {
    400: UsageError,
    401: KeyRefused,
    403: KeyRefused,
    404: NotInLibrary,
    409: UsageError,
    413: UsageError,
    415: UsageError,
    422: UsageError,
}


def error_from(status: int, body: object, *, retry_after: str | None = None) -> DocQAError:
    """The error that a problem (RFC 9457) speaks of, with the server's own words."""
    problem = body if isinstance(body, Mapping) else {}
    message = str(problem.get("detail") or problem.get("title") or f"The docqa API answered with status {status}")
    if status == 429:
        return TooManyRequests(message, _seconds(retry_after))
    slug = str(problem.get("type", "")).rpartition("/")[2]
    kind = BY_SLUG.get(slug) or BY_STATUS.get(status, ServiceUnavailable if status >= 500 else DocQAError)
    return kind(message)


def error_of(response: httpx.Response) -> DocQAError:
    """The error of a response whose body was read."""
    try:
        body = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        body = None
    return error_from(response.status_code, body, retry_after=response.headers.get("Retry-After"))


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what can happen to a connection into ServiceUnavailable, saying what to do about it."""
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise UsageError(f"{url} is no address of an API: it looks like http://127.0.0.1:8100") from error
    except httpx.ConnectError as error:
        raise ServiceUnavailable(
            f"No docqa API at {url}: start it with `docqa up` or `docqa serve`, or give the address it listens on"
        ) from error
    except httpx.TimeoutException as error:
        raise ServiceUnavailable(f"The docqa API at {url} took too long: try again, or allow it more time") from error
    except httpx.TransportError as error:
        raise ServiceUnavailable(f"The docqa API at {url} broke off ({error}): see its log, and try again") from error


def _seconds(retry_after: str | None) -> float:
    try:
        return float(retry_after or 1)
    except ValueError:
        return 1.0
