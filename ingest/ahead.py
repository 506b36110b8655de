"""Pages one after another, with the next ones being read meanwhile."""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import islice
from time import monotonic

from docqa.errors import DocumentError, LibraryDamaged, NotInLibrary
from docqa.storage.files import Files
from ingest import numbering, running
from ingest.jobs import Job, Read
from ingest.reading import ReadingOptions, ReadPage, read_page
from ingest.runner import Pending, Runner
from ingest.sandbox import TimedOut
from ingest.versions import Kept

READ_AHEAD = 8  # pages for each worker, beyond the ones being written

TIMEOUTS = 10  # pages in a row that took too long: the others of the document are not tried
NOT_TRIED = f"not tried: {TIMEOUTS} pages before it timed out (DOCQA_INGEST__PAGE_TIMEOUT_S)"

Waiting = Pending[ReadPage] | Kept


def read_ahead(
    files: Files, sandbox: Runner, jobs: Iterator[Job], options: ReadingOptions
) -> Generator[Read, None, None]:
    """The pages of all jobs in order; pages that older versions have are taken from there."""
    tasks = ((job, number) for job in jobs for number in job.todo if not job.gone)
    waiting: deque[tuple[Job, int, Waiting]] = deque()

    def begin(job: Job, number: int) -> Pending[ReadPage]:
        return sandbox.submit(read_page, files.fetch(job.key), number, options)

    try:
        while True:
            room = READ_AHEAD * sandbox.workers - len(waiting)  # below zero where workers were lost
            for job, number in islice(tasks, max(room, 0)):
                waiting.append((job, number, job.kept.get(number) or begin(job, number)))
            if not waiting:
                return
            job, number, page = waiting.popleft()
            if job.timeouts >= TIMEOUTS and not isinstance(page, Kept):
                page.cancel()
                yield Read(job, number, None, NOT_TRIED)
                continue
            try:
                taken = _taken(files, number, page) if isinstance(page, Kept) else page.result()
                read = Read(job, number, taken or begin(job, number).result(), "")
                job.timeouts = 0
            except DocumentError as error:
                read = Read(job, number, None, str(error))
                job.timeouts = job.timeouts + 1 if isinstance(error, TimedOut) else 0
            yield read
    finally:
        for _, _, page in waiting:
            if not isinstance(page, Kept):
                page.cancel()


def _taken(files: Files, number: int, page: Kept) -> ReadPage | None:
    """The page from the older version; None if it was deleted meanwhile, or is damaged."""
    try:
        return page.read(files, number)
    except (LibraryDamaged, NotInLibrary):
        return None


def numbered(job: Job, pages: Iterator[Read], *, look_ahead: int) -> Iterator[Read]:
    """The pages with printed numbers and running rows, each held back until the pages that confirm them are read."""
    held: deque[Read] = deque()
    for read in pages:
        if read.result:
            job.edges[read.number] = read.result.edges
        held.append(read)
        if len(held) > look_ahead:
            yield _with_number(job, held)
    while held:
        yield _with_number(job, held)


def _with_number(job: Job, held: deque[Read]) -> Read:
    """Take the first of the pages; give it its running rows, and its printed number unless the PDF itself told it."""
    read = held.popleft()
    while job.runs_before and job.runs_before[0][0] < read.number:
        _, job.run = job.runs_before.popleft()
    if read.result is None:
        return read
    page = running.with_running(read.result.page, job.edges)
    if page.printed is not None:
        run = numbering.run_of(read.number, page.printed)
    else:
        following = [(other.number, other.result.marks if other.result else ()) for other in held]
        run = numbering.run_at(read.number, read.result.marks, following, job.run)
        page = replace(page, printed=run.label(read.number) if run else None)
    job.run = run or job.run
    return replace(read, result=replace(read.result, page=page))


def batches(pages: Iterator[Read], *, size: int, at_most_s: float) -> Iterator[list[Read]]:
    """Pages that are written together: so many, or what came within so many seconds."""
    batch: list[Read] = []
    begun = monotonic()
    for page in pages:
        batch.append(page)
        if len(batch) == size or monotonic() > begun + at_most_s:
            yield batch
            batch, begun = [], monotonic()
    if batch:
        yield batch
