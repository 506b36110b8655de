"""What a page is made of, as one hash: pages with the same fingerprint read alike and look alike. Pure."""

import hashlib
import re
from collections.abc import Iterable
from typing import Protocol

_REFERENCE = re.compile(r"(?<![\w.])(\d+) \d+ R\b")
_PAGE = re.compile(r"/Type\s*/Pages?\b")  # links and form fields point at pages: those are not what a page is made of
_UNSEEN = re.compile(r"/(?:Metadata|PieceInfo|StructParents?|LastModified)\b\s*(?:\d+ \d+ R|\d+|\([^()]*\))")
DEPTH = 100  # of objects in objects


class Objects(Protocol):
    """The objects of one PDF, by number."""

    def text(self, number: int) -> str:
        """The object without its stream; references in it read "12 0 R"."""
        ...

    def stream(self, number: int) -> bytes:
        """The stream of the object as it is stored; empty if it has none."""
        ...


class Fingerprints:
    """Of the parts of one PDF. Objects that pages share, such as fonts, are hashed once.

    The numbers of objects do not count: writing a PDF anew changes them.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._known: dict[int, str] = {}

    def of(self, parts: Iterable[str]) -> str:
        """sha256, hex, of PDF syntax with all that it refers to.

        Raises RecursionError if objects lie too deep in one another.
        """
        whole = hashlib.sha256()
        for part in parts:
            whole.update(hashlib.sha256(self._resolved(part, ())).digest())
        return whole.hexdigest()

    def _resolved(self, text: str, above: tuple[int, ...]) -> bytes:
        """PDF syntax with hashes in place of references."""
        seen = _UNSEEN.sub("", text)
        return _REFERENCE.sub(lambda found: self._hash(int(found[1]), above), seen).encode(errors="surrogatepass")

    def _hash(self, number: int, above: tuple[int, ...]) -> str:
        if number in above:
            return f"<{above[::-1].index(number)} up>"
        if len(above) == DEPTH:
            raise RecursionError(f"more than {DEPTH} objects lie in one another")
        if number not in self._known:
            text = self._objects.text(number)
            found = hashlib.sha256(b"" if _PAGE.search(text) else self._resolved(text, (*above, number)))
            found.update(self._objects.stream(number))
            self._known[number] = f"<{found.hexdigest()}>"
        return self._known[number]
