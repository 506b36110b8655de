"""docqa list, show, delete."""

import json
from pathlib import Path

import click

from docqa.cli import options
from docqa.errors import NotInLibrary
from docqa.types import Document


@click.command(name="list")
@click.option("--collection", "collections", multiple=True, metavar="NAME", help="Only this collection; repeatable.")
@options.as_json
@click.pass_obj
def list_(data: Path | None, collections: tuple[str, ...], as_json: bool) -> None:
    """List the documents in the library."""
    from docqa import build, wire
    from docqa.settings import load

    with build.catalog(load(data)) as catalog:
        options.known_collections(catalog, collections)
        documents = catalog.documents(collections=collections)
    if as_json:
        click.echo(json.dumps(wire.documents(documents), ensure_ascii=False, indent=2))
        return
    if not documents:
        click.echo("No documents. Read some: docqa ingest PATH...")
        return
    _table(documents)


@click.command()
@click.argument("name")
@click.option("--page", type=click.IntRange(1), help="Show what was read on this page.")
@options.as_json
@click.pass_obj
def show(data: Path | None, name: str, page: int | None, as_json: bool) -> None:
    """Show a document (name or id): its state, where it came from, and how each page was read."""
    from docqa import build, wire
    from docqa.library import named
    from docqa.readable import readable
    from docqa.settings import load

    settings = load(data)
    with build.catalog(settings) as catalog:
        document = named(catalog, name)
        outcomes = catalog.page_outcomes(document.id)
        sources = catalog.sources.of(document.id)
    if page is not None:
        if document.pages and page > document.pages:
            raise NotInLibrary(f"{document.name} has {document.pages} pages")
        read = build.files(settings).page(document.id, page)
        click.echo(json.dumps(wire.page(read), ensure_ascii=False, indent=2) if as_json else readable(read))
        return
    if as_json:
        shape = wire.document(document) | {
            "sources": [{"collection": collection, "path": path} for collection, path in sources],
            "page_states": [
                {"page": number, "source": source, "error": error} for number, (source, error) in outcomes.items()
            ],
        }
        click.echo(json.dumps(shape, ensure_ascii=False, indent=2))
        return
    _describe(document, sources, outcomes)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@options.as_json
@click.pass_obj
def delete(data: Path | None, names: tuple[str, ...], as_json: bool) -> None:
    """Delete documents (name or id) from the library; your own files stay where they are."""
    from docqa import build, wire
    from docqa.library import named
    from docqa.settings import load

    settings = load(data)
    with build.catalog(settings) as catalog:
        documents = {document.id: document for document in (named(catalog, name) for name in names)}
    with build.library(settings, build.embedder(settings), purpose="docqa delete") as library:
        receipts = [library.delete(document) for document in documents.values()]
    if as_json:
        click.echo(
            json.dumps({"deleted": [wire.receipt(receipt) for receipt in receipts]}, ensure_ascii=False, indent=2)
        )
        return
    for receipt in receipts:
        click.echo(
            f"Deleted {receipt.document.name} ({receipt.document.id[:12]}): {receipt.passages} passages,"
            f" {receipt.pages} pages, {receipt.files} files ({_megabytes(receipt.bytes)})"
        )


COMMANDS = [list_, show, delete]


def _table(documents: list[Document]) -> None:
    from rich.table import Column

    options.print_table(
        (Column("Name", overflow="fold"), Column("Id", no_wrap=True, min_width=12), "State", "Pages", "Collections"),
        [
            (document.name, document.id[:12], _state(document), str(document.pages), ", ".join(document.collections))
            for document in documents
        ],
    )


def _state(document: Document) -> str:
    if document.state == "reading":
        return f"reading, {document.pages_done} of {document.pages}"
    if document.state == "done" and document.pages_failed:
        return f"done, {document.pages_failed} pages failed"
    return document.state


def _describe(document: Document, sources: list[tuple[str, str]], outcomes: dict[int, tuple[str, str]]) -> None:
    click.echo(f"{document.name}\n  id      {document.id}")
    if document.title:
        click.echo(f"  title   {document.title}")
    click.echo(f"  state   {_state(document)}" + (f": {document.error}" if document.error else ""))
    click.echo(f"  size    {document.pages} pages, {_megabytes(document.size_bytes)}")
    for collection, path in sources:
        click.echo(f"  from    {path} ({collection})")
    by_source = {"layer": "text layer", "ocr": "OCR", "none": "no text, image only"}
    for source, words in by_source.items():
        if pages := [number for number, (found, error) in outcomes.items() if found == source and not error]:
            click.echo(f"  {words}: {_ranges(pages)}")
    for number, (_, error) in outcomes.items():
        if error:
            click.echo(f"  failed: page {number}: {error}")


def _ranges(pages: list[int]) -> str:
    """1-3, 7 for [1, 2, 3, 7]."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
