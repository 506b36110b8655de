"""docqa ingest."""

import sys
from pathlib import Path
from typing import TextIO

import click

from docqa.cli import following, options, reading
from docqa.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@options.collection
@click.option("--retry-failed", is_flag=True, help="Read failed files and pages again: all, or those below PATH.")
@click.option(
    "--password",
    prompt="Password of the PDFs",
    prompt_required=False,
    hide_input=True,
    metavar="[PASSWORD]",
    envvar="DOCQA_PDF_PASSWORD",  # which docqa.settings lets pass
    show_envvar=True,
    help="Opens those of the files that need one; without a value, as the last word, it is asked for. It is not kept.",
)
@click.option(
    "--password-file", type=click.File(encoding="utf-8"), metavar="FILE", help="Holds it in its first line; - is stdin."
)
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
    password: str | None,
    password_file: TextIO | None,
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
        hint = ". --password without a value comes last" if password else ""
        raise UsageError(f"Which files? Name PDFs or folders: docqa ingest PATH...{hint}")
    if (watch and retry_failed) or (poll and not watch):
        raise UsageError("--poll belongs to --watch, and --retry-failed does not")
    if password_file:
        password = password_file.readline().rstrip("\r\n")
    if password is not None and (watch or retry_failed):
        raise UsageError("A password opens the files that are named: docqa ingest FILE --password, nothing else")
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
            reports = reading.read(settings, library, model, found, collection=collection, password=password)
        reading.report(reports)
        reading.embed_images(settings, library)
    if any(each.outcome == "failed" for each in reports):
        sys.exit(1)


COMMANDS = [ingest]
