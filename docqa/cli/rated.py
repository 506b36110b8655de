"""docqa eval rated."""

import json
from pathlib import Path

import click

from docqa.errors import UsageError


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def rated(data: Path | None, out: Path) -> None:
    """Write the questions whose answers were rated good to OUT.jsonl, with the pages they cite.

    So what people found right stays right: measure every new setting and version on it. Questions whose answers
    were rated bad are listed: somebody has to find their pages.
    """
    from docqa import build
    from docqa.evaluation.rated import questions
    from docqa.settings import load

    if out.exists():
        raise UsageError(f"{out} is there already: name another file, or remove it")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {out.parent} to write the questions to")
    with build.catalog(load(data)) as catalog:
        found = questions(catalog.conversations.rated(), {each.id: each.name for each in catalog.documents()})
    if not found.rows and not found.bad and not found.left_out:
        raise UsageError("No answer was rated yet: the page has thumbs below each, the API /v1/answers/ID/feedback")
    if found.rows:
        with out.open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in found.rows)
        click.echo(f"wrote {out}; questions: {len(found.rows)}")
    for reason, count in found.left_out.most_common():
        click.echo(f"Good answers left out, because {reason}: {count}")
    if found.bad:
        click.echo(f"Rated bad: {len(found.bad)}. Add them by hand, with their pages (docs/evaluation.md):")
    for question, comment in found.bad:
        click.echo(f"  {question}" + (f"   ({' '.join(comment.split())})" if comment.strip() else ""))
    if found.rows:
        click.echo(f"\n  docqa eval {out}")
