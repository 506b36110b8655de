"""Child processes for work on untrusted files: a hang, a crash or a memory bomb costs one page, never the run."""

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any, Generic, ParamSpec, TypeVar

from docqa.errors import SettingsError
from ingest.child import Child, PageFailed, Task, TimedOut

__all__ = ["PageFailed", "Pending", "Sandbox", "TimedOut"]

STOPPED = "the run was stopped"

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Pending(Generic[Result]):
    """A task that was handed to the sandbox."""

    def __init__(self, future: "Future[Result]") -> None:
        self._future = future

    def result(self) -> Result:
        """Wait for the task.

        Raises a DocumentError that the task raised, or PageFailed if it failed otherwise: took too long, died, needed
        too much memory, or made a parser fail.
        """
        return self._future.result()

    def cancel(self) -> None:
        """Let it not be done, unless it has begun."""
        self._future.cancel()


class Sandbox:
    """Child processes, started with the first task; one that fails is replaced. Each has a thread here that asks it.

    They share nothing, neither a lock nor a pipe: whenever one dies, the others go on.
    """

    def __init__(self, *, workers: int, timeout_s: float, memory_limit_mb: int) -> None:
        self.workers = workers
        self._timeout_s = timeout_s
        self._memory_limit_mb = memory_limit_mb
        self._threads: ThreadPoolExecutor | None = None
        self._context: ForkServerContext | SpawnContext | None = None
        self._mine = threading.local()  # its child, for each thread
        self._children: set[Child] = set()
        self._changing = threading.Lock()
        self._closed = False

    def submit(self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Pending[Result]:
        """Run a function of a module in some child, at most timeout_s long."""
        if self._threads is None:
            self._context = _context()
            self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="sandbox")
        return Pending(self._threads.submit(self._done, Task(task, args, kwargs)))

    def close(self) -> None:
        """Stop all children at once."""
        with self._changing:
            self._closed = True
            for child in self._children:
                child.kill()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def _done(self, task: Task) -> Any:  # noqa: ANN401  whatever the task returns
        child: Child | None = getattr(self._mine, "child", None)
        if child is None or not child.is_there:
            child = self._mine.child = self._replaced(child)
        return child.ask(task)

    def _replaced(self, child: Child | None) -> Child:
        with self._changing:
            if child is not None:
                child.kill()
                self._children.discard(child)
            if self._closed:
                raise PageFailed(STOPPED)
            assert self._context is not None
            fresh = Child(self._context, timeout_s=self._timeout_s, memory_limit_mb=self._memory_limit_mb)
            self._children.add(fresh)
        try:
            fresh.wait()
        except EOFError:
            if self._closed:
                raise PageFailed(STOPPED) from None
            limit = f"DOCQA_INGEST__MEMORY_LIMIT_MB is {self._memory_limit_mb}: if that is little, raise it"
            raise SettingsError(f"A process that reads pages died while it started. {limit}") from None
        return fresh


def _context() -> ForkServerContext | SpawnContext:
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
