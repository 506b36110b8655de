"""Documents read page by page and written in batches. Once stopped, it goes on."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from time import monotonic

from docqa import context
from docqa.catalog.documents import Held
from docqa.errors import DocumentError, LibraryDamaged, NotInLibrary, ServiceUnavailable
from docqa.library import Library
from docqa.protocols import Embedder, Entry
from docqa.types import Document, DocumentState, Page, Passage
from ingest import intake, numbering
from ingest.intake import FileReport, Progress
from ingest.reading import Cover, ReadingOptions, ReadPage, read_cover, read_page
from ingest.runner import Pending, Runner
from ingest.split import HeadingPath, split
from ingest.title import title

BATCH_PAGES = 16  # written together: what a crash can cost
BATCH_S = 2.0  # or what was read in so many seconds
READ_AHEAD = 8  # pages for each worker, beyond the ones being written
ATTEMPTS = 3  # to read a page during which the whole process died

NO_TEXT = "no page has text that could be read: only their images are kept"
GIVEN_UP = f"given up: {ATTEMPTS} times the process that reads documents died while it read this one"


@dataclass(slots=True)
class _Job:
    """A document to read, and how far its reading has come."""

    document: Document
    pages: int  # that it has
    todo: list[int]  # page numbers
    metadata_title: str
    label: str = ""
    headings: HeadingPath = field(default_factory=HeadingPath)
    run: numbering.Run | None = None  # of printed page numbers, as the pages before have them
    has_passages: bool = False
    gone: bool = False  # it was deleted meanwhile, or given up
    read_before: deque[Page] = field(default_factory=deque)  # by an earlier run, in order
    runs_before: deque[tuple[int, numbering.Run]] = field(default_factory=deque)  # on these, with their numbers


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
        self, library: Library, embedder: Embedder, sandbox: Runner, *, options: ReadingOptions, passage_words: int
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
        registered, unreadable = intake.register(self._library, paths, collection=collection, progress=progress)
        self.read_unfinished(progress)
        return unreadable + intake.reports(self._library, registered)

    def retry_failed(self, paths: Sequence[Path] | None, *, progress: Progress) -> list[FileReport]:
        """Read failed documents and failed pages again: all of them, or those of these files."""
        retried = intake.requeue_failed(self._library, paths)
        self.read_unfinished(progress)
        return intake.reports(self._library, retried)

    def read_unfinished(self, progress: Progress, *, stopping: Callable[[], bool] = lambda: False) -> None:
        """Read every document that is queued or half read, and those that are queued meanwhile; or until `stopping`.

        Raises ServiceUnavailable if index, catalog, files or cluster are; what was recorded until then is kept.
        """
        self.remove_unsourced()
        for job, pages in groupby(self._read_ahead(self._jobs(progress)), key=lambda read: read.job):
            attempts = self._catalog.attempt(job.document.id)
            if attempts > ATTEMPTS:
                self._catalog.set_state(job.document.id, "failed", error=GIVEN_UP)
                job.gone = True
            try:
                numbered = _numbered(job, pages, look_ahead=0 if attempts > 1 else numbering.LOOK_AHEAD)
                for batch in _batches(numbered, size=1 if attempts > 1 else BATCH_PAGES):
                    self._write(job, batch)
                    for _ in batch:
                        progress.page(job.document.name)
                    if stopping():
                        return
                self._finish(job)
            except ServiceUnavailable:
                with suppress(ServiceUnavailable):
                    self._catalog.unattempt(job.document.id)  # it is not the document's fault
                raise
        self.remove_unsourced()

    def remove_unsourced(self) -> None:
        """Remove documents that no path leads to any more, as where a deletion was cut short."""
        for document_id in self._catalog.sources.unsourced():
            self._library.remove_unsourced(document_id)

    def _jobs(self, progress: Progress) -> Iterator[_Job]:
        """Jobs for the documents that wait, each opened and counted as soon as it is known."""
        taken: set[str] = set()
        opened: deque[_Job] = deque()
        while True:
            fresh = [document for document in self._catalog.unfinished() if document.id not in taken]
            taken |= {document.id for document in fresh}
            for job in self._open(fresh):
                progress.begin(len(job.todo))
                opened.append(job)
            if not opened:
                return
            yield opened.popleft()

    def _open(self, documents: Sequence[Document]) -> Iterator[_Job]:
        """Jobs for the documents that open; the others are recorded as failed."""
        for document, pending in self._covers(documents):
            try:
                cover: Cover = pending.result()
            except DocumentError as error:
                self._catalog.set_state(document.id, "failed", error=str(error))
                continue
            self._catalog.set_state(document.id, document.state, pages=cover.pages)
            if job := self._job(document, cover):
                yield job

    def _covers(self, documents: Sequence[Document]) -> Iterator[tuple[Document, Pending[Cover]]]:
        """Each document with its cover, the next ones being read meanwhile; not all: their files may come from afar."""
        waiting = iter(documents)
        pending: deque[tuple[Document, Pending[Cover]]] = deque()
        ahead = READ_AHEAD * self._sandbox.workers
        while True:
            for document in islice(waiting, ahead - len(pending)):
                original = self._library.files.original(document.id)
                pending.append((document, self._sandbox.submit(read_cover, original)))
            if not pending:
                return
            yield pending.popleft()

    def _job(self, document: Document, cover: Cover) -> _Job | None:
        """What is left to read of a document; None if that is nothing."""
        tried = self._catalog.page_outcomes(document.id)
        todo = [number for number in range(1, cover.pages + 1) if number not in tried]
        job = _Job(document, cover.pages, todo, cover.title)
        if not job.todo:
            self._finish(job)
            return None
        damaged = []
        for number, (_, error) in tried.items():
            if not error:
                try:
                    page = self._library.files.page(document.id, number)
                except (LibraryDamaged, NotInLibrary):
                    damaged.append(number)
                    continue
                job.label = job.label or self._label(job, page)
                job.has_passages = job.has_passages or bool(page.text)
                job.read_before.append(replace(page, text="", words=()))  # its headings are all that is needed of it
                if run := numbering.run_of(number, page.printed):
                    job.runs_before.append((number, run))
        if damaged:
            try:
                with self._catalog.hold(document.id) as held:
                    held.forget_pages(damaged)
            except NotInLibrary:
                return None
            job.todo = sorted([*job.todo, *damaged])
        return job

    def _read_ahead(self, jobs: Iterator[_Job]) -> Iterator[_Read]:
        """The pages of all jobs in order, with the next ones being read meanwhile."""
        tasks = ((job, number) for job in jobs for number in job.todo if not job.gone)
        pending: deque[tuple[_Job, int, Pending[ReadPage]]] = deque()
        ahead = READ_AHEAD * self._sandbox.workers
        try:
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
        finally:
            for _, _, page in pending:
                page.cancel()

    def _write(self, job: _Job, batch: Sequence[_Read]) -> None:
        """Store pages, index their passages, then record them: a page counts as read once everything of it is there."""
        if job.gone:
            return
        read_pages = [read.result for read in batch if read.result is not None]
        entries = [entry for read in read_pages for entry in self._passages(job, read.page)]
        texts = [context.in_context(passage) for passage, _, _ in entries]
        vectors = self._embedder.embed_passages(texts)
        outcomes = [(read.number, read.result.page.source if read.result else "", read.error) for read in batch]
        try:
            with self._catalog.hold(job.document.id, progress=True) as held:
                if not held.is_since(job.document.added_at):
                    raise NotInLibrary("it was deleted and added again: the next run reads it")
                collections = tuple(sorted({name for name, _ in self._catalog.sources.of(job.document.id)}))
                for read in read_pages:
                    self._library.files.store_page(job.document.id, read.page, read.image)
                self._library.index.upsert(
                    [
                        Entry(passage, collections, vector, text, page_words, document_words)
                        for (passage, page_words, document_words), vector, text in zip(
                            entries, vectors, texts, strict=True
                        )
                    ]
                )
                held.record_pages(outcomes)
        except NotInLibrary:
            job.gone = True

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
        outcome = self._outcome(job)
        if outcome is None:
            return
        state, error = outcome
        if state == "done":
            self._library.supersede(job.document.id)  # first: what is done is not looked at again after a crash
        with suppress(NotInLibrary), self._catalog.hold(job.document.id) as held:
            if _outcome(held, job) == outcome:
                held.set_state(state, error=error)

    def _outcome(self, job: _Job) -> tuple[DocumentState, str] | None:
        with suppress(NotInLibrary), self._catalog.hold(job.document.id) as held:
            return _outcome(held, job)
        return None


def _outcome(held: Held, job: _Job) -> tuple[DocumentState, str] | None:
    """State and error of a document whose pages were all tried; None if some were not, or it is another one by now."""
    tried = held.outcomes()
    if job.gone or len(tried) < job.pages or not held.is_since(job.document.added_at):
        return None
    errors = {number: error for number, (_, error) in tried.items() if error}
    if len(errors) == len(tried):
        return "failed", _summary(errors)
    textless = not errors and all(source == "none" for source, _ in tried.values())
    return "done", NO_TEXT if textless else _summary(errors)


def _numbered(job: _Job, pages: Iterator[_Read], *, look_ahead: int) -> Iterator[_Read]:
    """The pages with their printed numbers. One whose number those after it must confirm is held back until then."""
    held: deque[tuple[_Read, frozenset[numbering.Mark]]] = deque()
    for read in pages:
        held.append((read, numbering.marks(read.result.page) if read.result else frozenset()))
        while held and (len(held) > look_ahead or _is_certain(job, *held[0])):
            yield _with_number(job, held)
    while held:
        yield _with_number(job, held)


def _is_certain(job: _Job, read: _Read, marks: frozenset[numbering.Mark]) -> bool:
    """Whether a page's number does not depend on the pages after it."""
    if read.result is None or read.result.page.printed:
        return True
    return numbering.continues(read.number, marks, job.run) if job.run else not marks


def _with_number(job: _Job, held: deque[tuple[_Read, frozenset[numbering.Mark]]]) -> _Read:
    """Take the first of the pages and give it its printed number, unless the PDF itself told it."""
    read, marks = held.popleft()
    while job.runs_before and job.runs_before[0][0] < read.number:
        _, job.run = job.runs_before.popleft()
    if read.result is None:
        return read
    page = read.result.page
    if page.printed is not None:
        run = numbering.run_of(read.number, page.printed)
    else:
        run = numbering.run_at(read.number, marks, [(other.number, theirs) for other, theirs in held], job.run)
        page = replace(page, printed=run.label(read.number) if run else None)
    job.run = run or job.run
    return replace(read, result=replace(read.result, page=page))


def _batches(pages: Iterator[_Read], *, size: int) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    begun = monotonic()
    for page in pages:
        batch.append(page)
        if len(batch) == size or monotonic() > begun + BATCH_S:
            yield batch
            batch, begun = [], monotonic()
    if batch:
        yield batch


def _summary(errors: dict[int, str]) -> str:
    """Which pages failed and why, the first three named."""
    named = "; ".join(f"page {number}: {error}" for number, error in islice(errors.items(), 3))
    return f"{named}; and {len(errors) - 3} more pages" if len(errors) > 3 else named
