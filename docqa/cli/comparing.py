"""docqa eval compare."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.cli import options

if TYPE_CHECKING:
    from docqa.evaluation.comparison import Changed
    from docqa.evaluation.outcomes import Outcome

RANKS_SHOWN = 5

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("a", type=_file)
@click.argument("b", type=_file)
def compare(a: Path, b: Path) -> None:
    """Compare two results of `docqa eval run --json` for the same questions.

    Run it twice, with other settings, another version of docqa or another library, each time into a file of its own.
    """
    from docqa.evaluation import comparison, outcomes

    found = comparison.compare(outcomes.load(a), outcomes.load(b))
    rows = [
        [
            each.where.replace("_", " "),
            each.measure,
            str(each.questions),
            f"{each.a:.3f}",
            f"{each.b:.3f}",
            f"{each.b - each.a:+.3f}",
            f"{each.low:+.3f} to {each.high:+.3f}" + (" *" if each.is_clear else ""),
        ]
        for each in found.differences
    ]
    click.echo(f"A {a}\nB {b}\n")
    options.print_table(["", "measure", "questions", "A", "B", "B - A", "95 % interval"], rows)
    click.echo("\n* the interval leaves out zero; with many measures one in twenty does by chance")
    click.echo(f"\nQuestions that changed: {len(found.changed)}")
    for changed in found.changed:
        _print(changed)


def _print(changed: "Changed") -> None:
    question = changed.a.question
    differing = ", ".join(f"{name} {a:.2f} -> {b:.2f}" for name, (a, b) in changed.measures.items())
    click.echo(f"\n{question.id} ({changed.a.where.replace('_', ' ')}) {question.question}")
    click.echo(f"  {differing}")
    if question.evidence_pages:
        click.echo(f"  gold {question.doc} p. {', '.join(map(str, question.evidence_pages))}")
    click.echo(f"  A    {_found(changed.a)}\n  B    {_found(changed.b)}")


def _found(outcome: "Outcome") -> str:
    """The first pages, by number alone where they are of the document that was asked."""
    own = outcome.question.doc if outcome.where == "in_document" else None
    pages = [f"p. {page}" if name == own else f"{name} p. {page}" for name, page in outcome.found[:RANKS_SHOWN]]
    said = "not found" if outcome.refused else " ".join(outcome.answer.split())[:80]
    return f"{'; '.join(pages) or 'no page'}  [{said}]"
