"""One process that works on files nobody vouches for, and what is believed of its answers."""

import gc
import io
import logging
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any, NamedTuple

from docqa.errors import DocumentError
from docqa.processes.confinement import confine
from docqa.processes.spent import spent

LARGEST_ANSWER = 256 << 20  # bytes
ALONE_S = 2.0  # longer than it may take, a child ends by itself: whoever watched it is gone
CROWDED = 60.0  # times as long as it may work is the longest that a task may take where others have the processors
SHORTEST_S = 0.05  # that a task is given again
OBJECTS = 100_000  # that are made before Python looks for cycles: a page is thousands, which hang together in none
OURS = ("docqa.", "ingest.")

logger = logging.getLogger(__name__)


class PageFailed(DocumentError):
    """The work on this page was given up; its message says why."""


class TimedOut(PageFailed):
    """It took longer than it may."""


class OutOfMemory(PageFailed):
    """It needed too much memory: what that left behind in the process is not trusted."""


class Task(NamedTuple):
    """A function of a module, and what to call it with."""

    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


class Child:
    """A process that does one task after the other. One thread at a time may ask it, any may kill it."""

    def __init__(self, context: ForkServerContext | SpawnContext, *, timeout_s: float, memory_limit_mb: int) -> None:
        self._timeout_s = timeout_s
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, timeout_s, memory_limit_mb), daemon=True)
        self._process.start()
        theirs.close()
        self._expired = False

    def wait(self) -> None:
        """Wait until it has loaded what it needs.

        Raises EOFError if it died meanwhile.
        """
        self._connection.recv_bytes()

    @property
    def is_there(self) -> bool:
        """Whether it can be asked."""
        return not self._expired and self._process.is_alive()

    def ask(self, task: Task) -> Any:  # noqa: ANN401  whatever the task returns
        """Let it do a task.

        Raises the DocumentError that the task raised, or PageFailed if it took too long or the process died.
        """
        is_over = threading.Event()
        threading.Thread(target=self._watch, args=(is_over,), daemon=True).start()
        try:
            self._connection.send(task)
            done, answer = _believed(self._connection.recv_bytes(LARGEST_ANSWER))
        except (EOFError, OSError):
            self.kill()
            raise self._death() from None
        except pickle.UnpicklingError as error:
            self.kill()
            raise PageFailed(f"the process reading it answered with what is no page: {error}") from None
        finally:
            is_over.set()
        if isinstance(answer, OutOfMemory):
            self.kill()
        if not done:
            raise answer
        return answer

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join()

    def _watch(self, is_over: threading.Event) -> None:
        """Kill it if the task takes too long, without the time that it waits for a processor."""
        before = spent(self._process.pid)
        left = self._timeout_s
        while not is_over.wait(left):
            now = spent(self._process.pid)
            left = self._timeout_s - (now.seconds - before.seconds) if now and before and now.wants_more else 0.0
            if left < SHORTEST_S:
                self._expired = True
                self._process.kill()
                return

    def _death(self) -> PageFailed:
        """Why it is dead."""
        code = self._process.exitcode or 0
        names = {-number: number.name for number in signal.Signals}
        if self._expired or names.get(code) in ("SIGALRM", "SIGPROF"):
            return TimedOut(f"timed out after {self._timeout_s:g} s (DOCQA_INGEST__PAGE_TIMEOUT_S)")
        return PageFailed(f"the process reading it died ({names.get(code, f'exit code {code}')})")


def _serve(connection: Connection, timeout_s: float, memory_limit_mb: int) -> None:
    """Do tasks until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine(memory_limit_mb=memory_limit_mb)
    gc.set_threshold(OBJECTS)
    connection.send_bytes(b"ready")
    while True:
        _alarm(0)
        try:
            task: Task = connection.recv()
        except EOFError:
            return
        _alarm(timeout_s + ALONE_S)
        try:
            answer = pickle.dumps((True, task.function(*task.args, **task.kwargs)))
        except MemoryError:
            answer = _failure(OutOfMemory(f"needs more than {memory_limit_mb} MB (DOCQA_INGEST__MEMORY_LIMIT_MB)"))
        except DocumentError as error:
            answer = _failure(error)
        except Exception as error:
            logger.info("a task in the sandbox failed", exc_info=error)
            reason = " ".join(str(error).split())[:200]
            answer = _failure(PageFailed(f"the parser failed: {type(error).__name__}: {reason}"))
        connection.send_bytes(answer)


def _failure(error: DocumentError) -> bytes:
    return pickle.dumps((False, error))


class _Believing(pickle.Unpickler):
    """Makes our own values and errors, and calls nothing else: a parser that was taken over may send anything."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401  as pickle has it
        if module.startswith(OURS) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (_is_value(found) or issubclass(found, DocumentError)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _is_value(kind: type) -> bool:
    """Whether it only holds values: a dataclass or a named tuple."""
    return is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))


def _believed(answer: bytes) -> tuple[bool, Any]:
    """An answer as a value: whether the task was done, and what it returned or raised."""
    try:
        done, value = _Believing(io.BytesIO(answer)).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # pickle raises nearly anything for bytes that are none
        raise pickle.UnpicklingError(type(error).__name__) from error
    if not done and not isinstance(value, DocumentError):
        raise pickle.UnpicklingError("no error of ours")
    return bool(done), value


def _alarm(after_s: float) -> None:
    """End this process once it has worked so long, whatever it is doing; 0 takes it back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, after_s)
        signal.setitimer(signal.ITIMER_REAL, CROWDED * after_s)
