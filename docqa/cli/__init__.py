"""The command line. Each command parses, calls the library and renders; it imports what is heavy when it runs."""

import gc
import io
import logging
import sys
from pathlib import Path

import click

from docqa.cli import ask, documents, evaluate, ingest, key, mcp, model, moving, search, service, system, up
from docqa.errors import DocQAError

INTERRUPTED = 130


def _directory(context: click.Context, option: click.Parameter, value: str | None) -> Path | None:
    if value == "":
        raise click.BadParameter("it is empty", context, option)
    return None if value is None else Path(value)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    metavar="DIR",
    callback=_directory,
    help="Directory of the library, before the command.  [env: DOCQA_DATA]",
)
@click.version_option(package_name="docqa")
@click.pass_context
def cli(context: click.Context, data: Path | None) -> None:
    """Ask questions about your PDFs and see the pages that prove the answers.

    \b
      docqa ask report.pdf "What was revenue in 2024?"    read a PDF and ask it
      docqa ingest ~/papers && docqa ask "..."            read a folder, then ask all of it

    Settings come from DOCQA_... variables and from .env: docqa config lists them.
    """  # noqa: D301  click reads \b, a backspace, as: leave the next lines as they are
    context.obj = data


for module in (up, ingest, ask, search, documents, evaluate, service, mcp, key, model, moving, system):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run a command; what docqa raises on purpose becomes one line and exit code 1."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("dotenv").setLevel(logging.ERROR)  # .env may hold lines that are not for us
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to stop
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as exit:
        sys.exit(exit.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nStopped.", err=True)
        sys.exit(INTERRUPTED)
    except (DocQAError, OSError) as error:
        click.echo(f"docqa: {error}", err=True)
        sys.exit(1)
    finally:
        gc.freeze()  # else Python looks through every object once more on its way out: 0.3 s of 2 s
