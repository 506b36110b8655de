"""Documents to read, each opened, with what is there of it already."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from docqa.errors import DocumentError, LibraryDamaged, NotInLibrary
from docqa.library import Library
from docqa.retrieval import context
from docqa.types import Document, Page, PassageKey, Words
from ingest import describing, numbering, running, versions
from ingest.facts import Metadata
from ingest.finishing import finish
from ingest.reading import Cover, ReadingOptions, ReadPage, read_cover
from ingest.runner import Pending, Runner
from ingest.split import HeadingPath
from ingest.versions import Kept

COVERS_AHEAD = 8  # documents that are opened for each worker, beyond the one being read


@dataclass(slots=True)
class Job:
    """A document to read, and how far its reading has come."""

    document: Document
    key: str  # of the file to read
    pages: int  # that it has
    todo: list[int]  # page numbers
    metadata: Metadata
    label: str = ""
    described: bool = False  # from as many of its first pages as it takes
    headings: HeadingPath = field(default_factory=HeadingPath)
    run: numbering.Run | None = None  # of printed page numbers, as the pages before have them
    has_passages: bool = False
    gone: bool = False  # it was deleted meanwhile, or given up
    read_before: deque[Page] = field(default_factory=deque)  # by an earlier run, in order
    runs_before: deque[tuple[int, numbering.Run]] = field(default_factory=deque)  # on these, with their numbers
    edges: dict[int, tuple[running.EdgeRow, ...]] = field(default_factory=dict)  # of the pages read so far, by number
    timeouts: int = 0  # of the pages read last, in a row
    older: Sequence[str] = ()  # ids of its older versions, the newest first
    kept: Mapping[int, Kept] = field(default_factory=dict)  # pages that these have, too, by number
    embedded: Mapping[bytes, PassageKey] | None = None  # passages that these have; None until it is looked


@dataclass(frozen=True, slots=True)
class Read:
    """A page that came back from the sandbox, or why it did not."""

    job: Job
    number: int
    result: ReadPage | None
    error: str


def opened(library: Library, sandbox: Runner, documents: Sequence[Document], options: ReadingOptions) -> Iterator[Job]:
    """Jobs for the documents that open; the others are recorded as failed."""
    for document, key, pending in _covers(library, sandbox, documents, options):
        try:
            cover = pending.result()
        except DocumentError as error:
            library.catalog.set_state(document.id, "failed", error=str(error))
            continue
        library.catalog.set_state(document.id, document.state, pages=cover.pages)
        if job := _job(library, document, key, cover):
            job.older = library.catalog.sources.older_versions(document.id)
            job.kept = versions.kept(library, sandbox, key, job.todo, job.older, options)
            yield job


def _covers(
    library: Library, sandbox: Runner, documents: Sequence[Document], options: ReadingOptions
) -> Iterator[tuple[Document, str, Pending[Cover]]]:
    """Each document with the key of its file and its cover, the next being read meanwhile.

    Not all of them: their files may come from afar.
    """
    waiting = iter(documents)
    pending: deque[tuple[Document, str, Pending[Cover]]] = deque()
    while True:
        room = COVERS_AHEAD * sandbox.workers - len(pending)  # below zero where workers were lost
        for document in islice(waiting, max(room, 0)):
            key = library.files.readable(document.id)
            pending.append((document, key, sandbox.submit(read_cover, library.files.fetch(key), options)))
        if not pending:
            return
        yield pending.popleft()


def _job(library: Library, document: Document, key: str, cover: Cover) -> Job | None:
    """What is left to read of a document; None if that is nothing."""
    tried = library.catalog.page_outcomes(document.id)
    todo = [number for number in range(1, cover.pages + 1) if number not in tried]
    job = Job(document, key, cover.pages, todo, cover.metadata)
    if not job.todo:
        describe(library, job)
        finish(library, document, job.pages)
        return None
    damaged = [number for number, (_, error) in tried.items() if not error and not _is_known(library, job, number)]
    if damaged:
        try:
            with library.catalog.hold(document.id) as held:
                held.forget_pages(damaged)
        except NotInLibrary:
            return None
        job.todo = sorted([*job.todo, *damaged])
    return job


def _is_known(library: Library, job: Job, number: int) -> bool:
    """Whether a page that an earlier run read is whole; the job remembers what is needed of it."""
    try:
        page = library.files.page(job.document.id, number)
    except (LibraryDamaged, NotInLibrary):
        return False
    label(library, job, page)
    job.has_passages = job.has_passages or bool(page.text)
    job.edges[number] = running.edge_rows(page)
    job.read_before.append(replace(page, words=Words()))  # they are all of it that is large
    if run := numbering.run_of(number, page.printed):
        job.runs_before.append((number, run))
    return True


def label(library: Library, job: Job, page: Page) -> str:
    """What the document is called: decided once, with its first page at hand if that could be read."""
    if not job.label:
        library.catalog.set_state(job.document.id, "reading")
        try:
            known = describing.record(library, job.document.id, job.metadata, [page])
        except NotInLibrary:
            known = job.document
        job.label = context.label(known.name, known.title, organisation=known.organisation, year=known.year)
    return job.label


def describe(library: Library, job: Job) -> None:
    """Record what is known of the document by its first pages, once."""
    if not (job.described or job.gone):
        describing.describe(library, job.document.id, job.metadata)
        job.described = True
