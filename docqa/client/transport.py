"""What the sync and the async client share: how calls become requests, and responses become values."""

import json
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from docqa.addresses import is_loopback
from docqa.client.calls import Call, Question
from docqa.client.problems import error_of
from docqa.errors import ServiceUnavailable

T = TypeVar("T")

CONNECT_S = 5.0
HEARTBEATS_S = 60.0  # without a word from a stream: the server says something every 15 s


def limits(timeout_s: float) -> httpx.Timeout:
    """Waiting at most timeout_s for an answer, and less for somebody to be there."""
    return httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))


def headers(api_key: str | None) -> dict[str, str]:
    """Sent with every request."""
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


def through_proxy(url: str) -> bool:
    """Whether the environment's proxy may stand between: never on the way to this machine."""
    return not is_loopback(urlsplit(url).hostname or "")


def request(client: httpx.Client | httpx.AsyncClient, call: Call[T]) -> httpx.Request:
    """A call as a request; its files are read while it is sent."""
    files = [("file", (upload.name, upload.file, "application/pdf")) for upload in call.uploads]
    return client.build_request(
        call.method,
        call.path,
        params=list(call.query),
        json=call.body,
        data=dict(call.form) or None,
        files=files or None,
    )


def stream_request(client: httpx.Client | httpx.AsyncClient, question: Question) -> httpx.Request:
    """A question whose answer is streamed."""
    return client.build_request(
        "POST",
        "/v1/query",
        json=question.body(stream=True),
        headers={"Accept": "text/event-stream"},
        timeout=httpx.Timeout(HEARTBEATS_S, connect=CONNECT_S),
    )


def received(call: Call[T], response: httpx.Response) -> T:
    """What came back.

    Raises the DocQAError that the server speaks of.
    """
    if response.status_code not in call.statuses:
        raise error_of(response)
    try:
        return call.read(response)
    except json.JSONDecodeError as error:
        raise ServiceUnavailable(
            f"What answers at {response.url} is not docqa: give the address of the API, not of another server"
        ) from error
