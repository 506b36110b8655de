"""Files in an object store, such as s3://bucket/prefix. The only file that knows fsspec."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from docqa.errors import FilesUnavailable, MissingExtra, SettingsError
from docqa.storage.disk import written

IN_USE_S = 3600.0  # a copy that was asked for so recently may not have been opened yet


class Bucket:
    """Files below an address of fsspec, by keys such as ab/abcd/pages/7.jpg.

    What has to be a file of this machine, as a PDF that is read, is copied into `copies`; of those that were not used
    within an hour as many are kept as fit in `copies_bytes`. Methods raise FilesUnavailable if the store does not
    answer or refuses, FileNotFoundError if it has no such file.
    """

    def __init__(self, url: str, copies: Path, *, copies_bytes: int) -> None:
        self._url = url
        self._copies = copies
        self._copies_bytes = copies_bytes
        self._files, self._root = _file_system(url)

    def write(self, key: str, content: bytes) -> None:
        with self._translated(writing=True):
            self._files.pipe_file(self._path(key), content)

    def open(self, key: str) -> IO[bytes]:
        with self._translated():
            opened: IO[bytes] = self._files.open(self._path(key), "rb")
        return opened

    def exists(self, key: str) -> bool:
        with self._translated():
            return bool(self._files.isfile(self._path(key)))

    def place(self, key: str) -> Path:
        return self._copies / key.replace("/", "-")

    def keep(self, key: str) -> None:
        with self._translated(writing=True):
            self._files.put_file(str(self.place(key)), self._path(key))

    def fetch(self, key: str) -> Path:
        copy = self.place(key)
        try:
            os.utime(copy)
        except FileNotFoundError:
            self._make_room()
            with self._translated(), self._files.open(self._path(key), "rb") as source, written(copy) as file:
                while block := source.read(8 << 20):
                    file.write(block)
        return copy

    def folders(self) -> list[str]:
        with self._translated():
            try:
                above = self._files.ls(self._root, detail=False)
            except FileNotFoundError:  # nothing was written yet
                return []
            found = [path for folder in above for path in self._files.ls(folder, detail=False)]
        return ["/".join(path.rstrip("/").split("/")[-2:]) for path in found]

    def remove(self, folder: str) -> list[int]:
        for copy in self._copies.glob(f"{folder.replace('/', '-')}-*"):
            copy.unlink(missing_ok=True)
        with self._translated():
            found = self._files.find(self._path(folder), detail=True)
            if found:
                self._files.rm(list(found))
        return [int(file["size"]) for file in found.values()]

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    def _make_room(self) -> None:
        """Remove the copies that were not used for longest, if all together are too large."""
        copies = sorted(_with_facts(self._copies.glob("*")), key=lambda each: each[0].st_mtime)
        total = sum(facts.st_size for facts, _ in copies)
        for facts, path in copies:
            if total <= self._copies_bytes or facts.st_mtime > time.time() - IN_USE_S:
                return
            path.unlink(missing_ok=True)
            total -= facts.st_size

    @contextmanager
    def _translated(self, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # every file system that fsspec knows has classes of its own
            if isinstance(error, FileNotFoundError) and not writing:
                raise
            raise FilesUnavailable(
                f"The files at {self._url} cannot be reached: {str(error)[:300]}. Check DOCQA_FILES__URL and what lets"
                " you in there (docs/scaling.md)"
            ) from error


def _with_facts(paths: Iterable[Path]) -> Iterator[tuple[os.stat_result, Path]]:
    """Files with what the system knows of them; without those that another process has removed just now."""
    for path in paths:
        with suppress(FileNotFoundError):
            yield path.stat(), path


def _file_system(url: str) -> tuple[Any, str]:
    """The file system of an address, and the path that the address has on it."""
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
    except ImportError as error:
        raise MissingExtra("s3", f"Keeping files at {url}") from error
    except ValueError as error:
        raise SettingsError(f"DOCQA_FILES__URL={url}: {error}") from error
    return files, root.rstrip("/")
