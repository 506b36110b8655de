"""A backup of a library that is in use: documents come, are read and are deleted while it is made."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.commands import DOCQA, docqa, eventually
from tests.test_service_crash import Processes, processes, upload

__all__ = ["processes"]  # a fixture

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="`processes` kills what Windows cannot"),
    pytest.mark.timeout(600),
]
FILES, PAGES = 6, 20
PATIENCE_S = 240.0  # the worker runs at the lowest priority


def listed(data: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(docqa("list", "--json", data=data).stdout)["documents"]
    return found


def agreement(data: Path) -> list[tuple[object, object]]:
    findings = json.loads(docqa("doctor", "--json", data=data).stdout)["findings"]
    return [(each["state"], each["found"]) for each in findings if each["check"] == "agreement"]


def test_a_service_is_backed_up_while_it_reads_and_what_is_restored_goes_on(
    processes: Processes, make_pdf: Callable[..., Path], tmp_path: Path
):
    def document(number: int) -> Path:
        texts = [f"File {number}, page {page}, speaks of subject {number * PAGES + page}." for page in range(PAGES)]
        return make_pdf(*texts, name=f"in/file-{number}.pdf")

    ids = [upload(processes.url, document(number)) for number in range(FILES)]
    whole = {"state": "done", "pages_done": PAGES}

    def some_are_read() -> bool:
        return any(each["pages_done"] for each in listed(tmp_path / "data"))

    eventually(some_are_read, PATIENCE_S)
    command = [*DOCQA, "--data", str(tmp_path / "data"), "backup", str(tmp_path / "backup.tar")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as backing_up:
        assert httpx.delete(f"{processes.url}/v1/documents/{ids[0]}", timeout=30).status_code == 200
        _, complaints = backing_up.communicate(timeout=60)
    assert (backing_up.returncode, complaints) == (0, ""), processes.logs()

    restored = tmp_path / "restored"
    done = docqa("restore", str(tmp_path / "backup.tar"), data=restored)
    assert done.returncode == 0, done.stderr
    assert {"ok"} == {state for state, _ in agreement(restored)}
    assert docqa("worker", "--once", data=restored).returncode == 0
    documents = listed(restored)
    assert {each["id"] for each in documents} >= set(ids[1:])
    assert all(each.items() >= whole.items() for each in documents), documents
    assert agreement(restored) == [
        ("ok", f"catalog, files and index (embedded) agree: {PAGES * len(documents)} passages")
    ]


@pytest.fixture
def reading_alone(tmp_path: Path, make_pdf: Callable[..., Path]) -> Iterator[subprocess.Popen[str]]:
    """A `docqa ingest` that runs by itself."""
    make_pdf(*[f"Page {number}." for number in range(60)], name="in/one.pdf")
    command = [*DOCQA, "--data", str(tmp_path / "data"), "ingest", str(tmp_path / "in")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.wait()


def test_the_process_that_has_the_index_may_end_while_it_is_backed_up(
    reading_alone: subprocess.Popen[str], tmp_path: Path
):
    data = tmp_path / "data"
    eventually(lambda: (data / "catalog.db").exists() and bool(listed(data)))
    number = 0
    while reading_alone.poll() is None:
        number += 1
        done = docqa("backup", str(tmp_path / f"{number}.tar"), data=data)
        assert done.returncode == 0, done.stderr
    for place in range(1, number + 1):
        restored = tmp_path / f"restored-{place}"
        assert docqa("restore", str(tmp_path / f"{place}.tar"), data=restored).returncode == 0
        assert {"ok"} == {state for state, _ in agreement(restored)}
