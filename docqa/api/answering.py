"""An answer in the making: a thread makes it, the event loop passes it on."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import anyio
from starlette.requests import ClientDisconnect, Request

from docqa.api.limits import Slots
from docqa.errors import ServiceUnavailable
from docqa.types import Evidence, StoredAnswer

HEARTBEAT_S = 15.0

Say = Callable[[str], None]
Show = Callable[[Sequence[Evidence]], None]
Ask = Callable[[Say, Show], StoredAnswer]


@dataclass(frozen=True, slots=True)
class Found:
    """The evidence, before the first text."""

    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no answer."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing has happened for a while."""


Event = Found | Said | Waiting | Failed | StoredAnswer


class Abandoned(ServiceUnavailable):
    """Nobody waits for the answer any more, or the API stops."""

    def __init__(self) -> None:
        super().__init__("docqa stopped before the answer was there: ask again")


class Answering:
    """Begins at once; ends with a StoredAnswer or Failed. Abandoned, it stops before the next word."""

    def __init__(self, slots: Slots, ask: Ask) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._abandoned = threading.Event()
        self._left = False
        self._future = slots.start(lambda: self._run(ask))
        self._future.add_done_callback(self._cancelled)

    def abandon(self) -> None:
        """Let it stop, and wait no more for it. Call it in the event loop."""
        self._abandoned.set()
        self._future.cancel()
        self._events.put_nowait(Failed(Abandoned()))

    async def events(self) -> AsyncIterator[Event]:
        """What happens until it ends, with a Waiting now and then."""
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    event = await self._events.get()
            except TimeoutError:
                event = Waiting()
            yield event
            if isinstance(event, Failed | StoredAnswer):
                return

    async def answer(self, request: Request) -> StoredAnswer:
        """The answer, once it is there; abandoned if whoever asked goes away.

        Raises what went wrong, or ClientDisconnect if they did.
        """
        last: Event = Waiting()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._abandon_without, request)
                async for event in self.events():
                    last = event
                group.cancel_scope.cancel()
        finally:
            self.abandon()
        if self._left:
            raise ClientDisconnect
        if isinstance(last, Failed):
            raise last.error
        assert isinstance(last, StoredAnswer)
        return last

    async def _abandon_without(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue
        self._left = True
        self.abandon()

    def _run(self, ask: Ask) -> None:
        try:
            self._tell(ask(lambda text: self._tell(Said(text)), lambda evidence: self._tell(Found(evidence))))
        except Exception as error:
            if not self._abandoned.is_set():
                self._tell(Failed(error))

    def _tell(self, event: Event) -> None:
        if self._abandoned.is_set():
            raise Abandoned
        self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    def _cancelled(self, future: "Future[None]") -> None:
        if future.cancelled() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._events.put_nowait, Failed(Abandoned()))
