"""docqa config, doctor."""

import json
import sys
from pathlib import Path

import click

from docqa.cli import options


@click.command()
@options.as_json
@click.pass_obj
def config(data: Path | None, as_json: bool) -> None:
    """Print every setting, its value and where that came from."""
    from rich.table import Column

    from docqa.settings import explained, load

    rows = explained(load(data), data)
    if as_json:
        click.echo(json.dumps({row.name: {"value": row.value, "source": row.source} for row in rows}, indent=2))
        return
    options.print_table(
        (Column("Setting", no_wrap=True), Column("Value", overflow="fold"), "From"),
        [(row.name, row.value, row.source) for row in rows],
    )


@click.command()
@click.option("--repair", "repairs", is_flag=True, help="Set right where catalog, files and index disagree.")
@options.as_json
@click.pass_obj
def doctor(data: Path | None, repairs: bool, as_json: bool) -> None:
    """Check that everything docqa needs is there and fits together; exits with 1 if something is broken."""
    from docqa.settings import load
    from docqa.upkeep.doctor import examine

    findings = examine(load(data), repairs=repairs)
    if as_json:
        shape = [
            {"check": each.check, "state": each.state, "found": each.found, "advice": each.advice} for each in findings
        ]
        click.echo(json.dumps({"findings": shape}, indent=2))
    else:
        marks = {
            "ok": click.style("ok  ", fg="green"),
            "warn": click.style("note", fg="yellow"),
            "fail": click.style("FAIL", fg="red"),
        }
        for each in findings:
            click.echo(
                f"{marks[each.state]}  {each.check}: {each.found}" + (f"\n      {each.advice}" if each.advice else "")
            )
    if any(each.state == "fail" for each in findings):
        sys.exit(1)


COMMANDS = [config, doctor]
