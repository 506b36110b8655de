"""Reading PDFs from the command line, by this process or by the worker that runs; progress and report."""

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from docqa.library import Library
    from docqa.protocols import Embedder
    from docqa.settings import Settings
    from ingest import intake
    from ingest.cluster import Cluster
    from ingest.intake import FileReport
    from ingest.pipeline import Pipeline
    from ingest.sandbox import Sandbox

RATE_AFTER_PAGES = 3
LOOK_S = 0.3  # between two looks at what the worker does,
LOOK_EASILY = 10  # or so many times as long as one takes


def read(
    settings: "Settings",
    library: "Library",
    model: "Embedder",
    paths: Sequence[Path],
    *,
    collection: str,
    password: str | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> list["FileReport"]:
    """Put files into the library and read what was not read yet, until `stopping`; returns what became of each."""
    from ingest import intake

    with shown_progress() as progress, _unlocking(settings, library, password) as unlocked:
        registered, unreadable = intake.register(
            library, paths, collection=collection, progress=progress, unlocked=unlocked
        )
        document_ids = [each.document_id for each in registered]
        read_registered(settings, library, model, document_ids, progress, stopping=stopping)
    return unreadable + intake.reports(library, registered)


@contextmanager
def _unlocking(settings: "Settings", library: "Library", password: str | None) -> Iterator["intake.Unlocked"]:
    """How files are opened that need a password: with this one."""
    from docqa import build
    from docqa.storage.staging import Staging
    from ingest import intake

    if not password:
        yield intake.as_it_is
        return
    staging = Staging(library.files.uploads)
    unlocker = build.unlocker(settings, staging)
    try:
        yield lambda path: unlocker.copy(path, password)
    finally:
        staging.close()


def read_again(
    settings: "Settings", library: "Library", model: "Embedder", paths: Sequence[Path] | None
) -> list["FileReport"]:
    """Read again what failed: all of it, or that of these files."""
    from ingest import intake

    with shown_progress() as progress:
        retried = intake.requeue_failed(library, paths)
        read_registered(settings, library, model, [each.document_id for each in retried], progress)
    return intake.reports(library, retried)


def read_registered(
    settings: "Settings",
    library: "Library",
    model: "Embedder",
    document_ids: Collection[str],
    progress: "intake.Progress",
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Read what is queued, unless another process does already: then wait until it has read these documents."""
    from docqa.processes.ownership import reading

    pages_done = pages = 0
    while True:
        with reading(settings.data) as mine:
            if mine:
                with pipeline(settings, library, model) as pipeline_:
                    pipeline_.read_unfinished(progress, stopping=stopping)
                return
        started = time.monotonic()
        documents = library.catalog.documents(ids=list(document_ids))
        progress.begin(sum(document.pages for document in documents) - pages)
        pages = sum(document.pages for document in documents)
        tried = sum(document.pages_done + document.pages_failed for document in documents)
        for _ in range(tried - pages_done):
            progress.page("by the running worker")
        pages_done = max(tried, pages_done)
        if stopping() or all(document.state in ("done", "failed") for document in documents):
            return
        time.sleep(max(LOOK_S, LOOK_EASILY * (time.monotonic() - started)))


def embed_images(
    settings: "Settings",
    library: "Library",
    *,
    document_ids: Sequence[str] = (),
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Embed page images of all documents, or of these, if a model for that is set; a worker does it by itself."""
    from docqa import build
    from docqa.processes.ownership import reading

    visual = build.visual(settings)
    if visual is None:
        return
    from ingest.visuals import embed_missing

    with reading(settings.data) as mine, shown_progress() as progress:
        if mine:
            embed_missing(library, visual, progress=progress, document_ids=document_ids, stopping=stopping)


@contextmanager
def pipeline(settings: "Settings", library: "Library", model: "Embedder") -> Iterator["Pipeline"]:
    """A pipeline into the library, what reads for it stopped at the end."""
    from ingest.limits import Limits
    from ingest.pipeline import Pipeline
    from ingest.reading import ReadingOptions

    chosen = settings.ingest
    reading = ReadingOptions(
        ocr=chosen.ocr,
        dpi=chosen.image_dpi,
        max_side=chosen.image_max_side,
        jpeg_quality=chosen.image_quality,
        limits=Limits(
            pages=chosen.max_pages,
            page_mb=chosen.max_page_mb,
            page_characters=chosen.max_page_characters,
            image_megapixels=chosen.max_image_megapixels,
        ),
    )
    runner, embedder = _runner(settings, model)
    try:
        yield Pipeline(library, embedder, runner, options=reading, passage_words=chosen.passage_words)
    except KeyboardInterrupt:
        click.echo("\nWhat was read is kept: run the same command again to go on.", err=True)
        raise
    finally:
        runner.close()


def _runner(settings: "Settings", model: "Embedder") -> "tuple[Sandbox | Cluster, Embedder]":
    """What reads pages and what embeds passages: this machine, or a cluster if the settings name one."""
    from docqa import build

    chosen = settings.ingest
    if chosen.cluster is None:
        from ingest.sandbox import Sandbox

        sandbox = Sandbox(
            workers=chosen.workers, timeout_s=chosen.page_timeout_s, memory_limit_mb=chosen.memory_limit_mb
        )
        return sandbox, model
    from ingest.cluster import Cluster, ClusterEmbedder

    cluster = Cluster(chosen.cluster, timeout_s=chosen.page_timeout_s, memory_limit_mb=chosen.memory_limit_mb)
    return cluster, ClusterEmbedder(model, cluster, partial(build.embedder_elsewhere, settings.embedding))


class _Bars:
    """Progress as rich draws it on the terminal."""

    def __init__(self, bars: "Progress") -> None:
        self._bars = bars
        self._files = bars.add_task("Looking at files", total=None)
        self._pages: TaskID | None = None
        self._images: TaskID | None = None
        self._total = 0

    def register(self, files: int, of: int) -> None:
        self._bars.update(self._files, completed=files, total=of)

    def begin(self, pages: int) -> None:
        self._total += pages
        if self._pages is None:
            self._bars.update(self._files, visible=False)
            self._pages = self._bars.add_task("Reading", total=self._total)
        self._bars.update(self._pages, total=self._total)

    def page(self, document: str) -> None:
        if self._pages is not None:
            self._bars.update(self._pages, advance=1, description=document)

    def images(self, tried: int, of: int) -> None:
        if self._images is None:
            self._images = self._bars.add_task("Embedding page images", total=of)
        self._bars.update(self._files, visible=False)
        self._bars.update(self._images, completed=tried, total=of)


@contextmanager
def shown_progress() -> Iterator[_Bars]:
    """Pages done, rate and time to go, on standard error; only on a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed and task.completed > RATE_AFTER_PAGES else "")

    console = Console(stderr=True)
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield _Bars(bars)


def report(reports: Sequence["FileReport"]) -> None:
    """What became of the files, on standard error: counts, then a table of what failed and why."""
    by_outcome = {
        outcome: [each for each in reports if each.outcome == outcome] for outcome in ("done", "unchanged", "failed")
    }
    if not reports:
        click.echo("no file to read", err=True)
        return
    pages = sum(each.pages for each in by_outcome["done"])
    counts = [f"read {len(by_outcome['done'])} of {len(reports)} files ({pages} pages)"]
    counts += [f"{len(by_outcome[outcome])} {outcome}" for outcome in ("unchanged", "failed") if by_outcome[outcome]]
    click.echo(", ".join(counts), err=True)
    troubled = [each for each in reports if each.error]
    names = [os.path.relpath(each.path) for each in troubled]
    width = min(max(map(len, names), default=0), 60)
    for name, each in zip(names, troubled, strict=True):
        click.echo(f"  {'failed' if each.outcome == 'failed' else 'partly':8}{name:{width}}  {each.error}", err=True)
    if any(each.tried_before for each in troubled):
        click.echo(
            "Files that failed in an earlier run are not tried again, but for docqa ingest --retry-failed", err=True
        )
