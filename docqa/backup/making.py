"""Backing up a library while it is in use.

The catalog is copied first. So whatever it counts as read is in the index and on the disk by then; what comes after is
no part of the backup. A document that is deleted meanwhile is taken out of the copy at the end.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docqa import build
from docqa.backup import archive, passages
from docqa.catalog import Catalog
from docqa.errors import IndexUnavailable, UsageError
from docqa.protocols import Embedder, Indexed
from docqa.settings import Settings
from docqa.types import Document, PassageKey

PASSAGES_AT_ONCE = 500

Say = Callable[[str, int, int], None]  # what is being done, how much of it is, and of how much


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    documents: int
    pages: int
    passages: int
    bytes: int
    missing: tuple[str, ...] = ()  # files that the library should have and has not


def back_up(settings: Settings, target: Path, *, say: Say) -> Contents:
    """Write the whole library to a file, wherever its parts are, while it is used and read into.

    Raises UsageError if the file exists or the library does not, LibraryBusy, LibraryDamaged, IndexUnavailable or
    CatalogUnavailable.
    """
    if not settings.catalog.url and not (settings.data / build.CATALOG).exists():
        raise UsageError(f"There is no library in {settings.data}: say where it is with --data or DOCQA_DATA")
    files = build.files(settings)
    missing: dict[str, list[str]] = {}
    with (
        archive.written(target) as writing,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".docqa-backup-") as folder,
    ):
        copied = Path(folder) / archive.CATALOG
        with build.catalog_copy(settings, copied) as copy:
            documents = copy.documents()
            count = _add_passages(writing, settings, say)
            for place, document in enumerate(documents):
                say("Documents", place, len(documents))
                read = [number for number, (_, error) in copy.page_outcomes(document.id).items() if not error]
                for name in files.recorded(document.id, read):
                    try:
                        writing.add_file(archive.FILES + name, files.fetch(name))
                    except FileNotFoundError:
                        missing.setdefault(document.id, []).append(name)
            kept = _still_there(settings, copy, documents)
        writing.add_file(archive.CATALOG, copied)
    return Contents(
        len(kept),
        sum(document.pages_done for document in kept),
        count,
        target.stat().st_size,
        tuple(name for document in kept for name in missing.get(document.id, [])),
    )


def _add_passages(writing: archive.Writing, settings: Settings, say: Say) -> int:
    count = 0
    for place, some in enumerate(exported(settings, build.embedder(settings))):
        writing.add(f"{archive.PASSAGES}{place:06}.jsonl.gz", passages.encode(some))
        count += len(some)
        say("Passages", count, 0)
    return count


def exported(settings: Settings, embedder: Embedder) -> Iterator[list[Indexed]]:
    """Every passage of the index; the process that shares the index may end meanwhile, and another one begin to."""
    start: PassageKey | None = None
    tried = False
    while True:
        try:
            with build.library(settings, embedder, purpose="docqa backup", shares=True) as library:
                while True:
                    found, start = library.index.export(start, PASSAGES_AT_ONCE)
                    tried = False
                    yield found
                    if start is None:
                        return
        except IndexUnavailable:
            if tried:
                raise
            tried = True


def _still_there(settings: Settings, copy: Catalog, documents: list[Document]) -> list[Document]:
    """Take out of the copy what was deleted since it was made; returns what is left."""
    with build.catalog(settings) as catalog:
        now = {document.id: document.added_at for document in catalog.documents() if document.collections}
    gone = [document.id for document in documents if now.get(document.id) != document.added_at]
    for document_id in gone:
        copy.conversations.forget_document(document_id)
        with copy.hold(document_id) as held:
            held.remove()
    return copy.documents()
