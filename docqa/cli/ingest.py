"""docqa ingest."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.cli import options
from docqa.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from docqa.library import Library
    from docqa.protocols import Embedder
    from docqa.settings import Settings
    from ingest.pipeline import FileReport, Pipeline


RATE_AFTER_PAGES = 3


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@options.collection
@click.option("--retry-failed", is_flag=True, help="Read failed files and pages again: all, or those below PATH.")
@click.pass_obj
def ingest(data: Path | None, paths: tuple[str, ...], collection: str, retry_failed: bool) -> None:
    """Read PDFs into the library: files, folders, or patterns like 'reports/**/*.pdf'.

    Files that are in the library already cost nothing; changed files replace their older version. Stopped at any
    moment, the same command goes on where it was. Exits with 1 if a file could not be read.
    """
    from docqa import build
    from docqa.settings import load
    from ingest.discover import discover

    if not paths and not retry_failed:
        raise UsageError("Which files? Name PDFs or folders: docqa ingest PATH...")
    settings = load(data)
    found = discover(paths)
    model = build.embedder(settings)
    with (
        build.library(settings, model, purpose="docqa ingest", writes=True) as library,
        pipeline(settings, library, model) as reading,
    ):
        with shown_progress() as progress:
            if retry_failed:
                reports = reading.retry_failed(found if paths else None, progress=progress)
            else:
                reports = reading.ingest(found, collection=collection, progress=progress)
    report(reports)
    if any(each.outcome == "failed" for each in reports):
        sys.exit(1)


COMMANDS = [ingest]


@contextmanager
def pipeline(settings: "Settings", library: "Library", model: "Embedder") -> Iterator["Pipeline"]:
    """A pipeline into the library, its child processes stopped at the end."""
    from ingest.pipeline import Pipeline
    from ingest.reading import ReadingOptions
    from ingest.sandbox import Sandbox

    chosen = settings.ingest
    reading = ReadingOptions(
        ocr=chosen.ocr, dpi=chosen.image_dpi, max_side=chosen.image_max_side, jpeg_quality=chosen.image_quality
    )
    sandbox = Sandbox(workers=chosen.workers, timeout_s=chosen.page_timeout_s, memory_limit_mb=chosen.memory_limit_mb)
    try:
        yield Pipeline(library, model, sandbox, options=reading, passage_words=chosen.passage_words)
    except KeyboardInterrupt:
        click.echo("\nWhat was read is kept: run the same command again to go on.", err=True)
        raise
    finally:
        sandbox.close()


class _Bars:
    """Progress as rich draws it on the terminal."""

    def __init__(self, bars: "Progress") -> None:
        self._bars = bars
        self._files = bars.add_task("Looking at files", total=None)
        self._pages: TaskID | None = None

    def register(self, files: int, of: int) -> None:
        self._bars.update(self._files, completed=files, total=of)

    def begin(self, pages: int) -> None:
        self._bars.update(self._files, visible=False)
        self._pages = self._bars.add_task("Reading", total=pages, visible=pages > 0)

    def page(self, document: str) -> None:
        if self._pages is not None:
            self._bars.update(self._pages, advance=1, description=document)


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
