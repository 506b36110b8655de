"""The file a library is backed up in: a plain tar, at its end SHA256SUMS with the digest of every other member.

Who reads it trusts nothing in it: a member must have a name that a backup has, and the bytes that SHA256SUMS says.
"""

import hashlib
import io
import itertools
import json
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from docqa.errors import BackupDamaged, UsageError

FORMAT = 1
HEAD = "docqa-backup.json"  # the first member: {"format": 1}
SUMS = "SHA256SUMS"  # the last one
CATALOG = "catalog.db"
FILES = "files/"
PASSAGES = "passages/"

_KNOWN = re.compile(
    rf"{re.escape(HEAD)}|{re.escape(CATALOG)}|{PASSAGES}\d{{6,9}}\.jsonl\.gz"
    rf"|{FILES}(?P<two>[0-9a-f]{{2}})/(?P=two)[0-9a-f]{{62}}/((?:original|unlocked)\.pdf|pages/\d{{1,8}}\.(jpg|json\.gz))"
)
_BLOCK = 1 << 20


class Writing:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile, sums: IO[bytes]) -> None:
        self._tar = tar
        self._sums = sums
        self.bytes = 0

    def add(self, name: str, content: bytes) -> None:
        """Put bytes in."""
        self._add(name, len(content), io.BytesIO(content))

    def add_file(self, name: str, path: Path) -> None:
        """Put a file in as it is now.

        Raises FileNotFoundError if it is not there.
        """
        with path.open("rb") as file:
            self._add(name, os.fstat(file.fileno()).st_size, file)

    def _add(self, name: str, size: int, file: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        digested = _Digested(file)
        self._tar.addfile(member, digested)
        _forget_members(self._tar)
        self._sums.write(_line(digested.sha256.hexdigest(), name))
        self.bytes += size


@contextmanager
def written(target: Path) -> Iterator[Writing]:
    """A new archive, in its place and on the disk for good once the block ends without error.

    Raises UsageError if there is such a file already, or no directory for it.
    """
    if target.exists():
        raise UsageError(f"{target} exists already: name another file, or remove it first")
    if not target.parent.is_dir():
        raise UsageError(f"There is no directory {target.parent}: make it first")
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file, tempfile.TemporaryFile(dir=target.parent) as sums:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writing = Writing(tar, sums)
                writing.add(HEAD, json.dumps({"format": FORMAT}).encode())
                yield writing
                last = tarfile.TarInfo(SUMS)
                last.size, last.mode = sums.tell(), 0o600
                sums.seek(0)
                tar.addfile(last, sums)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> None:
    """Unpack an archive into an empty folder, every byte checked.

    Raises BackupDamaged.
    """
    with tempfile.TemporaryFile(dir=folder) as sums:
        try:
            with tarfile.open(source, "r:") as tar:
                _unpack(tar, source, folder, sums)
        except (tarfile.TarError, EOFError) as error:
            raise BackupDamaged(f"{source} is not a whole backup of docqa: {error}") from error
        _check(source, folder / SUMS, sums)


def _unpack(tar: tarfile.TarFile, source: Path, folder: Path, sums: IO[bytes]) -> None:
    room = source.stat().st_size  # plain members cannot hold more than the file
    place = -1
    while member := tar.next():
        place += 1
        _forget_members(tar)
        if member.name != SUMS and not _KNOWN.fullmatch(member.name):
            raise BackupDamaged(f"{source} holds {member.name!r}, which no backup of docqa does: nothing was restored")
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.size > room:
            raise BackupDamaged(f"{source} holds {member.name}, which is no plain file: nothing was restored")
        content = tar.extractfile(member)
        assert content is not None, "it is a plain file"
        digest = _write(content, folder / member.name, source)
        if place == 0:
            _check_head(source, folder / member.name)
        if member.name != SUMS:
            sums.write(_line(digest, member.name))


def _write(content: IO[bytes], target: Path, source: Path) -> str:
    """Write a member to where it belongs; returns its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digested = _Digested(content)
    try:
        with target.open("xb") as file:
            while block := digested.read(_BLOCK):
                file.write(block)
    except FileExistsError as error:
        raise BackupDamaged(f"{source} holds {target.name} twice: nothing was restored") from error
    return digested.sha256.hexdigest()


def _check_head(source: Path, head: Path) -> None:
    try:
        found = json.loads(head.read_bytes())["format"] if head.name == HEAD else None
    except (ValueError, KeyError, TypeError):
        found = None
    if found is None:
        raise BackupDamaged(f"{source} is not a backup of docqa")
    if found != FORMAT:
        raise BackupDamaged(f"{source} has format {found}, this docqa knows {FORMAT}: restore it with the one it is of")


def _check(source: Path, promised: Path, found: IO[bytes]) -> None:
    """Compare what SHA256SUMS says with what was found, member by member."""
    if not promised.is_file():
        raise BackupDamaged(f"{source} ends before its checksums: it is not complete. Take another backup")
    found.seek(0)
    with promised.open("rb") as file:
        for ours, theirs in itertools.zip_longest(found, file, fillvalue=b""):
            if ours != theirs:
                name = (theirs or ours)[66:].decode(errors="replace").strip()
                raise BackupDamaged(f"{source} is damaged at {name}: nothing was restored. Take another backup")


def _forget_members(tar: tarfile.TarFile) -> None:
    """Let go of what was added or read: a tar remembers every member, and a library may have millions."""
    tar.members.clear()  # type: ignore[attr-defined]


def _line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()


class _Digested:
    """What was read of a file, and its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.sha256.update(block)
        return block
