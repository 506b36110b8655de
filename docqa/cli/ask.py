"""docqa ask."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.cli import options, reading
from docqa.errors import DocumentError, UsageError
from docqa.question.pagenames import with_printed
from docqa.types import WEAK_EVIDENCE, Answer, Scope

if TYPE_CHECKING:
    from docqa.library import Library
    from docqa.protocols import Embedder
    from docqa.settings import Settings
    from docqa.storage.files import Files

SHOW_DIR = "docqa-evidence"


def _tokens(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    found = re.fullmatch(r"(\d+)(k?)", value.strip().lower())
    if not found or not int(found[1]):
        raise click.BadParameter("a number of tokens, such as 16000 or 128k", context, option)
    return int(found[1]) * (1024 if found[2] else 1)


@click.command()
@click.argument("words", nargs=-1, metavar="[PATH...] QUESTION")
@options.scope
@options.as_json
@click.option("--show", is_flag=True, help="Write the cited pages as PNG with the quoted words marked.")
@click.option(
    "--show-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Where --show writes them.  [default: {SHOW_DIR}]",
)
@click.option(
    "--budget",
    metavar="TOKENS",
    callback=_tokens,
    help="Tokens for prompt and answer, such as 16000 or 128k (1k is 1024).  [env: DOCQA_MODEL__BUDGET_TOKENS]",
)
@click.option("--explain", is_flag=True, help="Show what the prompt held, what it cost, and which pages were left out.")
@click.pass_obj
def ask(
    data: Path | None,
    words: tuple[str, ...],
    document_names: tuple[str, ...],
    collections: tuple[str, ...],
    as_json: bool,
    show: bool,
    show_dir: Path | None,
    budget: int | None,
    explain: bool,
) -> None:
    """Answer QUESTION from the library, or from the PDFs named before it (read first, once)."""
    from docqa import build, wire
    from docqa.library import scope_of
    from docqa.settings import load

    paths, question = _parted(words)
    if paths and (document_names or collections):
        raise UsageError("Name either files or --document and --collection: with files, only these are asked")
    settings = load(data)
    if budget is not None:
        model_settings = settings.model.model_copy(update={"budget_tokens": budget})
        settings = settings.model_copy(update={"model": model_settings})
    model = build.embedder(settings)
    with build.library(settings, model, purpose="docqa ask") as library:
        scope = scope_of(library.catalog, document_names, collections)
        named: dict[str, str] = {}
        if paths:
            named = _read(settings, library, model, paths)
            reading.embed_images(settings, library, document_ids=list(named))
            scope = Scope(tuple(named))
        elif not library.index.count(Scope()):
            raise UsageError(_nothing_to_ask(library))
        engine = build.engine(settings, library, model)
        engine = replace(engine, names=lambda ids: library.catalog.names(ids) | named)  # as the user calls them
        streamed = engine.method == "model" and not as_json
        answer = engine.ask(question, scope=scope, say=_say if streamed else lambda _: None)
        if unread := _unread(library, scope):
            click.echo(unread, err=True)
        if as_json:
            click.echo(json.dumps(wire.answer(answer), ensure_ascii=False, indent=2))
        else:
            _print(answer, streamed=streamed)
            if explain:
                _explain(answer)
        if show or show_dir:
            _write_pages(answer, library.files, show_dir or Path(SHOW_DIR))


COMMANDS = [ask]


def _nothing_to_ask(library: "Library") -> str:
    if documents := library.catalog.documents():
        return f"None of the {len(documents)} documents has been read yet: docqa list shows how far they are"
    return "The library is empty. Read some PDFs first: docqa ingest PATH..., or docqa ask FILE.pdf QUESTION"


def _unread(library: "Library", scope: Scope) -> str:
    """What of the scope could not speak, because it is not read; empty if all is."""
    documents = library.catalog.documents(ids=scope.document_ids or None, collections=scope.collections)
    waiting = sum(document.state in ("queued", "reading") for document in documents)
    failed = sum(document.state == "failed" for document in documents) if scope.document_ids else 0
    parts = [f"{waiting} are still being read"] if waiting else []
    parts += [f"{failed} could not be read"] if failed else []
    return f"Of {len(documents)} documents {' and '.join(parts)}: docqa list" if parts else ""


def _parted(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    if words and os.path.isfile(words[-1]):
        raise UsageError(f'The question comes last: docqa ask {" ".join(words)} "..."')
    return words[:-1], options.asked(words[-1] if words else "")


def _read(settings: "Settings", library: "Library", model: "Embedder", paths: tuple[str, ...]) -> dict[str, str]:
    """Ids and file names of the documents in these files, read now if they were not; those that fail are reported."""
    from ingest.discover import discover

    found = discover(paths)
    reports = reading.read(settings, library, model, found, collection="default")
    if any(each.outcome != "unchanged" for each in reports):
        reading.report(reports)
    readable = [each.path for each in reports if each.outcome != "failed"]
    if not readable:
        raise DocumentError("None of the files could be read, so there is nothing to ask")
    return {
        id: path.name
        for path in readable
        for id in library.catalog.sources.at_path(collection="default", path=str(path))
    }


def _say(text: str) -> None:
    click.echo(text, nl=False)


def _print(answer: Answer, *, streamed: bool) -> None:
    if answer.status == "not_found":
        click.echo("Not found: these documents do not seem to hold the answer.")
        if nearest := answer.nearest:
            pages = (f"{each.document} p. {with_printed(each.page.number, each.page.printed)}" for each in nearest)
            click.echo("Nearest pages: " + ", ".join(pages))
        return
    click.echo("" if streamed else answer.text)
    click.echo("")
    for place in dict.fromkeys((each.label, each.document, each.page, each.printed) for each in answer.citations):
        label, document, page, printed = place
        unsure = any(each.label == label and not each.supported for each in answer.citations)
        click.echo(
            f"[{label}] {document} p. {with_printed(page, printed)}"
            + ("  (not borne out by the words of that page)" if unsure else "")
        )
    for part in answer.parts:
        if not part.found:
            click.echo(f"Not found: {part.question}")
    if answer.answerable < WEAK_EVIDENCE:
        click.echo("\nThe evidence is weak: it is doubtful that these pages hold the answer.", err=True)
    if answer.interrupted:
        click.echo(f"\nThis answer breaks off. {answer.interrupted}", err=True)
    if answer.method == "quotation":
        click.echo("\nQuoted word for word. For written answers set DOCQA_MODEL__URL to a model server.", err=True)


def _explain(answer: Answer) -> None:
    from docqa.cli.explain import draw

    if answer.receipt is None:
        click.echo(
            "\nNo prompt to explain: "
            + ("no page speaks of this." if answer.method == "model" else "no model was asked (DOCQA_MODEL__URL).")
        )
    else:
        draw(answer.receipt, answer.usage)


def _write_pages(answer: Answer, files: "Files", folder: Path) -> None:
    from docqa.answers.highlight import marked

    if not any(citation.boxes for citation in answer.citations):
        click.echo("No page to show: nothing is quoted.", err=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for evidence in answer.evidence:
        boxes = [box for citation in answer.citations if citation.label == evidence.label for box in citation.boxes]
        if boxes:
            target = folder / f"{evidence.label}-{Path(evidence.document).stem}-p{evidence.page.number}.png"
            image = files.image(evidence.document_id, evidence.page.number)
            marked(image, width=evidence.page.width, boxes=boxes).save(target)
            click.echo(f"wrote {target}", err=True)
