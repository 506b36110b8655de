"""Options that several commands share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from docqa.types import Scope

if TYPE_CHECKING:
    from docqa.catalog import Catalog

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
collection = click.option("--collection", default="default", show_default=True, help="Collection the files belong to.")


def scope(command: Command) -> Command:
    """Options that narrow a search."""
    only = click.option(
        "--document",
        "document_names",
        multiple=True,
        metavar="NAME",
        help="Only in this document (name or id); repeatable.",
    )
    among = click.option(
        "--collection", "collections", multiple=True, metavar="NAME", help="Only in this collection; repeatable."
    )
    return only(among(command))


def scope_of(catalog: "Catalog", document_names: tuple[str, ...], collections: tuple[str, ...]) -> Scope:
    """The scope that the options mean.

    Raises NotInLibrary for a name that no document has.
    """
    from docqa.library import named

    return Scope(tuple(named(catalog, name).id for name in document_names), collections)
