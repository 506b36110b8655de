"""One process at a time owns the embedded index."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from docqa.errors import LibraryBusy

WAIT_S = 10.0  # as long as a question takes, with room


@contextmanager
def owned(data: Path, purpose: str, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Own a data directory until the block ends; the lock goes with the process, however that dies.

    Raises LibraryBusy, naming the owner, if another process keeps it for longer than wait_s.
    """
    data.mkdir(parents=True, exist_ok=True)
    owner = data / "owner"
    try:
        with FileLock(data / "lock", timeout=wait_s):
            owner.write_text(f"process {os.getpid()}, {purpose}")
            yield
    except Timeout as error:
        holder = owner.read_text() if owner.exists() else "another process"
        raise LibraryBusy(
            f"The library in {data} is in use by {holder}. Wait for it to end, or use another library with --data."
        ) from error
