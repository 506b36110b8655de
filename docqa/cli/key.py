"""docqa key."""

import json
from pathlib import Path

import click

from docqa.cli import options
from docqa.cli.up import KEY_NAME as KEY_OF_PAGE


@click.group()
def key() -> None:
    """Keys of the API: once there is one, every call needs one."""


@key.command()
@click.argument("name")
@click.option(
    "--collection",
    "collections",
    multiple=True,
    metavar="NAME",
    help="See nothing but this collection; repeatable. Without it the key may see and do all.",
)
@click.pass_obj
def create(data: Path | None, name: str, collections: tuple[str, ...]) -> None:
    """Make a key called NAME and print it, this once: only its hash is kept."""
    from docqa import build
    from docqa.settings import load

    with build.catalog(load(data)) as catalog:
        first = not catalog.keys.any()
        made, secret = catalog.keys.create(name, collections)
        there = catalog.sources.collections()
    click.echo(secret)
    allowed = f"see the collections {', '.join(made.collections)}" if collections else "see and do all"
    click.echo(f"{made.name} may {allowed}. Keep the key: it is not shown again.", err=True)
    if empty := [each for each in made.collections if each not in there]:
        click.echo(f"Nothing is in {', '.join(empty)} yet. Collections: {', '.join(there) or 'none'}.", err=True)
    if first:
        click.echo("It is the first one: from now on nobody gets in without a key, on this machine neither.", err=True)


@key.command("list")
@options.as_json
@click.pass_obj
def list_(data: Path | None, as_json: bool) -> None:
    """List the keys there are, without their secrets."""
    from docqa import build
    from docqa.settings import load

    with build.catalog(load(data)) as catalog:
        keys = catalog.keys.list()
    if as_json:
        rows = [
            {
                "id": each.id,
                "name": each.name,
                "collections": list(each.collections),
                "created_at": each.created_at.isoformat(),
            }
            for each in keys
        ]
        click.echo(json.dumps({"keys": rows}, indent=2))
    elif not keys:
        click.echo(
            "There is no key: the API is open to this machine, and to no other. `docqa key create NAME` makes one"
        )
    else:
        options.print_table(
            ("Name", "Collections", "Made"),
            [
                (each.name, ", ".join(each.collections) or "all", f"{each.created_at.astimezone():%Y-%m-%d %H:%M}")
                for each in keys
            ],
        )


@key.command()
@click.argument("name")
@click.pass_obj
def delete(data: Path | None, name: str) -> None:
    """Make the key called NAME, or with this id, worthless at once."""
    from docqa import build
    from docqa.settings import load

    with build.catalog(load(data)) as catalog:
        deleted = catalog.keys.delete(name)
        left = [each.name for each in catalog.keys.list()]
    click.echo(f"deleted {deleted.name}")
    if not left:
        click.echo("No key is left: the API is open to this machine, and starts on no other address.", err=True)
    elif left == [KEY_OF_PAGE]:
        click.echo(
            "Only the page's own key is left, so the API still wants one: docqa key create NAME makes another,"
            f' docqa key delete "{KEY_OF_PAGE}" opens the API to this machine again.',
            err=True,
        )


COMMANDS = [key]
