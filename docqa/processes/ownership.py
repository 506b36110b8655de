"""One process at a time owns the embedded index, and one reads documents; the owner may share the index."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from docqa.errors import LibraryBusy

WAIT_S = 10.0  # as long as a question takes, with room


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that owns the embedded index."""

    pid: int
    purpose: str
    address: str = ""  # where it shares the index; empty if it does not
    secret: str = ""  # to be let in there, hex


@contextmanager
def owned(data: Path, purpose: str, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Own the embedded index of a data directory until the block ends; the lock goes with the process, however it dies.

    Raises LibraryBusy, naming the owner, if another process keeps it for longer than wait_s.
    """
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / "lock", timeout=wait_s)
    try:
        held = lock.acquire()
    except Timeout as error:
        holder = owner(data)
        name = f"process {holder.pid}, {holder.purpose}" if holder else "another process"
        raise LibraryBusy(
            f"The library in {data} is in use by {name}. Wait for it to end, or use another library with --data."
        ) from error
    with held:
        _note(data, Owner(os.getpid(), purpose))
        try:
            yield
        finally:
            _note(data, Owner(os.getpid(), "which has just ended"))


def share(data: Path, purpose: str, *, address: str, secret: bytes) -> None:
    """Say where this process, the owner, shares the index."""
    _note(data, Owner(os.getpid(), purpose, address, secret.hex()))


def owner(data: Path) -> Owner | None:
    """Who owned the index last; whether it still runs shows when its address is tried."""
    try:
        return Owner(**json.loads((data / "owner").read_text()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def reading(data: Path) -> Iterator[bool]:
    """Be the one process that reads documents into this library until the block ends; False if another one is."""
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / "reading.lock", timeout=0)
    try:
        held = lock.acquire()
    except Timeout:
        yield False
        return
    with held:
        yield True


def _note(data: Path, owner: Owner) -> None:
    """Write the owner down, for the eyes of this user only: the secret lets others in."""
    part = data / f".owner-{os.getpid()}"
    with suppress(FileNotFoundError):
        part.unlink()
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(owner), file)
    os.replace(part, data / "owner")
