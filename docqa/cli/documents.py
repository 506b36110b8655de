"""docqa list, show, describe, delete."""

import json
from pathlib import Path

import click

from docqa.cli import options
from docqa.errors import NotInLibrary, UsageError
from docqa.facts import CORRECTABLE, FIRST_YEAR, LAST_YEAR
from docqa.types import Document

OUTLINE_SHOWN = 10  # headings


@click.command(name="list")
@click.option("--collection", "collections", multiple=True, metavar="NAME", help="Only this collection; repeatable.")
@options.as_json
@click.pass_obj
def list_(data: Path | None, collections: tuple[str, ...], as_json: bool) -> None:
    """List the documents in the library."""
    from docqa import build, wire
    from docqa.library import check_collections
    from docqa.settings import load

    with build.catalog(load(data)) as catalog:
        check_collections(catalog, collections)
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
    from docqa.settings import load
    from docqa.text.readable import readable

    settings = load(data)
    with build.catalog(settings) as catalog:
        document = named(catalog, name)
        outcomes = catalog.page_outcomes(document.id)
        sources = catalog.sources.of(document.id)
        outline = catalog.descriptions.outline(document.id)
    if page is not None:
        if document.pages and page > document.pages:
            raise NotInLibrary(f"{document.name} has {document.pages} pages")
        read = build.files(settings).page(document.id, page)
        click.echo(json.dumps(wire.page(read), ensure_ascii=False, indent=2) if as_json else readable(read))
        return
    if as_json:
        shape = wire.document(document) | {
            "outline": list(outline),
            "sources": [{"collection": collection, "path": path} for collection, path in sources],
            "page_states": [
                {"page": number, "source": source, "error": error} for number, (source, error) in outcomes.items()
            ],
        }
        click.echo(json.dumps(shape, ensure_ascii=False, indent=2))
        return
    _show(document, sources, outcomes, outline)


@click.command()
@click.argument("name")
@click.option("--title", help="What it is called.")
@click.option("--organisation", help="Whose it is: a company, an office, the authors.")
@click.option("--year", type=click.IntRange(FIRST_YEAR, LAST_YEAR), help="The year it is about, or of.")
@click.option("--kind", help="What it is: 10-K, annual report, paper, manual, contract, ...")
@click.option(
    "--as-read", multiple=True, type=click.Choice(CORRECTABLE), help="Take a correction of this back; repeatable."
)
@options.as_json
@click.pass_obj
def describe(
    data: Path | None,
    name: str,
    title: str | None,
    organisation: str | None,
    year: int | None,
    kind: str | None,
    as_read: tuple[str, ...],
    as_json: bool,
) -> None:
    """Correct what is known of a document (name or id): search uses it at once, and its new versions keep it."""
    from docqa import build, wire
    from docqa.library import named
    from docqa.settings import load

    said = {"title": title, "organisation": organisation, "year": year, "kind": kind}
    changes = dict.fromkeys(as_read) | {field: value for field, value in said.items() if value is not None}
    if not changes or not all(value is None or str(value).strip() for value in changes.values()):
        raise UsageError("What is it? Name one of --title, --organisation, --year and --kind, or --as-read one of them")
    settings = load(data)
    with build.library(settings, build.embedder(settings), purpose="docqa describe") as library:
        document = library.correct(named(library.catalog, name).id, changes)
    if as_json:
        click.echo(json.dumps(wire.document(document), ensure_ascii=False, indent=2))
        return
    click.echo(document.name)
    _facts(document)


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


COMMANDS = [list_, show, describe, delete]


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


def _facts(document: Document) -> None:
    """What is known of it, line by line; what somebody has set is marked."""
    known = {
        "title": document.title,
        "organisation": document.organisation,
        "year": str(document.year or ""),
        "kind": document.kind,
        "language": document.language,
    }
    labels = {"title": "title ", "organisation": "by    ", "year": "year  ", "kind": "kind  ", "language": "in    "}
    for field, value in known.items():
        if value:
            click.echo(f"  {labels[field]}  {value}" + ("  (corrected)" if field in document.corrected else ""))


def _show(
    document: Document, sources: list[tuple[str, str]], outcomes: dict[int, tuple[str, str]], outline: tuple[str, ...]
) -> None:
    click.echo(f"{document.name}\n  id      {document.id}")
    _facts(document)
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
    if outline:
        more = f"; and {len(outline) - OUTLINE_SHOWN} more (--json)" if len(outline) > OUTLINE_SHOWN else ""
        click.echo(f"  headings: {'; '.join(outline[:OUTLINE_SHOWN])}{more}")


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
