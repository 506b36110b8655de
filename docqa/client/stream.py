"""An answer as it is made. Closing it stops the model."""

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Self

import httpx

from docqa.client.events import EventReader
from docqa.client.nouns import Answer, Done, Event
from docqa.client.problems import translated
from docqa.errors import ServiceUnavailable


def _last(answer: Answer | None) -> Answer:
    if answer is None:
        raise ServiceUnavailable("The stream ended before the answer was whole: ask again")
    return answer


class AnswerStream:
    """Events of an answer: evidence first, then tokens and citations, the whole answer last.

    Iterating raises the DocQAError that broke the answer off. Any thread may close it: iteration then ends.
    """

    def __init__(self, response: httpx.Response, url: str) -> None:
        self._response = response
        self._url = url
        self._closed = False
        self._reading = False
        self._events = self._read()

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def answer(self) -> Answer:
        """Hear the stream out and return the whole answer.

        Raises ServiceUnavailable if it was closed before.
        """
        return _last(next((event.answer for event in self._events if isinstance(event, Done)), None))

    def close(self) -> None:
        """Hang up; the server then stops the model."""
        if self._closed or self._response.is_closed:
            return
        self._closed = True
        _hang_up(self._response)
        if not self._reading:
            self._response.close()

    def _read(self) -> Iterator[Event]:
        reader = EventReader()
        self._reading = True
        try:
            with translated(self._url):
                for piece in self._response.iter_bytes():
                    yield from reader.feed(piece)
        except ServiceUnavailable:
            if not self._closed:
                raise
        finally:
            self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncAnswerStream:
    """The same for `async for`; cancelling the task that reads it stops the model too."""

    def __init__(self, response: httpx.Response, url: str) -> None:
        self._response = response
        self._url = url
        self._events = self._read()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events

    async def answer(self) -> Answer:
        """Hear the stream out and return the whole answer.

        Raises ServiceUnavailable if it was closed before.
        """
        whole = None
        async for event in self._events:
            whole = event.answer if isinstance(event, Done) else whole
        return _last(whole)

    async def close(self) -> None:
        """Hang up; the server then stops the model."""
        await self._response.aclose()

    async def _read(self) -> AsyncIterator[Event]:
        reader = EventReader()
        try:
            with translated(self._url):
                async for piece in self._response.aiter_bytes():
                    for event in reader.feed(piece):
                        yield event
        finally:
            await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _hang_up(response: httpx.Response) -> None:
    """End the connection under a thread that may be waiting for it: closing alone would not wake that thread."""
    network = response.extensions.get("network_stream")
    connection = network.get_extra_info("socket") if network else None
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster
