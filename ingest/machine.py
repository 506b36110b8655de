"""What runs on each machine of a cluster: a task in a sandbox of that machine, and the embedding model."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docqa.errors import DocQAError
from docqa.protocols import Embedder
from docqa.storage import disk
from docqa.types import Vector
from ingest.sandbox import Sandbox

IDLE_S = 600.0  # a copy of a file that was not used for so long is removed
PROBE = "The same model gives the same vector."


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a task may take of the machine that does it."""

    timeout_s: float
    memory_limit_mb: int


@dataclass(frozen=True, slots=True)
class Shipped:
    """A file of another machine."""

    path: Path
    size_bytes: int
    modified_ns: int
    name: str  # of the copy: no other bytes have it
    content: Callable[[], bytes]  # fetches it


@dataclass(frozen=True, slots=True)
class About:
    """What has to be the same on all machines."""

    version: str
    probe: Vector


def run(task: Callable[..., Any], args: Sequence[Any], allowance: Allowance) -> Any:  # noqa: ANN401  what the task returns
    """Do a task in a sandbox; what docqa raises is returned: it is a result, and nothing to try again."""
    local = [_local(each) if isinstance(each, Shipped) else each for each in args]
    try:
        pending = _sandbox(allowance).submit(task, *local)
        try:
            return pending.result()
        except KeyboardInterrupt:  # it was cancelled
            pending.cancel()
            raise
    except DocQAError as error:
        return error


class Embedding:
    """The embedding model on one core, made when it is first used."""

    def __init__(self, make: Callable[[], Embedder]) -> None:
        self._make = make

    @cached_property
    def _embedder(self) -> Embedder:
        return self._make()

    def about(self) -> About:
        return About(version("docqa"), self._embedder.embed_passages([PROBE])[0])

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        return self._embedder.embed_passages(texts)


@cache
def _sandbox(allowance: Allowance) -> Sandbox:
    """Of this process, which does one task after the other."""
    return Sandbox(workers=1, timeout_s=allowance.timeout_s, memory_limit_mb=allowance.memory_limit_mb)


def _local(shipped: Shipped) -> Path:
    """The file, where this machine sees it; else a copy."""
    if _is_here(shipped):
        return shipped.path
    copy = _copies() / shipped.name
    try:
        os.utime(copy)
    except FileNotFoundError:
        _clean()
        with disk.written(copy) as file:
            file.write(shipped.content())
    return copy


def _is_here(shipped: Shipped) -> bool:
    try:
        facts = shipped.path.stat()
    except OSError:
        return False
    return (facts.st_size, facts.st_mtime_ns) == (shipped.size_bytes, shipped.modified_ns)


def _copies() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("docqa", appauthor=False)) / "shipped"


def _clean() -> None:
    """Remove copies that nobody uses any more."""
    for copy in _copies().glob("*"):
        try:
            if copy.stat().st_mtime < time.time() - IDLE_S:
                copy.unlink()
        except FileNotFoundError:  # another process was faster
            continue
