"""Child processes for work on untrusted files: a hang, a crash or a memory bomb costs one page, never the run."""

import concurrent.futures
import logging
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from typing import Any, Generic, ParamSpec, TypeVar

import pebble

from docqa.errors import DocumentError

logger = logging.getLogger(__name__)

Given = ParamSpec("Given")
Result = TypeVar("Result")


class PageFailed(DocumentError):
    """The work on this page was given up; its message says why."""


class Pending(Generic[Result]):
    """A task that was handed to the sandbox."""

    def __init__(self, future: Any, timeout_s: float, memory_limit_mb: int) -> None:  # noqa: ANN401  pebble.ProcessFuture
        self._future = future
        self._timeout_s = timeout_s
        self._memory_limit_mb = memory_limit_mb

    def result(self) -> Result:
        """Wait for the task.

        Raises a DocumentError that the task raised, or PageFailed if it failed otherwise: took too long, died, needed
        too much memory, or made a parser fail.
        """
        try:
            result: Result = self._future.result()
            return result
        except concurrent.futures.TimeoutError as error:
            raise PageFailed(f"timed out after {self._timeout_s:g} s (DOCQA_INGEST__PAGE_TIMEOUT_S)") from error
        except pebble.ProcessExpired as error:
            raise PageFailed(f"the process reading it died ({_death(error.exitcode)})") from error
        except MemoryError as error:
            raise PageFailed(f"needs more than {self._memory_limit_mb} MB (DOCQA_INGEST__MEMORY_LIMIT_MB)") from error

    def cancel(self) -> None:
        """Let it not be done, or not be finished."""
        self._future.cancel()


class Sandbox:
    """A pool of child processes, started with the first task; one that fails is replaced."""

    def __init__(self, *, workers: int, timeout_s: float, memory_limit_mb: int) -> None:
        self.workers = workers
        self._timeout_s = timeout_s
        self._memory_limit_mb = memory_limit_mb
        self._pool: pebble.ProcessPool | None = None

    def submit(self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Pending[Result]:
        """Run a function of a module in some child, at most timeout_s long."""
        if self._pool is None:
            self._pool = self._started()
        future = self._pool.schedule(_contained, args=[task, args, kwargs], timeout=self._timeout_s)
        return Pending(future, self._timeout_s, self._memory_limit_mb)

    def close(self) -> None:
        """Stop all children at once."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()

    def _started(self) -> pebble.ProcessPool:
        with _interrupts_held_back():
            context = _context()
            limit = (self._memory_limit_mb,)
            pool = pebble.ProcessPool(self.workers, initializer=_limit_memory, initargs=limit, context=context)
            for greeting in [pool.schedule(time.sleep, args=[0.02]) for _ in range(self.workers)]:
                greeting.result()
        return pool


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let a Ctrl-C wait until the block ends: children that are stopped while they start complain on the terminal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if held:
        signal.raise_signal(signal.SIGINT)


def _context() -> multiprocessing.context.BaseContext:
    """How children are started: where the system can, forked from a server process that has the parsers loaded."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingest.parse", "ingest.ocr"])
    if threading.current_thread() is threading.main_thread():
        # A terminal sends Ctrl-C to all processes: the server, and so its children, inherit that they ignore it.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            forkserver.ensure_running()
        finally:
            signal.signal(signal.SIGINT, handler)
    return context


def _limit_memory(memory_limit_mb: int) -> None:
    if sys.platform == "linux":
        import resource

        limit = memory_limit_mb << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _contained(task: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
    """Run a task in the child; whatever untrusted bytes make a parser raise becomes an error that can travel."""
    try:
        return task(*args, **kwargs)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:
        logger.info("a task in the sandbox failed", exc_info=error)
        raise PageFailed(f"the parser failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}") from None


def _death(exit_code: int) -> str:
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"exit code {exit_code}"
