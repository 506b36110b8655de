"""What a machine of a cluster does with the files of another one, without a cluster."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from docqa.errors import EncryptedPDF
from ingest import machine
from ingest.machine import IDLE_S, Allowance, Shipped
from ingest.reading import ReadingOptions, read_cover
from ingest.sandbox import PageFailed
from tests.tasks import refuse, stumble

ALLOWANCE = Allowance(timeout_s=20, memory_limit_mb=4096)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "docqa" / "shipped"


def shipped(path: Path, *, name: str = "a.pdf") -> Shipped:
    facts = path.stat()
    return Shipped(path, facts.st_size, facts.st_mtime_ns, name, path.read_bytes)


def never() -> bytes:
    raise AssertionError("it was fetched")


def test_a_file_that_the_machine_sees_itself_is_not_fetched(make_pdf: Callable[..., Path]):
    path = make_pdf("One.")
    facts = path.stat()
    assert machine._local(Shipped(path, facts.st_size, facts.st_mtime_ns, "a.pdf", never)) == path


def test_another_file_at_the_same_place_is_not_taken_for_it(make_pdf: Callable[..., Path], cache: Path):
    path = make_pdf("One.")
    content = path.read_bytes()
    facts = path.stat()
    path.write_bytes(b"another file")
    local = machine._local(Shipped(path, facts.st_size, facts.st_mtime_ns, "a.pdf", lambda: content))
    assert (local, local.read_bytes()) == (cache / "a.pdf", content)


def test_a_file_is_fetched_once(make_pdf: Callable[..., Path], cache: Path):
    path = make_pdf("One.")
    elsewhere = shipped(path)
    facts, content = path.stat(), path.read_bytes()
    path.unlink()
    first = Shipped(path, facts.st_size, facts.st_mtime_ns, elsewhere.name, lambda: content)
    assert machine._local(first).read_bytes() == content
    assert machine._local(Shipped(path, facts.st_size, facts.st_mtime_ns, elsewhere.name, never)) == cache / "a.pdf"


def test_copies_that_nobody_uses_are_removed(cache: Path, tmp_path: Path):
    cache.mkdir(parents=True)
    for name, age_s in (("old.pdf", IDLE_S + 60), ("fresh.pdf", 1.0)):
        (cache / name).write_bytes(b"copy")
        os.utime(cache / name, (time.time() - age_s,) * 2)
    machine._local(Shipped(tmp_path / "far.pdf", 4, 0, "new.pdf", lambda: b"copy"))
    assert {path.name for path in cache.iterdir()} == {"fresh.pdf", "new.pdf"}


def test_a_task_runs_in_a_sandbox_and_its_errors_are_results(make_pdf: Callable[..., Path]):
    assert machine.run(read_cover, [shipped(make_pdf("One.", "Two.")), ReadingOptions()], ALLOWANCE).pages == 2
    assert isinstance(machine.run(refuse, [], ALLOWANCE), EncryptedPDF)
    failed = machine.run(stumble, [], ALLOWANCE)
    assert isinstance(failed, PageFailed)
    assert "a bug of a parser" in str(failed)
    machine._sandbox(ALLOWANCE).close()
    machine._sandbox.cache_clear()
