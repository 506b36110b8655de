"""docqa search."""

import json
from dataclasses import replace
from pathlib import Path

import click

from docqa.cli import options
from docqa.question.pagenames import with_printed
from docqa.types import PageHit


@click.command()
@click.argument("question")
@options.scope
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100), help="Pages to show.")
@options.as_json
@click.pass_obj
def search(
    data: Path | None,
    question: str,
    document_names: tuple[str, ...],
    collections: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """Show the pages that speak of QUESTION, best first."""
    from docqa import build, wire
    from docqa.library import scope_of
    from docqa.settings import load

    question = options.asked(question)
    settings = load(data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="docqa search") as library:
        scope = scope_of(library.catalog, document_names, collections)
        retrieval = build.retriever(settings, library, model).retrieve(question, scope=scope, limit=limit)
        names = library.catalog.names(retrieval.document_ids)
    retrieval = replace(retrieval, hits=[hit for hit in retrieval.hits if hit.document_id in names])
    if as_json:
        shape = wire.retrieval(retrieval, names, expected_answerable=settings.answer.expected_answerable)
        click.echo(json.dumps(shape, ensure_ascii=False, indent=2))
        return
    if not retrieval.hits:
        click.echo("Nothing found: the library is empty, or the search is narrowed to where nothing is.")
    for rank, hit in enumerate(retrieval.hits, start=1):
        _print(rank, hit, names)


COMMANDS = [search]


def _print(rank: int, hit: PageHit, names: dict[str, str]) -> None:
    passage = hit.passages[0]
    under = " > ".join(passage.headings[1:][-2:])
    click.echo(
        f"{rank:>3}. {names[hit.document_id]} p. {with_printed(hit.page, passage.printed)}   {hit.score:.2f}"
        + (f"   {under}" if under else "")
    )
    text = " ".join(passage.text.split())
    click.echo(f"     {text[:200]}{'…' if len(text) > 200 else ''}" if text else "     (a picture, found by its image)")
    there = [f"{names[each.document_id]} p. {each.page}" for each in hit.also_on if each.document_id in names]
    if there:
        click.echo(f"     the same text is on {', '.join(there)}")
