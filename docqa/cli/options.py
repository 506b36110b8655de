"""Options that several commands share."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from docqa.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Column


UNLIMITED = 10_000  # columns of text where there is no terminal

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


def asked(question: str) -> str:
    """The question, if it is one.

    Raises UsageError if it holds no word, or is a file's name.
    """
    if not any(character.isalnum() for character in question):
        raise UsageError('What is the question? docqa ask "..."')
    if question.lower().endswith(".pdf") and " " not in question.strip():
        raise UsageError(f'{question} looks like a file. The question comes last: docqa ask {question} "..."')
    return question.encode(errors="replace").decode()  # bytes that are no text would stop the models


def print_table(columns: Sequence["Column | str"], rows: Iterable[Sequence[str]]) -> None:
    """Cells as they are, in columns; as wide as it takes where no terminal limits it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    (console if console.is_terminal else Console(width=UNLIMITED)).print(table)
