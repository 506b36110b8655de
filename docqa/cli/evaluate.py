"""docqa eval."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from docqa.cli import options, reading
from docqa.errors import UsageError


@click.command(name="eval")
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--pdfs", required=True, type=click.Path(exists=True, file_okay=False), help="Folder of the PDFs they are about."
)
@options.as_json
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report with plots and every miss."
)
@click.pass_obj
def evaluate(data: Path | None, questions: Path, pdfs: str, as_json: bool, html: Path | None) -> None:
    """Measure search and answers on QUESTIONS.jsonl (docs/evaluation.md).

    The PDFs are read into the library first, if they are not there yet; only they are searched.
    """
    from rich.console import Console
    from rich.progress import track

    from docqa import build
    from docqa.evaluation import questions as files
    from docqa.evaluation import run
    from docqa.settings import load
    from ingest.discover import discover

    asked = files.load(questions)
    if html is not None and not html.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {html.parent} to write the report to")
    settings = load(data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="docqa eval") as library:
        reports = reading.read(settings, library, model, discover([pdfs]), collection="default")
        if any(each.outcome != "unchanged" for each in reports):
            reading.report(reports)
        documents = {}
        for each in reports:
            if found := library.catalog.sources.at_path(collection="default", path=str(each.path)):
                documents[each.path.name] = found[0 if each.outcome == "failed" else -1]
        if all(each.outcome == "failed" for each in reports):
            raise UsageError(f"No PDF in {pdfs} could be read")
        engine = build.engine(settings, library, model)
        pages = {document.id: document.pages for document in library.catalog.documents(ids=list(documents.values()))}
        run.check(asked, documents, pages)
        console = Console(stderr=True)
        shown = track(asked, "Asking", console=console, transient=True, disable=not console.is_terminal)
        evaluation = run.evaluate(engine, shown, documents)
        summary = run.summary(evaluation)
        if html is not None:
            from docqa.evaluation.report import written

            html.write_text(written(evaluation, summary, documents, library.files), encoding="utf-8")
            click.echo(f"wrote {html}", err=True)
    if as_json:
        json.dump(summary, sys.stdout, indent=2)
        click.echo()
    else:
        _print(summary)


COMMANDS = [evaluate]


def _print(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    columns = ["questions", "R@1", "R@3", "R@5", "R@10", "MRR", "all@5"]
    pages = Table("Pages found", *columns, box=None, pad_edge=False)
    rows = {"in document": summary["in_document"]}
    rows |= {f"  {kind}": scores["in_document"] for kind, scores in summary["by_type"].items()}
    rows["corpus, standalone"] = summary["corpus_standalone"]
    for name, scores in rows.items():
        pages.add_row(name, *(_figure(scores.get(column)) for column in columns))
    console.print(pages)
    columns = ["questions", "gold_page_cited_first", "answer_contained", "either", "boxes_overlap"]
    answers = Table("Answers", *(column.replace("_", " ") for column in columns), box=None, pad_edge=False)
    for name, shares in summary["answers"].items():
        answers.add_row(name.replace("_", " "), *(_figure(shares.get(column)) for column in columns))
    console.print(answers)
    columns = ["precision", "recall", "unanswerable", "refused", "answerable", "refused_wrongly"]
    refusals = Table("Not found", *(column.replace("_", " ") for column in columns), box=None, pad_edge=False)
    for name, key in {"in document": "not_found", "corpus, standalone": "not_found_corpus"}.items():
        refusals.add_row(name, *(_figure(summary[key][column]) for column in columns))
    console.print(refusals)
    stages = Table("Median ms", *summary["timings"], box=None, pad_edge=False)
    stages.add_row("", *(f"{ms:.1f}" for ms in summary["timings"].values()))
    console.print(stages)


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
