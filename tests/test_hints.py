"""What wakes up who follows folders."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from ingest import watch
from ingest.watch import LOOK_AGAIN_S, Hints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7 as good as one")
    return path


def woken(hints: Hints, happening: threading.Timer) -> float:
    """Seconds from a happening until the hint of it."""
    happening.start()
    begun = time.monotonic()
    hints.wait(10)
    happening.join()
    return time.monotonic() - begun - happening.interval


@pytest.fixture
def waiting(folder: Path) -> Hints:
    """Hints that have begun to listen."""
    hints = Hints([folder], threading.Event(), poll_s=None, say=lambda line: None)
    hints.wait(10)  # the first look comes at once
    return hints


@pytest.mark.parametrize(
    "happen",
    [
        lambda folder: put(folder / "new.pdf"),
        lambda folder: (folder / "there.pdf").unlink(),
        lambda folder: shutil.move(folder.parent / "full", folder / "full"),
    ],
    ids=["a new file", "a removed file", "a folder moved in"],
)
def test_what_happens_in_a_folder_wakes_us_up(folder: Path, happen):
    put(folder / "there.pdf")
    put(folder.parent / "full" / "a.pdf")
    hints = Hints([folder], threading.Event(), poll_s=None, say=lambda line: None)
    hints.wait(10)
    assert woken(hints, threading.Timer(0.2, happen, [folder])) < 3


def test_what_happens_while_we_work_is_not_missed(folder: Path, waiting: Hints):
    put(folder / "one.pdf")
    time.sleep(0.3)
    begun = time.monotonic()
    waiting.wait(10)
    assert time.monotonic() - begun < 3


def test_a_folder_that_comes_back_wakes_us_up(folder: Path, waiting: Hints):
    folder.rmdir()
    waiting.wait(10)
    assert woken(waiting, threading.Timer(0.2, folder.mkdir)) < 3


def test_where_nobody_tells_we_look_now_and_then(folder: Path, waiting: Hints, monkeypatch: pytest.MonkeyPatch):
    def refuse(folders):
        raise OSError("OS file watch limit reached")
        yield

    said: list[str] = []
    monkeypatch.setattr(watch, "_events", refuse)
    hints = Hints([folder], threading.Event(), poll_s=None, say=said.append)
    for _ in range(3):
        hints.wait(0.01)
    assert len(said) == 1
    assert f"looking every {LOOK_AGAIN_S:g} s" in said[0]


def test_polling_looks_as_often_as_asked(folder: Path):
    begun = time.monotonic()
    Hints([folder], threading.Event(), poll_s=0.1, say=lambda line: None).wait(10)
    assert 0.1 <= time.monotonic() - begun < 1


def test_to_stop_wakes_us_up(folder: Path):
    stop = threading.Event()
    for poll_s in (None, 60):
        stop.clear()
        threading.Timer(0.2, stop.set).start()
        begun = time.monotonic()
        Hints([folder / "absent"], stop, poll_s=poll_s, say=lambda line: None).wait(60)
        assert time.monotonic() - begun < 3
