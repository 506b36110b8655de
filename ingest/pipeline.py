"""Files to a searchable library: registered, read page by page, written in batches. Once stopped, it goes on."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from time import monotonic
from typing import Literal, Protocol

from docqa import context, files
from docqa.errors import DocumentError
from docqa.library import Library
from docqa.protocols import Embedder, Entry
from docqa.types import Document, Page, Passage
from ingest.reading import Cover, ReadingOptions, ReadPage, read_cover, read_page
from ingest.sandbox import Pending, Sandbox
from ingest.split import HeadingPath, split
from ingest.title import title

BATCH_PAGES = 16  # written together: what a crash can cost
BATCH_S = 5.0  # or what was read in so many seconds
READ_AHEAD = 8  # pages for each worker, beyond the ones being written

NO_TEXT = "no page has text that could be read: only their images are kept"

Outcome = Literal["done", "unchanged", "failed"]


class Progress(Protocol):
    """Who wants to know how far it is."""

    def register(self, files: int, of: int) -> None: ...

    def begin(self, pages: int) -> None: ...

    def page(self, document: str) -> None: ...


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    path: Path
    outcome: Outcome
    error: str = ""  # why it failed, or which of its pages did
    pages: int = 0
    tried_before: bool = False  # it failed in an earlier run, and was not tried now


@dataclass(slots=True)
class _Job:
    """A document to read, and how far its reading has come."""

    document: Document
    todo: list[int]  # page numbers
    metadata_title: str
    label: str = ""
    headings: HeadingPath = field(default_factory=HeadingPath)
    has_passages: bool = False
    read_before: deque[Page] = field(default_factory=deque)  # by an earlier run, in order


@dataclass(frozen=True, slots=True)
class _Read:
    """A page that came back from the sandbox, or why it did not."""

    job: _Job
    number: int
    result: ReadPage | None
    error: str


class Pipeline:
    """Brings a library up to date with files."""

    def __init__(
        self, library: Library, embedder: Embedder, sandbox: Sandbox, *, options: ReadingOptions, passage_words: int
    ) -> None:
        self._library = library
        self._catalog = library.catalog
        self._embedder = embedder
        self._sandbox = sandbox
        self._options = options
        self._passage_words = passage_words

    def ingest(self, paths: Sequence[Path], *, collection: str, progress: Progress) -> list[FileReport]:
        """Read what is new or changed among these files; documents that an earlier run left unfinished are read, too.

        What fails is recorded with its reason, and the rest goes on. A file that failed before is reported, not tried
        again.
        """
        self._remove_superseded()  # what an earlier run was about to remove
        registered: list[tuple[Path, str]] = []
        reports: list[FileReport] = []
        known = {document.id for document in self._catalog.documents() if document.state in ("done", "failed")}
        for number, path in enumerate(paths, start=1):
            try:
                registered.append((path, self._register(path, collection)))
            except OSError as error:
                reports.append(FileReport(path, "failed", f"cannot be read: {error.strerror or error}"))
            except UnicodeEncodeError:
                reports.append(FileReport(path, "failed", "its name is not valid UTF-8: rename it"))
            progress.register(number, len(paths))
        self.read_unfinished(progress)
        return reports + [self._report(path, document_id, known) for path, document_id in registered]

    def retry_failed(self, paths: Sequence[Path] | None, *, progress: Progress) -> list[FileReport]:
        """Read failed documents and failed pages again: all of them, or those of these files."""
        wanted = {str(path) for path in paths} if paths is not None else None
        retried = []
        for document in self._catalog.documents():
            places = [path for _, path in self._catalog.sources(document.id) if wanted is None or path in wanted]
            if places and (document.state == "failed" or document.pages_failed):
                self._catalog.forget_failed_pages(document.id)
                self._catalog.set_state(document.id, "queued")
                retried.append((Path(places[0]), document.id))
        self.read_unfinished(progress)
        return [self._report(path, document_id, set()) for path, document_id in retried]

    def read_unfinished(self, progress: Progress) -> None:
        """Read every document that is queued or half read, unless its file has changed meanwhile."""
        self._remove_superseded()
        jobs = list(
            self._open([document for document in self._catalog.documents() if document.state in ("queued", "reading")])
        )
        progress.begin(sum(len(job.todo) for job in jobs))
        for job, pages in groupby(self._read_ahead(jobs), key=lambda read: read.job):
            for batch in _batches(pages):
                self._write(job, batch)
                for _ in batch:
                    progress.page(job.document.name)
            self._finish(job)
        self._remove_superseded()

    def _register(self, path: Path, collection: str) -> str:
        """Put the file into the library, its bytes first; returns the document's id."""
        str(path).encode()
        document_id = files.digest(path)
        document = self._catalog.document(document_id)
        if document is None:
            self._library.files.store_original(path, document_id)
            self._catalog.add(document_id, name=path.name, size_bytes=path.stat().st_size)
        elif collection not in document.collections:
            self._library.index.set_collections(document_id, sorted({*document.collections, collection}))
        self._catalog.link(document_id, collection=collection, path=str(path))
        if document is not None and document.state == "done":
            self._supersede(document_id)
        return document_id

    def _supersede(self, document_id: str) -> None:
        """Older versions lose the paths of this document, and with them perhaps a collection."""
        losers = self._catalog.documents(ids=self._catalog.supersede(document_id))
        for loser in losers:
            if loser.collections:
                self._library.index.set_collections(loser.id, loser.collections)

    def _report(self, path: Path, document_id: str, known: set[str]) -> FileReport:
        document = self._catalog.document(document_id)
        if document is None:
            return FileReport(path, "failed", "deleted while it was being read")
        if document.state == "failed":
            return FileReport(path, "failed", document.error, tried_before=document_id in known)
        return FileReport(path, "unchanged" if document_id in known else "done", document.error, document.pages)

    def _open(self, documents: Sequence[Document]) -> Iterator[_Job]:
        """Jobs for the documents that open; the others are recorded as failed."""
        opening = [
            (document, self._sandbox.submit(read_cover, self._library.files.original(document.id)))
            for document in documents
        ]
        for document, pending in opening:
            try:
                cover: Cover = pending.result()
            except DocumentError as error:
                self._catalog.set_state(document.id, "failed", error=str(error))
                continue
            self._catalog.set_state(document.id, "reading", pages=cover.pages)
            yield self._job(document, cover)

    def _job(self, document: Document, cover: Cover) -> _Job:
        tried = self._catalog.page_outcomes(document.id)
        job = _Job(document, [number for number in range(1, cover.pages + 1) if number not in tried], cover.title)
        for number, (_, error) in tried.items():
            if job.todo and not error:
                page = self._library.files.page(document.id, number)
                job.label = job.label or self._label(job, page)
                job.has_passages = job.has_passages or bool(page.text)
                job.read_before.append(page)
        if not job.todo:
            self._finish(job)
        return job

    def _read_ahead(self, jobs: Sequence[_Job]) -> Iterator[_Read]:
        """The pages of all jobs in order, with the next ones being read meanwhile."""
        tasks = ((job, number) for job in jobs for number in job.todo)
        pending: deque[tuple[_Job, int, Pending[ReadPage]]] = deque()
        ahead = READ_AHEAD * self._sandbox.workers
        while True:
            for job, number in islice(tasks, ahead - len(pending)):
                original = self._library.files.original(job.document.id)
                pending.append((job, number, self._sandbox.submit(read_page, original, number, self._options)))
            if not pending:
                return
            job, number, page = pending.popleft()
            try:
                yield _Read(job, number, page.result(), "")
            except DocumentError as error:
                yield _Read(job, number, None, str(error))

    def _write(self, job: _Job, batch: Sequence[_Read]) -> None:
        """Store pages, index their passages, then record them: a page counts as read once everything of it is there."""
        entries: list[tuple[Passage, str, str]] = []
        for read in batch:
            if read.result is not None:
                self._library.files.store_page(job.document.id, read.result.page, read.result.image)
                entries += self._passages(job, read.result.page)
        texts = [context.in_context(passage) for passage, _, _ in entries]
        vectors = self._embedder.embed_passages(texts)
        collections = tuple(sorted({collection for collection, _ in self._catalog.sources(job.document.id)}))
        self._library.index.upsert(
            [
                Entry(passage, collections, vector, text, page_words, document_words)
                for (passage, page_words, document_words), vector, text in zip(entries, vectors, texts, strict=True)
            ]
        )
        self._catalog.record_pages(
            job.document.id,
            [(read.number, read.result.page.source if read.result else "", read.error) for read in batch],
        )

    def _passages(self, job: _Job, page: Page) -> Iterator[tuple[Passage, str, str]]:
        """Passages of a page, each with the words of the page and of the document that it carries."""
        job.label = job.label or self._label(job, page)
        while job.read_before and job.read_before[0].number < page.number:
            job.headings = job.headings.after(job.read_before.popleft())
        for passage in split(job.document.id, page, job.label, job.headings, max_words=self._passage_words):
            page_words = f"{job.label}\n{page.text}" if passage.ordinal == 0 else ""
            yield passage, page_words, "" if job.has_passages else page_words
            job.has_passages = True
        job.headings = job.headings.after(page)

    def _label(self, job: _Job, page: Page) -> str:
        """Decide what the document is called, with its first page at hand if that could be read."""
        found = title(job.metadata_title, page if page.number == 1 else None)
        self._catalog.set_state(job.document.id, "reading", title=found)
        return context.label(job.document.name, found)

    def _finish(self, job: _Job) -> None:
        """Once every page was tried a document is done, and replaces its older versions; unless none could be read."""
        tried = self._catalog.page_outcomes(job.document.id)
        errors = {number: error for number, (_, error) in tried.items() if error}
        if len(errors) == len(tried):
            self._catalog.set_state(job.document.id, "failed", error=_summary(errors))
            return
        textless = not errors and all(source == "none" for source, _ in tried.values())
        self._catalog.set_state(job.document.id, "done", error=NO_TEXT if textless else _summary(errors))
        self._supersede(job.document.id)

    def _remove_superseded(self) -> None:
        for document in self._catalog.documents(ids=self._catalog.unsourced()):
            self._library.delete(document)


def _batches(pages: Iterator[_Read]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    begun = monotonic()
    for page in pages:
        batch.append(page)
        if len(batch) == BATCH_PAGES or monotonic() > begun + BATCH_S:
            yield batch
            batch, begun = [], monotonic()
    if batch:
        yield batch


def _summary(errors: dict[int, str]) -> str:
    """Which pages failed and why, the first three named."""
    named = "; ".join(f"page {number}: {error}" for number, error in islice(errors.items(), 3))
    return f"{named}; and {len(errors) - 3} more pages" if len(errors) > 3 else named
