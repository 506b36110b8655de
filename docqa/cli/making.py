"""docqa eval make."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.cli import options
from docqa.errors import UsageError
from docqa.types import Document, Page

if TYPE_CHECKING:
    from docqa.evaluation.making.library import QuestionSet

FEW_DOCUMENTS = 40  # are listed one by one


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@options.scope
@click.option(
    "--per-document", default=10, show_default=True, type=click.IntRange(0), help="Questions that each one answers."
)
@click.option(
    "--near-misses",
    default=5,
    show_default=True,
    type=click.IntRange(0),
    help="Questions that fit each document, but that it does not answer.",
)
@click.option("--seed", default=0, show_default=True, help="Another seed draws other questions.")
@click.pass_obj
def make(
    data: Path | None,
    out: Path,
    document_names: tuple[str, ...],
    collections: tuple[str, ...],
    per_document: int,
    near_misses: int,
    seed: int,
) -> None:
    """Make questions from the library's own pages and write them to OUT.jsonl.

    They are made by rules, without a model: easier than people's, but many, and with known pages.
    """
    from rich.console import Console

    from docqa import build
    from docqa.evaluation.making import library
    from docqa.library import scope_of
    from docqa.settings import load

    if out.exists():
        raise UsageError(f"{out} is there already: name another file, or remove it")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {out.parent} to write the questions to")
    settings = load(data)
    files = build.files(settings)
    with build.catalog(settings) as catalog:
        scope = scope_of(catalog, document_names, collections)
        documents = catalog.documents(ids=scope.document_ids or None, collections=scope.collections)
    documents = [document for document in documents if document.pages_done]
    if not documents:
        raise UsageError("There is no document to make questions from: docqa ingest reads PDFs")

    def pages_of(document: Document) -> Iterator[Page]:
        numbers = range(1, document.pages + 1)
        return (files.page(document.id, number) for number in numbers if files.is_stored(document.id, number))

    with Console(stderr=True).status("Reading pages"):
        made = library.make(documents, pages_of, per_document=per_document, near_misses=near_misses, seed=seed)
    if not made.rows:
        raise UsageError(
            f"Nothing could be asked of these {len(documents)} documents: their pages hold too little text"
        )
    with out.open("x", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in made.rows)
    _report(made, out, wanted=per_document + near_misses)


def _report(made: "QuestionSet", out: Path, *, wanted: int) -> None:
    click.echo(f"wrote {out}; questions: {len(made.rows)}, documents: {len(made.counts)}")
    columns = ["sentence", "table", "heading", "hidden page", "year", "name"]
    listed = dict(made.counts) if len(made.counts) <= FEW_DOCUMENTS else {}
    rows = [[name, *(str(counts[kind]) for kind in columns)] for name, counts in listed.items()]
    totals = [str(sum(counts[kind] for counts in made.counts.values())) for kind in columns]
    options.print_table(["", *columns], [*rows, ["all", *totals]])
    few = sum(counts.total() < wanted for counts in made.counts.values())
    if few:
        click.echo(f"Documents that gave fewer than {wanted}: {few}. They hold too little that is told in one place.")
    for reason, count in made.skipped.most_common():
        click.echo(f"Left out, because {reason}: {count}")
    click.echo(f"Sentence, table and heading questions have an answer; the others have none.\n\n  docqa eval {out}")
