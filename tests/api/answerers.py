"""Answerers that a test can time, and events as a client reads them."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from docqa.service import Service
from docqa.types import Draft, Evidence, Turn

Event = tuple[str, str]


def events(text: str) -> list[Event]:
    """(name, data) of each event."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if fields:
            found.append((fields.get("event", ""), fields["data"]))
    return found


@dataclass
class Talker:
    """An answerer that says one word after another until nobody listens."""

    pause_s: float = 0.01
    words: int = 1000
    said: int = 0
    begun: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def answer(
        self,
        question: str,
        evidence: Sequence[Evidence],
        *,
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
        history: Sequence[Turn] = (),
    ) -> Draft:
        self.begun.set()
        try:
            show(evidence)
            for _ in range(self.words):
                time.sleep(self.pause_s)
                say("word ")
                self.said += 1
        finally:
            self.stopped.set()
        return Draft("answered", "word " * self.words, (), tuple(evidence))


@dataclass
class Failing:
    """An answerer that fails, at once or after some words."""

    error: Exception
    words: int = 0

    def answer(self, question: str, evidence: Sequence[Evidence], *, say, show, history=()) -> Draft:
        show(evidence)
        for _ in range(self.words):
            say("word ")
        raise self.error


def answered_by(service: Service, answerer: object) -> Service:
    def engine(**limits: int | None):
        return replace(service.engine(**limits), answerer=answerer, method="model", not_found_below=0.0)

    return replace(service, engine=engine)
