"""Documents read page by page and written in batches. Once stopped, it goes on."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import groupby, islice
from pathlib import Path

from docqa.errors import DocumentError, LibraryFull, ServiceUnavailable
from docqa.library import Library
from docqa.protocols import Embedder
from ingest import describing, intake, numbering
from ingest.ahead import batches, numbered, read_ahead
from ingest.facts import Metadata
from ingest.intake import FileReport, Progress
from ingest.jobs import Job, Read, opened
from ingest.reading import ReadingOptions, read_cover
from ingest.runner import Runner
from ingest.writing import PageWriter

BATCH_PAGES = 16  # written together: what a crash can cost, twice over: one batch is stored while the next is embedded
BATCH_S = 2.0  # or what was read in so many seconds
OPENED_AHEAD = 500  # documents whose pages are known before they are read: for how long it will take
ATTEMPTS = 3  # to read a page during which the whole process died

GIVEN_UP = f"given up: {ATTEMPTS} times the process that reads documents died while it read this one"


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

        Raises ServiceUnavailable if index, catalog, files or cluster are, LibraryFull if the disk is; what was recorded
        until then is kept.
        """
        self.remove_unsourced()
        begun: deque[str] = deque(maxlen=2)  # the document in hand, and the one before: its end may be being stored
        writer = PageWriter(self._library, self._embedder, passage_words=self._passage_words, progress=progress)
        pages = read_ahead(self._library.files, self._sandbox, self._jobs(progress), self._options)
        try:
            with closing(writer), closing(pages):
                for job, its_pages in groupby(pages, key=lambda read: read.job):
                    begun.append(job.document.id)
                    if self._read(job, its_pages, writer, stopping):
                        return writer.wait()
                writer.wait()
        except (LibraryFull, ServiceUnavailable):
            with suppress(LibraryFull, ServiceUnavailable):
                for document_id in begun:
                    self._catalog.unattempt(document_id)  # it is not the document's fault
            raise
        self._describe_earlier(stopping)
        self.remove_unsourced()

    def _read(self, job: Job, pages: Iterator[Read], writer: PageWriter, stopping: Callable[[], bool]) -> bool:
        """Read a document to its end; or until `stopping`: returns whether that was so.

        One during which the process died is read alone and page by page, so that no other suffers for it.
        """
        attempts = self._catalog.attempt(job.document.id)
        is_suspect = attempts > 1
        if attempts > ATTEMPTS:
            self._catalog.set_state(job.document.id, "failed", error=GIVEN_UP)
            job.gone = True
        if is_suspect:
            writer.wait()
        in_order = numbered(job, pages, look_ahead=0 if is_suspect else numbering.LOOK_AHEAD)
        for batch in batches(in_order, size=1 if is_suspect else BATCH_PAGES, at_most_s=BATCH_S):
            writer.write(job, batch)
            if is_suspect:
                writer.wait()
            if stopping():
                return True
        writer.finish(job)
        if is_suspect:
            writer.wait()
        return False

    def remove_unsourced(self) -> None:
        """Remove documents that no path leads to any more, as where a deletion was cut short."""
        for document_id in self._catalog.sources.unsourced():
            self._library.remove_unsourced(document_id)

    def _describe_earlier(self, stopping: Callable[[], bool]) -> None:
        """Describe documents that were read before documents were described."""
        for document_id in self._catalog.descriptions.unknown():
            if stopping():
                return
            path = self._library.files.fetch(self._library.files.readable(document_id))
            try:
                metadata = self._sandbox.submit(read_cover, path, self._options).result().metadata
            except DocumentError:
                metadata = Metadata()
            describing.describe(self._library, document_id, metadata)

    def _jobs(self, progress: Progress) -> Iterator[Job]:
        """Jobs for the documents that are to be read; many are opened and counted before the first is needed.

        Those that are queued meanwhile come once all that were known are opened.
        """
        taken: set[str] = set()
        ready: deque[Job] = deque()
        opening: Iterator[Job] = iter(())
        while True:
            for job in islice(opening, OPENED_AHEAD - len(ready)):
                progress.begin(len(job.todo))
                ready.append(job)
            if len(ready) < OPENED_AHEAD:
                fresh = [document for document in self._catalog.unfinished() if document.id not in taken]
                taken |= {document.id for document in fresh}
                opening = opened(self._library, self._sandbox, fresh, self._options)
                if fresh:
                    continue
            if not ready:
                return
            yield ready.popleft()
