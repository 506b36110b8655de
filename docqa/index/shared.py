"""The embedded index of another process on this machine: its owner shares it over a local socket."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from docqa.errors import IndexUnavailable
from docqa.index import bm25
from docqa.protocols import Entry, Index, Indexed
from docqa.types import Card, Passage, PassageKey, Query, Rankings, Scope, Vector

METHODS = frozenset(
    "rank passages cards size set_visual set_collections describe delete count keys remove vectors export adopt".split()
)


@contextmanager
def offered(index: Index) -> Iterator[tuple[str, bytes]]:
    """Share an index with processes that know the secret, until the block ends; yields address and secret."""
    secret = secrets.token_bytes(32)
    with Listener(authkey=secret) as listener:
        threading.Thread(target=_welcome, args=(listener, index), name="shared index", daemon=True).start()
        yield str(listener.address), secret


def _welcome(listener: Listener, index: Index) -> None:
    while True:
        try:
            connection = listener.accept()
        except (EOFError, ConnectionError, AuthenticationError):  # who left again, or is not let in
            continue
        except OSError:  # the listener was closed
            return
        threading.Thread(target=_serve, args=(connection, index), name="shared index", daemon=True).start()


def _serve(connection: Connection, index: Index) -> None:
    """Do what the other side asks for, one call after another, until it leaves."""
    with connection:
        while True:
            try:
                method, arguments, named = connection.recv()
            except (EOFError, OSError):
                return
            try:
                if method not in METHODS:
                    raise ValueError(f"the index has no method {method}")
                answer = (True, getattr(index, method)(*arguments, **named))
            except Exception as error:  # whatever it is, the caller gets it
                answer = (False, error)
            try:
                connection.send(answer)
            except OSError:
                return


class SharedIndex:
    """The index of its owner, found through `owner`: address and secret, or None while there is none.

    Methods raise IndexUnavailable if the owner is gone; the next call looks for it again.
    """

    def __init__(self, owner: Callable[[], tuple[str, bytes] | None]) -> None:
        self._owner = owner
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def rank(self, query: Query, *, limit: int) -> Rankings:
        found: Rankings = self._call("rank", query, limit=limit)
        return found

    def passages(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        found: dict[PassageKey, Passage] = self._call("passages", keys)
        return found

    def cards(self, keys: Sequence[PassageKey]) -> dict[str, Card]:
        found: dict[str, Card] = self._call("cards", keys)
        return found

    def size(self, scope: Scope) -> int:
        return int(self._call("size", scope))

    def upsert(self, entries: Sequence[Entry]) -> None:
        self.adopt([bm25.indexed(entry) for entry in entries])  # words are weighed here: the owner answers questions

    def set_visual(self, vectors: Mapping[PassageKey, Vector]) -> None:
        self._call("set_visual", vectors)

    def set_collections(self, document_id: str, collections: Sequence[str]) -> None:
        self._call("set_collections", document_id, collections)

    def describe(self, key: PassageKey, document_id: str, *, words: str, card: Card) -> None:
        self._call("describe", key, document_id, words=words, card=card)

    def delete(self, document_id: str) -> int:
        return int(self._call("delete", document_id))

    def count(self, scope: Scope) -> int:
        return int(self._call("count", scope))

    def keys(self, scope: Scope) -> list[PassageKey]:
        return list(self._call("keys", scope))

    def remove(self, keys: Sequence[PassageKey]) -> None:
        self._call("remove", keys)

    def vectors(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Vector]:
        found: dict[PassageKey, Vector] = self._call("vectors", keys)
        return found

    def export(self, start: PassageKey | None, limit: int) -> tuple[list[Indexed], PassageKey | None]:
        found: tuple[list[Indexed], PassageKey | None] = self._call("export", start, limit)
        return found

    def adopt(self, passages: Sequence[Indexed]) -> None:
        self._call("adopt", passages)

    def _call(self, method: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connected()
                self._connection.send((method, arguments, named))
                done, answer = self._connection.recv()
            except (EOFError, OSError) as error:
                self.close()
                raise IndexUnavailable(
                    "The process that holds the index has ended: start docqa up again, or repeat the command"
                ) from error
        if not done:
            raise answer
        return answer

    def _connected(self) -> Connection:
        found = self._owner()
        if found is None:
            raise ConnectionError("nobody shares the index")
        address, secret = found
        return Client(address, authkey=secret)
