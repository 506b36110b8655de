"""docqa mcp."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from docqa.answers.engine import Engine
    from docqa.library import Library


@click.command()
@click.pass_obj
def mcp(data: Path | None) -> None:
    """Serve the library to an AI assistant, which starts this command (Model Context Protocol).

    Over standard input and output the assistant searches, reads pages, asks and lists documents. It changes nothing.
    docs/assistants.md tells how it learns of this command. Needs pip install -e '.[mcp]'.
    """
    from docqa import build
    from docqa.assistants import build_server
    from docqa.settings import load

    settings = load(data)
    model = build.embedder(settings)
    reranker = build.reranker(settings)

    @contextmanager
    def opened() -> "Iterator[tuple[Library, Engine]]":
        with build.library(settings, model, purpose="docqa mcp") as library:
            yield library, build.engine(settings, library, model, loaded=reranker)

    build_server(opened).run("stdio")


COMMANDS = [mcp]
