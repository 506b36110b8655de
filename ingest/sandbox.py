"""Child processes for work on untrusted files: a hang, a crash or a memory bomb costs one page, never the run."""

import concurrent.futures
import multiprocessing
import signal
import sys
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

import pebble

from docqa.errors import DocumentError

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

        Raises PageFailed if it took too long, died or needed too much memory; else what it raised itself.
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


class Sandbox:
    """A pool of child processes; one that fails is replaced. Closing it stops them all at once."""

    def __init__(self, *, workers: int, timeout_s: float, memory_limit_mb: int) -> None:
        self.workers = workers
        self._timeout_s = timeout_s
        self._memory_limit_mb = memory_limit_mb
        method = "spawn" if sys.platform == "win32" else "forkserver"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["ingest.reading"])
        self._pool = pebble.ProcessPool(workers, initializer=_prepare, initargs=(memory_limit_mb,), context=context)

    def submit(self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Pending[Result]:
        """Run a function of a module in some child, at most timeout_s long."""
        future = self._pool.schedule(task, args=list(args), kwargs=kwargs, timeout=self._timeout_s)
        return Pending(future, self._timeout_s, self._memory_limit_mb)

    def close(self) -> None:
        self._pool.stop()
        self._pool.join()


def _prepare(memory_limit_mb: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if sys.platform == "linux":
        import resource

        limit = memory_limit_mb << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _death(exit_code: int) -> str:
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"exit code {exit_code}"
