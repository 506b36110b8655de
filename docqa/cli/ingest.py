"""docqa ingest."""

import sys
from pathlib import Path

import click

from docqa.cli import following, options, reading
from docqa.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@options.collection
@click.option("--retry-failed", is_flag=True, help="Read failed files and pages again: all, or those below PATH.")
@click.option("--watch", is_flag=True, help="Then follow the folders: read what comes or changes, forget what goes.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="With --watch, look so often instead of being told of changes: for network drives.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Read on a Ray cluster: auto, or an address such as ray://host:10001 (docs/scaling.md).",
)
@click.pass_obj
def ingest(
    data: Path | None,
    paths: tuple[str, ...],
    collection: str,
    retry_failed: bool,
    watch: bool,
    poll: float | None,
    cluster: str | None,
) -> None:
    """Read PDFs into the library: files, folders, or patterns like 'reports/**/*.pdf'.

    Files that are in the library already cost nothing; changed files replace their older version. Stopped at any
    moment, the same command goes on where it was. Exits with 1 if a file could not be read.
    """
    from docqa import build
    from docqa.settings import load
    from ingest.discover import discover

    if not paths and not retry_failed:
        raise UsageError("Which files? Name PDFs or folders: docqa ingest PATH...")
    if (watch and retry_failed) or (poll and not watch):
        raise UsageError("--poll belongs to --watch, and --retry-failed does not")
    settings = load(data)
    if cluster:
        settings = settings.model_copy(update={"ingest": settings.ingest.model_copy(update={"cluster": cluster})})
    if watch:
        following.follow(settings, paths, collection=collection, poll_s=poll)
        return
    found = discover(paths)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="docqa ingest", shares=True) as library:
        if retry_failed:
            reports = reading.read_again(settings, library, model, found if paths else None)
        else:
            reports = reading.read(settings, library, model, found, collection=collection)
    reading.report(reports)
    if any(each.outcome == "failed" for each in reports):
        sys.exit(1)


COMMANDS = [ingest]
