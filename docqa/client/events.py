"""Server-sent events: bytes to what an answer's stream says. Pure."""

import json

from docqa.client import nouns
from docqa.client.decoding import Json, decode
from docqa.client.problems import error_from
from docqa.types import Citation


class EventReader:
    """Cuts a stream of bytes into events.

    Lines end with a newline only: answers may hold other characters that Unicode counts as line ends.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[nouns.Event]:
        """The events that end in this piece.

        Raises the DocQAError that an error event speaks of.
        """
        *lines, self._rest = (self._rest + piece).split(b"\n")
        events = []
        for line in lines:
            text = line.removesuffix(b"\r").decode()
            if text:
                self._field(text)
            elif self._data:
                event = _event(self._name, json.loads("\n".join(self._data)))
                if event is not None:
                    events.append(event)
                self._name, self._data = "", []
        return events

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")  # a comment has no name: the heartbeat
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)


def _event(name: str, data: Json) -> nouns.Event | None:
    match name:
        case "evidence":
            return decode(nouns.EvidenceFound, data)
        case "token":
            return decode(nouns.Token, data)
        case "citation":
            return nouns.Cited(decode(Citation, data))
        case "done":
            return nouns.Done(decode(nouns.Answer, data))
        case "error":
            raise error_from(int(data.get("status", 500)), data, retry_after="1")
    return None  # of a later version
