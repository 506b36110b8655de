"""What people say of answers becomes questions with known pages."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from docqa import build
from docqa.cli import cli
from docqa.settings import Settings
from tests.api.conftest import QUESTION, REPORT, client_of


@pytest.fixture
def data(example_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example_data, tmp_path / "data"))


@pytest.fixture
def api(data: Path) -> Iterator[httpx.Client]:
    with build.service(Settings(data=data)) as service, ExitStack() as stack:
        yield client_of(service, stack)


@pytest.fixture
def docqa(data: Path) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(cli, ["--data", str(data), *words])


def rate(api: httpx.Client, question: str, verdict: str, comment: str = "", before: str | None = None) -> str:
    """Ask, say what of the answer is thought, and return its conversation."""
    asked = {"question": question} | ({"conversation_id": before} if before else {})
    answer = api.post("/v1/query", json=asked).json()
    said = api.put(f"/v1/answers/{answer['id']}/feedback", json={"verdict": verdict, "comment": comment})
    assert said.status_code == 204
    return str(answer["conversation_id"])


def test_good_answers_become_questions_with_the_pages_they_cite(
    api: httpx.Client, docqa: Callable[..., Result], tmp_path: Path
):
    first = rate(api, QUESTION, "up")
    rate(api, "And for the tax advice?", "up", before=first)
    rate(api, "Who won the 1998 chess olympiad?", "up")
    rate(api, "What is a TEU?", "down", "it is a\ncontainer")
    said = docqa("eval", "rated", "rated.jsonl")
    assert said.exit_code == 0, said.output
    rows = [json.loads(line) for line in (tmp_path / "rated.jsonl").read_text().splitlines()]
    assert [(row["question"], row.get("doc"), row.get("evidence_pages")) for row in rows] == [
        (QUESTION, REPORT, [4]),
        ("Who won the 1998 chess olympiad?", None, None),
    ]
    assert "left out, because they follow up on questions before: 1" in said.output
    assert "What is a TEU?   (it is a container)" in said.output
    result = json.loads(docqa("eval", "rated.jsonl", "--json").stdout)
    assert (result["in_document"]["R@1"], result["not_found_corpus"]["recall"]) == (1.0, 1.0)


def test_nothing_is_written_where_nothing_was_rated_or_something_is_there(
    api: httpx.Client, docqa: Callable[..., Result], tmp_path: Path
):
    nothing = docqa("eval", "rated", "rated.jsonl")
    assert "No answer was rated yet" in str(nothing.exception)
    rate(api, "What is a TEU?", "down")
    only_bad = docqa("eval", "rated", "rated.jsonl")
    assert (only_bad.exit_code, (tmp_path / "rated.jsonl").exists()) == (0, False)
    assert "Rated bad: 1" in only_bad.output
    (tmp_path / "there.jsonl").write_text("")
    assert "is there already" in str(docqa("eval", "rated", "there.jsonl").exception)


def test_what_was_deleted_is_no_gold_page(api: httpx.Client, docqa: Callable[..., Result]):
    rate(api, QUESTION, "up")
    [document] = [each for each in api.get("/v1/documents").json()["documents"] if each["name"] == REPORT]
    assert api.delete(f"/v1/documents/{document['id']}").status_code == 200
    assert "No answer was rated yet" in str(docqa("eval", "rated", "rated.jsonl").exception)
