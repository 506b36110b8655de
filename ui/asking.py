"""A question whose answer is on its way, heard in a thread of its own.

Turning a page or clicking a label runs the page anew; the answer goes on, and so it does when the browser reloads.
"""

import logging
import secrets
from dataclasses import dataclass, field
from threading import Condition, Thread

import streamlit as st

from docqa.client import (
    Answer,
    AnswerStream,
    Cited,
    Client,
    DocQAError,
    Done,
    Event,
    EvidenceFound,
    EvidencePage,
    ServiceUnavailable,
    Token,
)
from docqa.types import Citation

logger = logging.getLogger(__name__)

QUOTED_S = 0.06  # after its pages a quotation is there; a model takes longer
KEPT = 200  # questions that a reloaded page can find again


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where to look. Empty means everywhere."""

    question: str
    collections: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    conversation_id: str | None = None


@dataclass(slots=True)
class Asking:
    """What has come of an answer so far."""

    asked: Asked
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    evidence: tuple[EvidencePage, ...] = ()
    citations: tuple[Citation, ...] = ()
    text: str = ""
    answer: Answer | None = None  # when it is whole
    error: str = ""  # why it broke off
    stopped: bool = False  # by who asked
    _stream: AnswerStream | None = None
    _changed: Condition = field(default_factory=Condition)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or bool(self.error) or self.stopped

    def start(self, client: Client) -> None:
        """Begin to listen."""
        Thread(target=self._listen, args=(client,), daemon=True, name="asking").start()

    def stop(self) -> None:
        """Hang up: the server stops the model."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()
        if self._stream:
            self._stream.close()

    def wait(self, seconds: float) -> None:
        """Return when the pages are there, or after some seconds; with the answer if it comes along with them."""
        with self._changed:
            if self._changed.wait_for(lambda: self.evidence or self.is_over, seconds):
                self._changed.wait_for(lambda: self.is_over, QUOTED_S)

    def _listen(self, client: Client) -> None:
        asked = self.asked
        try:
            stream = client.ask(
                asked.question,
                collections=asked.collections,
                document_ids=asked.document_ids,
                conversation_id=asked.conversation_id,
            )
            with stream:
                self._stream = stream
                if self.stopped:
                    return
                for event in stream:
                    self._hear(event)
            if not self.is_over:
                raise ServiceUnavailable("The answer broke off: ask again.")
        except DocQAError as error:
            self._break_off(str(error))
        except Exception:  # at the end of a thread: nobody else would ever hear of it
            logger.exception("an answer broke off")
            self._break_off("The answer broke off: ask again. The log of the page says why.")

    def _break_off(self, why: str) -> None:
        with self._changed:
            self.error = why
            self._changed.notify_all()

    def _hear(self, event: Event) -> None:
        with self._changed:
            match event:
                case EvidenceFound(evidence):
                    self.evidence = evidence
                case Token(text):
                    self.text += text
                case Cited(citation):
                    self.citations += (citation,)
                case Done(answer):
                    self.answer = answer
            self._changed.notify_all()


@st.cache_resource
def _running() -> dict[str, Asking]:
    return {}


def begin(client: Client, asked: Asked) -> Asking:
    """Ask, and remember it under its token."""
    running = _running()
    for token in list(running)[: max(0, len(running) - KEPT + 1)]:
        del running[token]
    asking = Asking(asked)
    running[asking.token] = asking
    asking.start(client)
    return asking


def found(token: str) -> Asking | None:
    """What was asked under this token, if this process still knows."""
    return _running().get(token)
