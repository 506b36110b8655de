import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docqa.cli import cli

Run = Callable[..., Result]


@pytest.fixture
def docqa(example_data: Path, tmp_path: Path) -> Run:
    """Run a command on a copy of a library that holds the examples."""
    data = tmp_path / "data"
    shutil.copytree(example_data, data)
    return lambda *words, data=data: CliRunner().invoke(cli, ["--data", str(data), *words])


def test_questions_are_made_asked_and_compared(docqa: Run):
    said = docqa("eval", "make", "made.jsonl", "--near-misses", "2")
    assert said.exit_code == 0, said.output
    assert "docqa eval made.jsonl" in said.stdout
    assert "harbour-report-2024.pdf" in said.stdout
    rows = [json.loads(line) for line in Path("made.jsonl").read_text().splitlines()]
    assert {row["doc"] for row in rows} == {"harbour-report-2024.pdf", "turbine-manual.pdf"}
    assert {"sentence", "heading"} <= {row["made"] for row in rows}
    assert any(row["type"] == "unanswerable" for row in rows)
    done = docqa("eval", "made.jsonl", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["in_document"]["R@5"] > 0.9
    assert result["reliability"]["in_document"]["questions"] == len(rows)
    assert {each["question"]["id"] for each in result["questions"]} == {row["id"] for row in rows}
    Path("a.json").write_text(done.stdout)
    compared = docqa("eval", "compare", "a.json", "a.json")
    assert "Questions that changed: 0" in compared.stdout
    again = docqa("eval", "make", "made.jsonl")
    assert "made.jsonl is there already" in str(again.exception)


def test_run_is_meant_where_no_command_is_named(docqa: Run):
    Path("q.jsonl").write_text('{"id": "q", "question": "How many moons has Jupiter?", "evidence_mode": "none"}')
    for words in (["q.jsonl"], ["run", "q.jsonl"]):
        said = docqa("eval", *words).stdout
        assert "Not found" in said
        assert "Stated probability, corpus standalone" in said
    assert "No such file" not in docqa("eval", "--json", "q.jsonl").stdout


def test_questions_are_made_of_the_named_document_alone(docqa: Run):
    docqa("eval", "make", "made.jsonl", "--document", "turbine-manual.pdf", "--near-misses", "0")
    rows = [json.loads(line) for line in Path("made.jsonl").read_text().splitlines()]
    assert {row["doc"] for row in rows} == {"turbine-manual.pdf"}
    assert all(row["evidence_pages"] for row in rows)


def test_an_empty_library_says_what_to_do(docqa: Run, tmp_path: Path):
    made = docqa("eval", "make", "made.jsonl", data=tmp_path / "none")
    assert "docqa ingest" in str(made.exception)
    Path("q.jsonl").write_text('{"id": "q", "question": "?", "evidence_mode": "none"}')
    assert "--pdfs" in str(docqa("eval", "q.jsonl", data=tmp_path / "none").exception)
