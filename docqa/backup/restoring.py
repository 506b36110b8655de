"""Making a library of a backup: in a folder beside, moved into place when all of it is there."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from docqa import build
from docqa.backup import archive, passages
from docqa.backup.making import Contents, Say
from docqa.catalog import Catalog
from docqa.errors import LibraryBusy, UsageError
from docqa.index import opening
from docqa.processes import ownership
from docqa.protocols import Index, Indexed
from docqa.settings import Settings
from docqa.storage.files import Files
from docqa.types import Document, Scope

WORK = "restoring"  # in the data directory: what is there is not in place yet


def restore(settings: Settings, source: Path, *, say: Say) -> Contents:
    """Make the library that the settings name of a backup; stopped halfway, the same command begins anew.

    Catalog, index and files go to the servers that the settings name, if any. Raises UsageError if there is a library
    already, BackupDamaged, LibraryBusy, LibraryMismatch if the backup is of a newer docqa, IndexUnavailable or
    CatalogUnavailable.
    """
    data = settings.data
    with ownership.owned(data, "docqa restore"), ownership.reading(data) as ours:
        if not ours:
            raise LibraryBusy(f"Another process reads documents into {data}: stop it, or restore with another --data")
        _check_vacant(settings)
        with _work(data) as work:
            say("Unpacking", 0, 0)
            archive.unpack(source, work)
            with build.catalog_in(work / archive.CATALOG) as catalog:
                documents = {document.id: document for document in catalog.documents()}
                _remove_strangers(Files(work / build.FILES), documents)
                count = _fill(settings, work, catalog, documents, say)
            _put_in_place(settings, work)
    pages = sum(document.pages_done for document in documents.values())
    return Contents(len(documents), pages, count, source.stat().st_size)


def _check_vacant(settings: Settings) -> None:
    data = settings.data
    if (data / WORK).exists() and not (data / build.CATALOG).exists():  # left by a restore that was cut short
        for name in (build.FILES, build.INDEX):
            shutil.rmtree(data / name, ignore_errors=True)
    if any((data / name).exists() for name in (build.CATALOG, build.FILES, build.INDEX)):
        raise UsageError(
            f"There is a library in {data} already: restore into an empty directory (docqa --data DIR restore FILE),"
            " or move this one away first"
        )
    if settings.files.url and build.files(settings).document_ids():
        raise UsageError("DOCQA_FILES__URL holds documents already: name another place")
    if settings.catalog.url:
        with build.catalog(settings) as catalog:
            if catalog.count():
                raise UsageError("The catalog at DOCQA_CATALOG__URL holds documents already: name an empty database")


@contextmanager
def _work(data: Path) -> Iterator[Path]:
    """An empty folder on the disk of the library, gone when the block ends."""
    work = data / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _remove_strangers(files: Files, documents: Mapping[str, Document]) -> None:
    """Remove what was deleted while the backup was made."""
    for document_id in files.document_ids():
        if document_id not in documents:
            files.remove(document_id)


def _fill(settings: Settings, work: Path, catalog: Catalog, documents: Mapping[str, Document], say: Say) -> int:
    """Put the passages of pages that the catalog counts as read into the index; returns how many."""

    @lru_cache(8)  # passages come document by document
    def read(document_id: str) -> set[int]:
        return {number for number, (_, error) in catalog.page_outcomes(document_id).items() if not error}

    count = 0
    index: Index | None = None
    try:
        for part in sorted((work / archive.PASSAGES).glob("*")):
            found = passages.decode(part.read_bytes(), part.name)
            known = [
                replace(each, collections=documents[each.passage.document_id].collections)
                for each in found
                if each.passage.document_id in documents and each.passage.page in read(each.passage.document_id)
            ]
            if known and index is None:
                index = _index(settings, work, known)
            if index is not None:
                index.adopt(known)
            count += len(known)
            say("Passages", count, 0)
    finally:
        if index is not None:
            index.close()
    return count


def _index(settings: Settings, work: Path, some: Sequence[Indexed]) -> Index:
    """The new index, empty, for passages like some of them.

    Raises UsageError if the server has one that is not.
    """

    def dimension() -> int:
        vectors = (each.vector for each in some if each.vector is not None)
        return len(next(vectors, None) or build.embedder(settings).embed_query("size"))

    if settings.index.url is None:
        return opening.embedded(work / build.INDEX, dimension=dimension)
    index = opening.on_server(settings.index, settings.index.url, dimension=dimension)
    if index.count(Scope()):
        index.close()
        raise UsageError(
            f"The collection {settings.index.collection} on the Qdrant server holds passages already: name another one"
            " with DOCQA_INDEX__COLLECTION, or delete it there"
        )
    return index


def _put_in_place(settings: Settings, work: Path) -> None:
    """Move what was restored to where it belongs, the catalog last: with it, the library is there."""
    if hasattr(os, "sync"):
        os.sync()
    if settings.files.url:
        files = build.files(settings)
        for path in (work / build.FILES).rglob("*.*"):
            files.take(path.relative_to(work / build.FILES).as_posix(), path)
        shutil.rmtree(work / build.FILES, ignore_errors=True)  # empty folders
    for name in (build.FILES, build.INDEX):
        if (work / name).exists():
            os.replace(work / name, settings.data / name)
    if settings.catalog.url:
        with build.catalog_in(work / archive.CATALOG) as restored, build.catalog(settings) as catalog:
            catalog.take(restored)
    else:
        os.replace(work / archive.CATALOG, settings.data / build.CATALOG)
