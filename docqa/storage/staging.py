"""A place on the library's disk for files that are still coming, or are needed for a moment."""

import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = ".lock"


class Staging:
    """A folder of this process below a root, locked as long as the process lives."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder: Path | None = None
        self._lock: FileLock | None = None

    def clean(self) -> None:
        """Remove what processes left that were killed."""
        for folder in self._root.iterdir():
            try:
                with FileLock(folder / LOCK, timeout=0):
                    shutil.rmtree(folder)
            except (Timeout, FileNotFoundError, NotADirectoryError):  # in use, or another process removed it
                continue

    def folder(self) -> Path:
        """Of this process."""
        if self._folder is None:
            folder = Path(tempfile.mkdtemp(prefix="staging-", dir=self._root))
            self._lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
            self._lock.acquire()
            self._folder = folder
        return self._folder

    def close(self) -> None:
        """Remove it."""
        if self._folder is not None and self._lock is not None:
            shutil.rmtree(self._folder)
            self._lock.release()
            self._folder = self._lock = None
