"""Child processes that are kept running: started again when they die, their output kept in logs, stopped together."""

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from docqa.errors import ServiceUnavailable

TICK_S = 0.1
LAST_LINES = 12  # of a child's output, shown when it is given up
LOG_BYTES, LOG_FILES = 5 << 20, 3
NEW_PROCESS_GROUP = 0x200  # subprocess names it on Windows only

_TROUBLED_RECORD = re.compile(r"(?:\d{4}-\d\d-\d\d[ T][\d:.,]+ )?(WARNING|ERROR|CRITICAL)\b")
_TROUBLE = ("Fatal Python error", "docqa: ")


@dataclass(frozen=True, slots=True)
class Policy:
    """When a child that died is started again, and when no more."""

    first_delay_s: float = 0.5  # doubles with every quick death
    longest_delay_s: float = 30.0
    quick_s: float = 30.0  # who lives shorter died quickly
    quick_deaths: int = 3  # in a row: then it is given up
    grace_s: float = 10.0  # to stop in, before it is killed

    def delay_s(self, quick_deaths: int) -> float:
        """How long to wait after so many quick deaths in a row."""
        return float(min(self.first_delay_s * 2 ** max(quick_deaths - 1, 0), self.longest_delay_s))


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, under a name that people see."""

    name: str
    words: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)  # on top of our own


@dataclass(slots=True)
class _Child:
    command: Command
    log: "_Log"
    process: subprocess.Popen[str]
    started_at: float
    quick_deaths: int = 0
    start_again_at: float | None = None  # None while it runs


class Supervisor:
    """Keeps commands running until the block ends, then stops them; the one started first is stopped last.

    To be used by the main thread.
    """

    def __init__(self, logs: Path, *, say: Callable[[str], None], policy: Policy | None = None) -> None:
        self._logs = logs
        self._say = say
        self._policy = policy or Policy()
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, command: Command) -> None:
        """Run a command from now on."""
        log = _Log(self._logs / f"{command.name}.log", command.name, self._say)
        self._children.append(_Child(command, log, _spawn(command, log), time.monotonic()))

    def tend(self, until: Callable[[], bool], *, patient: bool = False) -> None:
        """Start again what dies, until a condition holds.

        Raises ServiceUnavailable if a child died quickly too often in a row; a patient supervisor goes on trying.
        """
        while not until():
            for child in self._children:
                self._look_after(child, patient)
            time.sleep(TICK_S)

    def stop(self) -> None:
        """Ask all to stop, and kill those that take longer than allowed; Ctrl-C meanwhile kills them at once."""
        for wave in (self._children[1:], self._children[:1]):
            running = [child.process for child in wave if child.process.poll() is None]
            deadline = time.monotonic() + self._policy.grace_s
            try:
                for process in running:
                    _ask_to_stop(process)
                while any(process.poll() is None for process in running) and time.monotonic() < deadline:
                    time.sleep(TICK_S / 5)
            except KeyboardInterrupt:
                self._say("Stopping at once.")
            for process in running:
                _kill(process)
        for child in self._children:
            child.log.close()
        self._children.clear()

    def _look_after(self, child: _Child, patient: bool) -> None:
        now = time.monotonic()
        if child.start_again_at is not None:
            if now >= child.start_again_at:
                child.process, child.started_at, child.start_again_at = _spawn(child.command, child.log), now, None
        elif (code := child.process.poll()) is not None:
            _let_go(child.process)
            lived_s = now - child.started_at
            child.quick_deaths = child.quick_deaths + 1 if lived_s < self._policy.quick_s else 0
            if child.quick_deaths >= self._policy.quick_deaths and not patient:
                raise ServiceUnavailable(self._farewell(child))
            delay_s = self._policy.delay_s(child.quick_deaths)
            self._say(f"[{child.command.name}] {_ended(code)}; starting it again in {delay_s:g} s")
            child.start_again_at = now + delay_s

    def _farewell(self, child: _Child) -> str:
        child.log.drain()
        lines = "".join(f"\n  {line}" for line in child.log.last)
        return (
            f"{child.command.name} ended {child.quick_deaths} times within {self._policy.quick_s:g} s of its start and"
            f" is given up. {child.log.path} holds all it said, at last:{lines}"
        )


def _spawn(command: Command, log: "_Log") -> subprocess.Popen[str]:
    """Start a child that hears of Ctrl-C from us alone, holding its standard input open (docqa.processes.leash)."""
    # Not a session of its own: niceness counts among processes of one session only, where Linux groups by session.
    windows = sys.platform == "win32"
    process = subprocess.Popen(
        command.words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **command.env},
        process_group=None if windows else 0,
        creationflags=NEW_PROCESS_GROUP if windows else 0,
    )
    assert process.stdout is not None
    log.follow(process.stdout)
    return process


def _ask_to_stop(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.terminate()


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process, if it has not ended, with all that it started."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _let_go(process)


def _let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()


def _ended(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"


class _Log:
    """What a child says: all of it in a file, warnings and errors also to the terminal."""

    def __init__(self, path: Path, name: str, say: Callable[[str], None]) -> None:
        self.path = path
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self._file = _RotatedFile(path, say)
        self._name = name
        self._say = say
        self._in_traceback = False
        self._reader: threading.Thread | None = None

    def follow(self, output: IO[str]) -> None:
        """Take down what comes, until the child and those it left behind have ended."""
        self._reader = threading.Thread(target=self._read, args=(output,), name=f"{self._name} log", daemon=True)
        self._reader.start()

    def drain(self) -> None:
        """Wait a little for what the child said last."""
        if self._reader is not None:
            self._reader.join(timeout=1.0)

    def close(self) -> None:
        self.drain()
        self._file.close()

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in map(str.rstrip, output):
                self.last.append(line)
                self._file.handle(logging.makeLogRecord({"msg": line}))
                if self._is_trouble(line):
                    self._say(f"[{self._name}] {line}")

    def _is_trouble(self, line: str) -> bool:
        """Whether a line is a warning or error, or the end of a traceback, which names the error."""
        if line.startswith("Traceback (most recent call last)"):
            self._in_traceback = True
        elif self._in_traceback and not line.startswith(" "):
            self._in_traceback = False
            return True
        return line.startswith(_TROUBLE) or _TROUBLED_RECORD.match(line) is not None


class _RotatedFile(RotatingFileHandler):
    """A log file; where it cannot be written, on a full disk say, the child goes on and we say so once."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", errors="replace")
        self._tell = say

    def handleError(self, record: logging.LogRecord) -> None:
        tell, self._tell = self._tell, lambda line: None
        tell(f"Cannot write {self.baseFilename}: {sys.exc_info()[1]}. The log has gaps from here on.")
