"""Files on this machine's disk. A file is complete or absent: each is written beside its place and moved there."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from docqa.errors import LibraryFull

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Disk:
    """Files below a root, by keys such as ab/abcd/pages/7.jpg."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, key: str, content: bytes) -> None:
        with written(self.place(key)) as file:
            file.write(content)

    def open(self, key: str) -> IO[bytes]:
        return self.place(key).open("rb")

    def exists(self, key: str) -> bool:
        return self.place(key).is_file()

    def place(self, key: str) -> Path:
        return self._root / key

    def keep(self, key: str) -> None:
        _sync_folder(self.place(key).parent)

    def fetch(self, key: str) -> Path:
        return self.place(key)

    def folders(self) -> list[str]:
        return [f"{folder.parent.name}/{folder.name}" for folder in self._root.glob("??/*")]

    def remove(self, folder: str) -> list[int]:
        trash = Path(tempfile.mkdtemp(prefix="deleted-", dir=uploads(self._root)))
        try:
            os.replace(self._root / folder, trash / "folder")  # at once: it may be coming again meanwhile
        except FileNotFoundError:
            pass
        sizes = [path.stat().st_size for path in trash.rglob("*") if path.is_file()]
        shutil.rmtree(trash)
        return sizes


def uploads(root: Path) -> Path:
    """Where files are put that are still coming, or going, on the disk where they will stay."""
    folder = root / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def copy(source: Path, target: Path, sha256: str) -> None:
    """Copy a file; its bytes are on the disk for good when this returns, its name is with Disk.keep.

    Raises OSError, also if its bytes do not have this sha256 any more.
    """
    found = hashlib.sha256()
    with source.open("rb") as file, written(target) as copied:
        while block := file.read(1 << 20):
            found.update(block)
            copied.write(block)
        if found.hexdigest() != sha256:
            raise OSError("it changes while it is being read: try again when it is complete")
        copied.flush()
        os.fsync(copied.fileno())


def link(source: Path, target: Path) -> None:
    """Give a file of the same disk a second name, or copy it where there are no links; it replaces what is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{source.parent.name}.part")
    try:
        os.link(source, beside)
    except OSError:
        shutil.copyfile(source, beside)
    os.replace(beside, target)
    beside.unlink(missing_ok=True)  # it stays where both were names of one file already


@contextmanager
def written(target: Path) -> Iterator[IO[bytes]]:
    """A file to write, which is at its place once the block ends well.

    Raises LibraryFull if there is no room for it.
    """
    with _room_at(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as file:
            try:
                yield file
                file.close()
                os.replace(file.name, target)
            except BaseException:
                os.unlink(file.name)
                raise


@contextmanager
def _room_at(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise LibraryFull(f"The disk that holds {folder} is full: make room") from error


def _sync_folder(folder: Path) -> None:
    """Put a new name on the disk for good, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
