"""What older versions of a document hold that is still true of the new one."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from docqa.errors import DocumentError
from docqa.library import Library
from docqa.retrieval import context
from docqa.storage.files import Files
from docqa.types import PassageKey, Scope
from ingest.reading import Glance, ReadingOptions, ReadPage, glance
from ingest.runner import Runner

Item = TypeVar("Item")

GLANCE_PAGES = 64  # looked at by one task
PASSAGES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """A page of the new version that an older one has, too."""

    document_id: str  # of the older version,
    number: int  # and its place there
    glance: Glance  # at the new one

    def read(self, files: Files, number: int) -> ReadPage:
        """The page as it was read then, in its new place.

        Raises NotInLibrary or LibraryDamaged.
        """
        page = files.page(self.document_id, self.number)
        image = files.image(self.document_id, self.number)
        return ReadPage.of(replace(page, number=number, printed=self.glance.label), image, self.glance.fingerprint)


def kept(
    library: Library,
    sandbox: Runner,
    key: str,
    numbers: Sequence[int],
    older: Sequence[str],
    options: ReadingOptions,
) -> dict[int, Kept]:
    """Which of these pages need not be read because they are the same in an older version, the newest first."""
    known: dict[str, tuple[str, int]] = {}
    for each in reversed(older):
        known |= {found: (each, number) for found, number in library.catalog.fingerprints(each).items()}
    if not known:
        return {}
    path = library.files.fetch(key)
    looks = [(some, sandbox.submit(glance, path, some, options)) for some in _chunks(numbers, GLANCE_PAGES)]
    same: dict[int, Kept] = {}
    for some, pending in looks:
        try:
            glances = pending.result()
        except DocumentError:  # reading these pages will tell what is wrong with them
            continue
        same |= {
            number: Kept(*known[found.fingerprint], found)
            for number, found in zip(some, glances, strict=True)
            if found.fingerprint in known
        }
    return same


def embedded(library: Library, older: Sequence[str]) -> Mapping[bytes, PassageKey]:
    """The passages of older versions, by the hash of the text that was embedded."""
    found: dict[bytes, PassageKey] = {}
    for document_id in older:
        for keys in _chunks(library.index.keys(Scope((document_id,))), PASSAGES_AT_ONCE):
            passages = library.index.passages(keys)
            found |= {hash_of(context.embedded(passage)): key for key, passage in passages.items()}
    return found


def hash_of(text: str) -> bytes:
    """By what texts that are embedded are told apart."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[place : place + size] for place in range(0, len(items), size))
