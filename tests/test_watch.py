"""Following folders: what comes, changes and goes."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.watch import SETTLE_S, Stamp, Watched

PDF = b"%PDF-1.7 as good as one"


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Following:
    """Folders that are looked at, as the command does, with what it says."""

    def __init__(self, *folders: Path, known: Sequence[Path] = ()) -> None:
        self.said: list[str] = []
        self.clock = Clock()
        self.watched = Watched(folders, dict.fromkeys(known), say=self.said.append, clock=self.clock)

    def look(self) -> tuple[list[str], list[str]]:
        """Names of what is new and what is gone, at once."""
        changes = self.watched.look()
        self.watched.done(changes)
        return sorted(path.name for path in changes.ready), sorted(path.name for path in changes.gone)

    def look_later(self) -> tuple[list[str], list[str]]:
        """The same, when what is seen at once has stood long enough."""
        assert self.look() == ([], [])
        self.clock.now += SETTLE_S
        return self.look()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def put(path: Path, content: bytes = PDF, *, age_s: float = 3600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_what_is_there_at_the_start_is_taken_at_once(folder: Path):
    put(folder / "a.pdf")
    put(folder / "below" / "b.PDF")
    put(folder / "notes.txt")
    put(folder / ".hidden" / "c.pdf")
    following = Following(folder)
    assert following.look() == (["a.pdf", "b.PDF"], [])
    assert following.look() == ([], [])


def test_a_new_file_is_taken_once_it_has_stopped_growing(folder: Path):
    following = Following(folder)
    assert following.look() == ([], [])
    growing = folder / "growing.pdf"
    for size in range(1, 4):
        put(growing, PDF * size, age_s=0)
        assert following.look() == ([], [])
        following.clock.now += SETTLE_S - 0.1
    assert following.look() == ([], [])
    following.clock.now += SETTLE_S
    assert following.look() == (["growing.pdf"], [])


def test_a_file_that_is_still_being_copied_at_the_start_is_waited_for(folder: Path):
    put(folder / "copying.pdf", age_s=0)
    following = Following(folder)
    changes = following.watched.look()
    assert not changes
    assert changes.unsettled
    following.clock.now += SETTLE_S
    assert following.look() == (["copying.pdf"], [])
    assert not following.watched.look().unsettled


def test_a_changed_file_is_taken_again(folder: Path):
    put(folder / "a.pdf")
    following = Following(folder)
    following.look()
    put(folder / "a.pdf", PDF * 2)
    assert following.look_later() == (["a.pdf"], [])


def test_a_removed_file_is_gone_after_a_moment(folder: Path):
    a, _ = put(folder / "a.pdf"), put(folder / "b.pdf")
    following = Following(folder)
    following.look()
    a.unlink()
    assert following.look_later() == ([], ["a.pdf"])
    assert following.look() == ([], [])


def test_the_last_file_may_go_too(folder: Path):
    a = put(folder / "a.pdf")
    following = Following(folder)
    following.look()
    a.unlink()
    assert following.look_later() == ([], ["a.pdf"])


def test_a_file_that_is_replaced_by_a_new_one_was_never_gone(folder: Path):
    a = put(folder / "a.pdf")
    following = Following(folder)
    following.look()
    a.unlink()
    assert following.look() == ([], [])
    put(a, PDF * 2)
    assert following.look_later() == (["a.pdf"], [])


def test_a_moved_file_comes_and_goes_in_one_look(folder: Path):
    """So that what leads to its bytes never ends, and nothing is read twice."""
    a = put(folder / "a.pdf")
    following = Following(folder)
    following.look()
    a.rename(folder / "b.pdf")
    assert following.look_later() == (["b.pdf"], ["a.pdf"])


def test_what_was_removed_while_nobody_watched_is_gone(folder: Path):
    put(folder / "kept.pdf")
    following = Following(folder, known=[folder / "kept.pdf", folder / "removed.pdf", folder / "old" / "removed2.pdf"])
    assert following.look() == (["kept.pdf"], [])
    following.clock.now += SETTLE_S
    assert following.look() == ([], ["removed.pdf", "removed2.pdf"])


def test_only_files_below_the_folders_can_go(folder: Path):
    put(folder / "kept.pdf")
    following = Following(folder, known=[folder.parent / "elsewhere.pdf", folder.parent / "papers2" / "x.pdf"])
    following.look()
    following.clock.now += SETTLE_S
    assert following.look() == ([], [])


def test_a_folder_that_vanishes_keeps_all_it_had_until_it_is_back(folder: Path):
    a = put(folder / "a.pdf")
    put(folder / "b.pdf")
    following = Following(folder)
    following.look()
    folder.rename(folder.parent / "away")
    for _ in range(3):
        assert following.look_later() == ([], [])
    assert following.said == [f"{folder} is not there: waiting for it. What was read from it stays in the library."]
    (folder.parent / "away").rename(folder)
    a.unlink()
    assert following.look() == ([], [])
    assert following.said[-1] == f"{folder} is there again."
    following.clock.now += SETTLE_S
    ready, gone = following.look()
    assert (ready, gone) == (["b.pdf"], ["a.pdf"])


def test_an_empty_folder_in_its_place_is_a_disk_that_is_not_mounted(folder: Path):
    put(folder / "a.pdf")
    following = Following(folder)
    following.look()
    folder.rename(folder.parent / "away")
    folder.mkdir()
    assert following.look_later() == ([], [])
    assert "is empty, as a disk that is not mounted is: waiting for it." in following.said[0]


@pytest.mark.parametrize("mounted_at", ["", "disk"])
def test_a_disk_that_is_not_mounted_at_the_start_loses_nothing(folder: Path, mounted_at: str):
    (folder / "disk").mkdir()
    if mounted_at:
        put(folder / "other.pdf")
    following = Following(folder, known=[folder / mounted_at / "a.pdf", folder / mounted_at / "deep" / "b.pdf"])
    following.look()
    following.clock.now += SETTLE_S
    assert following.look() == ([], [])


def test_a_disk_below_the_folder_that_is_unmounted_loses_nothing(folder: Path):
    """As seen by the file system its files were on."""
    put(folder / "a.pdf")
    (folder / "disk").mkdir()
    following = Following(folder)
    following.look()
    device = following.watched.known[folder / "a.pdf"].device  # type: ignore[union-attr]
    following.watched.known[folder / "disk" / "b.pdf"] = Stamp(1, 1, device + 1)
    following.watched.known[folder / "disk" / "c.pdf"] = Stamp(1, 1, device)
    assert following.look_later() == ([], ["c.pdf"])


def test_a_folder_need_not_be_there_yet(folder: Path):
    following = Following(folder / "later")
    assert following.look() == ([], [])
    assert following.said == [f"{folder / 'later'} is not there: waiting for it."]
    put(folder / "later" / "a.pdf")
    assert following.look_later() == (["a.pdf"], [])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look everywhere")
def test_what_may_not_be_looked_at_is_not_gone(folder: Path):
    put(folder / "closed" / "a.pdf")
    following = Following(folder)
    following.look()
    (folder / "closed").chmod(0)
    try:
        assert following.look_later() == ([], [])
    finally:
        (folder / "closed").chmod(0o700)
