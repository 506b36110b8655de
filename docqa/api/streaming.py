"""Server-sent events."""

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from docqa.api.answering import Answering

HEARTBEAT = b": still here\n\n"


class EventStream(StreamingResponse):
    """An answer in the making; abandoned if the client goes away."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], answering: Answering) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._answering = answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._answering.abandon()


def event(data: str, *, name: str | None = None) -> bytes:
    """One event; data is JSON and so has no line ends."""
    return (f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode()
