"""docqa eval: run, make, compare, rated."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docqa.cli import comparing, making, options, rated, reading
from docqa.errors import UsageError

if TYPE_CHECKING:
    from docqa.evaluation.questions import Question
    from docqa.library import Library
    from docqa.protocols import Embedder
    from docqa.settings import Settings


class _RunUnlessNamed(click.Group):
    """A group of which `run` is meant where no command is named."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        named = {*self.commands, *context.help_option_names}
        return super().parse_args(context, args if not args or args[0] in named else ["run", *args])


@click.group(name="eval", cls=_RunUnlessNamed)
def evaluate() -> None:
    """Measure search and answers (docs/evaluation.md).

    `docqa eval QUESTIONS` is short for `docqa eval run QUESTIONS`.
    """


@evaluate.command()
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--pdfs",
    type=click.Path(exists=True, file_okay=False),
    help="Folder of the PDFs they are about, read first if need be; only they are searched. Without it the library.",
)
@options.as_json
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report with plots and every miss."
)
@click.pass_obj
def run(data: Path | None, questions: Path, pdfs: str | None, as_json: bool, html: Path | None) -> None:
    """Ask every question of QUESTIONS.jsonl and score what comes back."""
    from rich.console import Console
    from rich.progress import track

    from docqa import build
    from docqa.evaluation import outcomes, run
    from docqa.evaluation import questions as files
    from docqa.settings import load

    asked = files.load(questions)
    if html is not None and not html.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {html.parent} to write the report to")
    settings = load(data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="docqa eval") as library:
        documents = _read(settings, library, model, pdfs) if pdfs else _held(library, asked)
        if pdfs:
            reading.embed_images(settings, library, document_ids=list(documents.values()))
        engine = build.engine(settings, library, model)
        pages = {document.id: document.pages for document in library.catalog.documents(ids=list(documents.values()))}
        run.check(asked, documents, pages)
        console = Console(stderr=True)
        shown = track(asked, "Asking", console=console, transient=True, disable=not console.is_terminal)
        evaluation = run.evaluate(engine, shown, documents, whole=pdfs is None)
        summary = run.summary(evaluation)
        if html is not None:
            from docqa.evaluation.report import written

            html.write_text(written(evaluation, summary, documents, library.files), encoding="utf-8")
            click.echo(f"wrote {html}", err=True)
    if as_json:
        rows = [outcome.model_dump(mode="json") for outcome in outcomes.outcomes(evaluation)]
        json.dump(summary | {"questions": rows}, sys.stdout, indent=2)
        click.echo()
    else:
        _print(summary)


evaluate.add_command(making.make)
evaluate.add_command(comparing.compare)
evaluate.add_command(rated.rated)
COMMANDS = [evaluate]


def _read(settings: "Settings", library: "Library", model: "Embedder", pdfs: str) -> dict[str, str]:
    """Ids of the PDFs of a folder by file name, once they are read."""
    from ingest.discover import discover

    reports = reading.read(settings, library, model, discover([pdfs]), collection="default")
    if any(each.outcome != "unchanged" for each in reports):
        reading.report(reports)
    documents = {}
    for each in reports:
        if found := library.catalog.sources.at_path(collection="default", path=str(each.path)):
            documents[each.path.name] = found[0 if each.outcome == "failed" else -1]
    if all(each.outcome == "failed" for each in reports):
        raise UsageError(f"No PDF in {pdfs} could be read")
    return documents


def _held(library: "Library", asked: Iterable["Question"]) -> dict[str, str]:
    """Ids of the library's documents by file name.

    Raises UsageError if there is none, or if a question is about one of several that are called alike.
    """
    documents = library.catalog.documents()
    if not documents:
        raise UsageError("The library is empty: docqa ingest reads PDFs, or name their folder with --pdfs")
    alike = Counter(document.name for document in documents)
    for question in asked:
        if question.doc is not None and alike[question.doc] > 1:
            raise UsageError(
                f"Question {question.id} is about {question.doc}, and {alike[question.doc]} documents are called that:"
                " name the folder of the one that is meant with --pdfs"
            )
    return {document.name: document.id for document in documents}


def _print(summary: dict[str, Any]) -> None:
    columns = ["questions", "R@1", "R@3", "R@5", "R@10", "MRR", "all@5"]
    rows = {"in document": summary["in_document"]}
    rows |= {f"  {kind}": scores["in_document"] for kind, scores in summary["by_type"].items()}
    rows["corpus, standalone"] = summary["corpus_standalone"]
    _table("Pages found", columns, rows)
    columns = ["questions", "gold_page_cited_first", "answer_contained", "either", "boxes_overlap"]
    _table("Answers", columns, {name.replace("_", " "): shares for name, shares in summary["answers"].items()})
    columns = ["precision", "recall", "unanswerable", "refused", "answerable", "refused_wrongly"]
    rows = {"in document": summary["not_found"], "corpus, standalone": summary["not_found_corpus"]}
    _table("Not found", columns, rows)
    if summary["near_misses"]:
        _table("Near misses", ["questions", "refused"], summary["near_misses"])
    for name, stated in summary["reliability"].items():
        if stated:
            bins = {f"{each['low']:.1f} to {each['high']:.1f}": each for each in stated["bins"]}
            title = (
                f"Stated probability, {name.replace('_', ' ')}: Brier {_figure(stated['brier'])},"
                f" calibration error {_figure(stated['expected_calibration_error'])}"
            )
            click.echo(title)
            if stated["error_if_expected"] is not None:
                click.echo(
                    f"{stated['came_true']:.0%} came true; with that as DOCQA_ANSWER__EXPECTED_ANSWERABLE"
                    f" the calibration error is {_figure(stated['error_if_expected'])}"
                )
            _table("", ["questions", "predicted", "observed"], bins)
    _table("Median ms", list(summary["timings"]), {"": summary["timings"]})


def _table(title: str, columns: Sequence[str], rows: dict[str, dict[str, Any]]) -> None:
    shown = [[name, *(_figure(row.get(column)) for column in columns)] for name, row in rows.items()]
    options.print_table([title, *(column.replace("_", " ") for column in columns)], shown)


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
