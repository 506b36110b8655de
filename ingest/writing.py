"""Pages that were read become passages in the index, files and rows of the catalog."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, ParamSpec

from docqa.catalog.held import PageOutcome
from docqa.errors import NotInLibrary
from docqa.library import Library
from docqa.protocols import Embedder, Entry
from docqa.retrieval import context
from docqa.types import Page, Passage, Vector
from ingest import versions
from ingest.facts import FIRST_PAGES
from ingest.finishing import finish
from ingest.intake import Progress
from ingest.jobs import Job, Read, describe, label
from ingest.split import split

Given = ParamSpec("Given")


class _Unplaced(NamedTuple):
    """A passage with what it is searched by, before it is known in which collections."""

    passage: Passage
    vector: Vector
    words: str
    page_words: str
    document_words: str


class PageWriter:
    """Splits and embeds pages where it is called; a thread of its own stores one batch while the next is embedded.

    What was given to it is stored in order, and nothing after something that could not be. Its methods raise what
    storing the batch before raised.
    """

    def __init__(self, library: Library, embedder: Embedder, *, passage_words: int, progress: Progress) -> None:
        self._library = library
        self._embedder = embedder
        self._passage_words = passage_words
        self._progress = progress
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._storing: Future[None] | None = None

    def close(self) -> None:
        """Let the batch in hand be stored to the end."""
        self._thread.shutdown()

    def write(self, job: Job, batch: Sequence[Read]) -> None:
        """Store pages and index their passages; they count as read once everything of them is there."""
        found = (
            [] if job.gone else [each for read in batch if read.result for each in self._split(job, read.result.page)]
        )
        vectors = self._vectors(job, [context.embedded(passage) for passage, *_ in found])
        unplaced = [_Unplaced(each[0], vector, *each[1:]) for each, vector in zip(found, vectors, strict=True)]
        self._then(self._store, job, batch, unplaced)

    def finish(self, job: Job) -> None:
        """Let a document count as read, or failed, after its last page."""
        self._then(self._finish, job)

    def wait(self) -> None:
        """Wait until all that was given is stored."""
        if self._storing:
            self._storing.result()

    def _then(self, task: Callable[Given, None], *args: Given.args, **kwargs: Given.kwargs) -> None:
        self.wait()
        self._storing = self._thread.submit(task, *args, **kwargs)

    def _split(self, job: Job, page: Page) -> Iterator[tuple[Passage, str, str, str]]:
        """Passages of a page, each with its words and those of the page and of the document that it carries."""
        name = label(self._library, job, page)
        while job.read_before and job.read_before[0].number < page.number:
            job.headings = job.headings.after(job.read_before.popleft())
        for passage in split(job.document.id, page, name, job.headings, max_words=self._passage_words):
            page_words = f"{name}\n{page.body}" if passage.ordinal == 0 else ""
            yield passage, context.in_context(passage), page_words, "" if job.has_passages else page_words
            job.has_passages = True
        job.headings = job.headings.after(page)

    def _vectors(self, job: Job, texts: Sequence[str]) -> list[Vector]:
        """A vector for each text: the one that an older version has for the very same text, or else a new one."""
        if job.embedded is None:
            job.embedded = versions.embedded(self._library, job.older)
        known = {text: key for text in texts if (key := job.embedded.get(versions.hash_of(text)))}
        found = self._library.index.vectors(list(known.values())) if known else {}
        vectors = {text: found[key] for text, key in known.items() if key in found}
        fresh = [text for text in dict.fromkeys(texts) if text not in vectors]
        if fresh:
            vectors |= zip(fresh, self._embedder.embed_passages(fresh), strict=True)
        return [vectors[text] for text in texts]

    def _store(self, job: Job, batch: Sequence[Read], unplaced: Sequence[_Unplaced]) -> None:
        try:
            if not job.gone:
                self._store_held(job, batch, unplaced)
                if batch[-1].number >= FIRST_PAGES:
                    describe(self._library, job)
        except NotInLibrary:
            job.gone = True
        for _ in batch:
            self._progress.page(job.document.name)

    def _store_held(self, job: Job, batch: Sequence[Read], unplaced: Sequence[_Unplaced]) -> None:
        document_id = job.document.id
        with self._library.catalog.hold(document_id, progress=True) as held:
            if not held.is_since(job.document.added_at):
                raise NotInLibrary("it was deleted and added again: the next run reads it")
            collections = tuple(sorted({name for name, _ in self._library.catalog.sources.of(document_id)}))
            for read in batch:
                if read.result:
                    self._library.files.store_page(document_id, read.result.page, read.result.image)
            self._library.index.upsert([Entry(each.passage, collections, *each[1:]) for each in unplaced])
            held.record_pages(map(_outcome, batch))

    def _finish(self, job: Job) -> None:
        if not job.gone:
            describe(self._library, job)
            finish(self._library, job.document, job.pages)


def _outcome(read: Read) -> PageOutcome:
    if read.result is None:
        return PageOutcome(read.number, "", read.error)
    return PageOutcome(read.number, read.result.page.source, "", read.result.fingerprint)
