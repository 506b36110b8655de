"""Following folders: which PDFs came, changed or went. Decides by looking; what wakes it up is only a hint."""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ingest.discover import pdfs_below

SETTLE_S = 2.0  # a file that did not change for so long is complete, and one missing for so long is gone
LONG_SETTLED_S = 60.0  # a file that did not change for so long needs no second look when we start
LOOK_AGAIN_S = 60.0  # even if nothing woke us up
HINT_S = 0.5  # how soon we see that a folder itself came or went


class Stamp(NamedTuple):
    """What changes with a file."""

    size: int
    modified_ns: int
    device: int  # the file system it lies on


class Place(NamedTuple):
    """Which folder a path leads to; another one where a disk was mounted or left."""

    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What there is to do since the last look."""

    ready: dict[Path, Stamp]  # new or changed, and complete
    gone: tuple[Path, ...]
    unsettled: bool  # some files are still changing: look again soon

    def __bool__(self) -> bool:
        return bool(self.ready or self.gone)


@dataclass(slots=True)
class _Pending:
    """A file that changed, or went if it has no stamp, and since when it stands so."""

    stamp: Stamp | None
    since_s: float


@dataclass(slots=True)
class Watched:
    """Folders, and what of them is in the library. Paths are absolute; `known` are those the library has."""

    folders: Sequence[Path]
    known: dict[Path, Stamp | None]  # None: from an earlier run
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _pending: dict[Path, _Pending] = field(default_factory=dict)
    _places: dict[Path, Place] = field(default_factory=dict)
    _absent: set[Path] = field(default_factory=set)
    _looked: bool = False

    def look(self) -> Changes:
        """Compare the folders with what is known; a folder that seems to be unmounted keeps all it had."""
        found: dict[Path, Stamp] = {}
        present: list[Path] = []
        for folder in self.folders:
            below = dict(_stamped(pdfs_below(folder)))
            if self._is_there(folder, below):
                present.append(folder)
            found |= below
        ready = {path: stamp for path, stamp in found.items() if self._is_ready(path, stamp)}
        missing = [
            path for path in self.known if path not in found and any(path.is_relative_to(folder) for folder in present)
        ]
        gone = tuple(path for path in missing if self._is_gone(path))
        for path in self._pending.keys() - found.keys() - set(missing):
            del self._pending[path]
        self._looked = True
        return Changes(ready, gone, unsettled=bool(self._pending.keys() - ready.keys() - set(gone)))

    def done(self, changes: Changes) -> None:
        """Take what a look found as done."""
        self.known |= changes.ready
        for path in changes.gone:
            del self.known[path]
        for path in (*changes.ready, *changes.gone):
            self._pending.pop(path, None)

    def _is_there(self, folder: Path, below: dict[Path, Stamp]) -> bool:
        """Whether what is missing below this folder went on its own; says when that begins and ends to be so."""
        place = _place(folder)
        had = any(path.is_relative_to(folder) for path in self.known)
        left = place is None or (had and not below and place != self._places.get(folder))
        if left and folder not in self._absent:
            why = "is not there" if place is None else "is empty, as a disk that is not mounted is"
            kept = " What was read from it stays in the library." if had else ""
            self.say(f"{folder} {why}: waiting for it.{kept}")
            self._absent.add(folder)
        elif not left and folder in self._absent:
            self.say(f"{folder} is there again.")
            self._absent.remove(folder)
            self.known |= dict.fromkeys((path for path in self.known if path.is_relative_to(folder)), None)
        if place is not None and not left:
            self._places[folder] = place
        return not left

    def _is_ready(self, path: Path, stamp: Stamp) -> bool:
        """Whether a file is new or changed, and has stopped changing."""
        if self.known.get(path) == stamp:
            self._pending.pop(path, None)
            return False
        if not self._looked and time.time() - stamp.modified_ns / 1e9 > LONG_SETTLED_S:
            return True
        return self._settled(path, stamp)

    def _is_gone(self, path: Path) -> bool:
        if _has_gone(path, self.known[path]):
            return self._settled(path, None)
        self._pending.pop(path, None)
        return False

    def _settled(self, path: Path, stamp: Stamp | None) -> bool:
        now = self.clock()
        pending = self._pending.setdefault(path, _Pending(stamp, now))
        if pending.stamp != stamp:
            pending.stamp, pending.since_s = stamp, now
        return now - pending.since_s >= SETTLE_S


def _stamped(paths: Iterable[Path]) -> Iterator[tuple[Path, Stamp]]:
    for path in paths:
        with suppress(OSError):  # it went just now
            found = path.stat()
            yield path, Stamp(found.st_size, found.st_mtime_ns, found.st_dev)


def _place(folder: Path) -> Place | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return Place(found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _has_gone(path: Path, stamp: Stamp | None) -> bool:
    """Whether a file was removed, and not out of reach because a disk is not mounted."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            return False
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError:
        return False
    for folder in path.parents:
        try:
            return folder.stat().st_dev == stamp.device if stamp else any(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return False
    return False


class Hints:
    """Wakes us up when something happened below folders; by itself only now and then.

    With poll_s it asks nobody and wakes us up that often: of what other machines do on a network drive nobody is told.
    """

    def __init__(
        self, folders: Sequence[Path], stop: threading.Event, *, poll_s: float | None, say: Callable[[str], None]
    ) -> None:
        self._folders = folders
        self._stop = stop
        self._poll_s = poll_s
        self._say = say
        self._places: dict[Path, Place] = {}
        self._events: Iterator[object] | None = None

    def wait(self, at_most_s: float) -> None:
        """Wait until it is worth a look, or we are to stop; the first time until nothing more can be missed."""
        if self._poll_s is not None:
            self._stop.wait(min(at_most_s, self._poll_s))
            return
        deadline = time.monotonic() + at_most_s
        while (left_s := deadline - time.monotonic()) > 0 and not self._stop.is_set():
            places = {folder: place for folder in self._folders if (place := _place(folder))}
            if places != self._places:
                self._places, self._events = places, _events(list(places)) if places else None
                if self._events is not None:
                    self._happened(self._events)  # from its first event or time-out on it listens
                return
            if self._events is None:
                self._stop.wait(min(left_s, HINT_S))
            elif self._happened(self._events):
                return

    def _happened(self, events: Iterator[object]) -> bool:
        try:
            return bool(next(events))
        except (OSError, RuntimeError, StopIteration) as error:  # as where the system watches no more folders
            self._say(
                f"The system tells of no changes ({error}): looking every {LOOK_AGAIN_S:g} s. --poll changes that."
            )
            self._poll_s = LOOK_AGAIN_S
            return True


def _events(folders: Sequence[Path]) -> Iterator[object]:
    """What happens below folders, at least every HINT_S; nothing is lost between two calls of next()."""
    import watchfiles

    return watchfiles.watch(
        *folders,
        watch_filter=lambda change, path: path.lower().endswith(".pdf") or not os.path.isfile(path),
        rust_timeout=int(HINT_S * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
