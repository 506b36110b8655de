"""What the pipeline needs of whoever runs its tasks: child processes of this machine, or those of a cluster."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
Done = TypeVar("Done", covariant=True)


class Pending(Protocol[Done]):
    """A task that was handed over."""

    def result(self) -> Done:
        """Wait for the task.

        Raises a DocumentError if it failed and would fail again, ServiceUnavailable if whoever runs it is gone.
        """
        ...

    def cancel(self) -> None:
        """Let it not be done."""
        ...


class Runner(Protocol):
    @property
    def workers(self) -> int:
        """Tasks that it runs at the same time."""
        ...

    def submit(self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Pending[Result]:
        """Run a function of a module; a Path among its arguments is a file of this machine that does not change."""
        ...
