"""docqa backup, restore, migrate."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.errors import LibraryBusy, UsageError

if TYPE_CHECKING:
    from docqa.backup.making import Contents
    from docqa.settings import Settings

EMBEDDED, SQLITE = "embedded", "sqlite"  # instead of an address


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(data: Path | None, file: Path) -> None:
    """Write the whole library to FILE, a tar, also while it is used and read into.

    It holds catalog, index, PDFs and pages, wherever they are kept. Settings, logs and the secrets of keys are not in
    it, but the catalog has conversations and hashes of keys: keep it as safe as the library.
    """
    from docqa.backup.making import back_up
    from docqa.settings import load

    settings = load(data)
    with _shown_progress() as say:
        contents = back_up(settings, file.absolute(), say=say)
    click.echo(f"Backed up {_described(contents)} to {file} ({contents.bytes / 1e6:,.1f} MB)")
    if contents.missing:
        click.echo(
            f"The library itself lacks {len(contents.missing)} files, {contents.missing[0]} for one: run docqa doctor",
            err=True,
        )
    click.echo(f"To bring it back: docqa --data EMPTY_DIRECTORY restore {file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(data: Path | None, file: Path) -> None:
    """Make the library anew of a backup, in a data directory that has none; every byte is checked first.

    With DOCQA_INDEX__URL, DOCQA_CATALOG__URL or DOCQA_FILES__URL set, these parts go to the servers, which must have
    none yet.
    """
    from docqa.backup.restoring import restore as bring_back
    from docqa.settings import load

    settings = load(data)
    with _shown_progress() as say:
        contents = bring_back(settings, file, say=say)
    click.echo(f"Restored {_described(contents)} to {settings.data}")


@click.command()
@click.option("--to", "index_at", metavar="URL", help=f"Qdrant server that the index moves to, or {EMBEDDED}.")
@click.option("--catalog", "catalog_at", metavar="URL", help=f"PostgreSQL that the catalog moves to, or {SQLITE}.")
@click.pass_obj
def migrate(data: Path | None, index_at: str | None, catalog_at: str | None) -> None:
    """Copy index or catalog to a server, or back; no PDF is read again, nothing embedded again.

    Nothing else may use the library meanwhile. The old ones stay. DOCQA_INDEX__COLLECTION and DOCQA_INDEX__API_KEY
    count for the new server, too. Stopped halfway, the same command goes on.
    """
    from docqa.processes import ownership
    from docqa.settings import load

    if not index_at and not catalog_at:
        raise UsageError("Where to? docqa migrate --to URL, or --catalog URL")
    settings = load(data)
    _check(settings, index_at, catalog_at)
    with ExitStack() as stack:
        if not stack.enter_context(ownership.reading(settings.data)):
            raise LibraryBusy(f"Another process reads documents into {settings.data}: stop it first")
        next_steps = []
        if index_at:
            next_steps.append(_copy_index(settings, index_at))
        if catalog_at:
            next_steps.append(_copy_catalog(settings, catalog_at))
    click.echo("Now set in .env or the environment, wherever docqa runs:")
    for line in next_steps:
        click.echo(f"  {line}")
    click.echo("Then run docqa doctor. The old copies stay where they are; delete them when all is well.")


COMMANDS = [backup, restore, migrate]


def _check(settings: "Settings", index_at: str | None, catalog_at: str | None) -> None:
    if index_at and index_at != EMBEDDED and not index_at.startswith(("http://", "https://")):
        raise UsageError(f"--to {index_at}: the address of a Qdrant server begins with http:// or https://")
    if index_at and index_at == (settings.index.url or EMBEDDED):
        raise UsageError(f"--to {index_at}: the index is there already")
    url = settings.catalog.url
    if catalog_at and catalog_at == (url.get_secret_value() if url else SQLITE):
        raise UsageError("--catalog: the catalog is there already")


def _copy_index(settings: "Settings", index_at: str) -> str:
    """Copy the index; returns the setting that is next."""
    from docqa import build
    from docqa.index import opening
    from docqa.upkeep import migration

    model = build.embedder(settings)
    with (
        build.library(settings, model, purpose="docqa migrate", ownership="always") as library,
        _shown_progress() as say,
    ):
        if index_at == EMBEDDED:
            target = opening.embedded(settings.data / build.INDEX, dimension=lambda: model.dimension)
        else:
            target = opening.on_server(settings.index, index_at, dimension=lambda: model.dimension)
        try:
            copied, there = migration.copy_index(library.index, target, say=lambda done, of: say("Passages", done, of))
        finally:
            target.close()
    click.echo(f"Copied {copied} passages to {index_at}" + (f"; {there} were there already" if there else ""))
    return f"DOCQA_INDEX__URL={'' if index_at == EMBEDDED else index_at}"


def _copy_catalog(settings: "Settings", catalog_at: str) -> str:
    """Copy the catalog; returns the setting that is next."""
    from pydantic import SecretStr

    from docqa import build
    from docqa.sections import CatalogSettings

    url = None if catalog_at == SQLITE else SecretStr(catalog_at)
    there = settings.model_copy(update={"catalog": CatalogSettings(url=url)})
    with build.catalog(settings) as catalog, build.catalog(there) as target:
        target.take(catalog)
        count = target.count()
    click.echo(f"Copied the catalog: {count} documents, their conversations and keys")
    return "DOCQA_CATALOG__URL=" + ("" if catalog_at == SQLITE else "what you gave as --catalog")


def _described(contents: "Contents") -> str:
    return f"{contents.documents} documents, {contents.pages} pages, {contents.passages} passages"


@contextmanager
def _shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """What is being done, on standard error; only on a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("Starting") as status:

        def say(what: str, done: int, of: int) -> None:
            status.update(f"{what} {done} of {of}" if of else f"{what} {done or ''}")

        yield say
