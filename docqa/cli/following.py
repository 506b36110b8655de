"""docqa ingest --watch: folders and the library kept the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.cli import processes, reading
from docqa.errors import LibraryBusy, LibraryFull, ServiceUnavailable, UsageError

if TYPE_CHECKING:
    from docqa.library import Library
    from docqa.settings import Settings

RETRY_S = 10.0  # after the library could not be had
NAMED = 5  # files that went, by name


def follow(settings: "Settings", paths: Sequence[str], *, collection: str, poll_s: float | None) -> None:
    """Read what is in folders, then whatever comes or changes there, and forget what goes; until Ctrl-C.

    The library is opened for each change and free for other commands in between. Raises UsageError.
    """
    from docqa import build
    from ingest.watch import LOOK_AGAIN_S, SETTLE_S, Hints, Watched

    folders = _folders(paths)
    stopping = processes.asked_to_stop()
    model = build.embedder(settings)
    with build.catalog(settings) as catalog:
        known = [Path(path) for path in catalog.sources.paths(collection)]
    watched = Watched(
        folders,
        known={path: None for path in known if any(path.is_relative_to(folder) for folder in folders)},
        say=_say,
    )
    if missing := [folder for folder in folders if not folder.exists() and not watched.known]:
        raise UsageError(f"No such folder: {missing[0]}")
    hints = Hints(folders, stopping, poll_s=poll_s, say=_say)
    _say(f"Following {', '.join(map(str, folders))}. Ctrl-C ends it.")
    while not stopping.is_set():
        changes = watched.look()
        wait_s = SETTLE_S if changes.unsettled else LOOK_AGAIN_S
        if changes:
            try:
                with build.library(settings, model, purpose="docqa ingest --watch", shares=True) as library:
                    if ready := sorted(changes.ready):
                        reports = reading.read(
                            settings, library, model, ready, collection=collection, stopping=stopping.is_set
                        )
                        if stopping.is_set():
                            break
                        reading.report(reports)
                        reading.embed_images(settings, library, stopping=stopping.is_set)
                    _forget_all(library, changes.gone, collection)  # last: what was moved is not read again
                watched.done(changes)
            except (LibraryBusy, LibraryFull, ServiceUnavailable) as error:
                _say(f"Trying again in {RETRY_S:g} s: {error}")
                wait_s = RETRY_S
        hints.wait(wait_s)
    _say("Stopped. The same command goes on.")


def _forget_all(library: "Library", gone: Sequence[Path], collection: str) -> None:
    if gone:
        removed = sum(library.lose_path(str(path), collection=collection) for path in gone)
        more = [f"{len(gone) - NAMED} more"] if len(gone) > NAMED else []
        _say(f"gone: {', '.join([path.name for path in gone[:NAMED]] + more)}; removed from the library: {removed}")


def _folders(paths: Sequence[str]) -> list[Path]:
    """The folders, absolute.

    Raises UsageError for what is none.
    """
    folders = [Path(path).expanduser().resolve() for path in paths]
    for folder in folders:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--watch follows folders, and {folder} is a file: docqa ingest reads it")
    return folders


def _say(line: str) -> None:
    click.echo(line, err=True)
