"""PDFs that need a password: a copy that needs none, made by a process of its own, which gets nothing else to do."""

import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from docqa.errors import DocumentError, EncryptedPDF, UnreadablePDF
from docqa.storage.staging import Staging

COPIED, NEEDS_NONE, WRONG, UNREADABLE = range(10, 14)  # how that process ends
WRONG_PASSWORD = "this password does not open it: try another"


@dataclass(frozen=True, slots=True)
class Unlocker:
    """Makes such copies, one at a time. The password is handed over through a pipe and kept nowhere."""

    staging: Staging  # on the disk of the library
    timeout_s: float
    memory_limit_mb: int
    _turn: Lock = field(default_factory=Lock)

    @contextmanager
    def copy(self, locked: Path, password: str) -> Iterator[Path | None]:
        """A copy that lasts as long as the block, on the disk for good; None if a password is not what the PDF lacks.

        Raises EncryptedPDF if this password does not open it, or another DocumentError.
        """
        with TemporaryDirectory(dir=self.staging.folder()) as folder:
            copy = Path(folder) / "unlocked.pdf"
            needed = _mentions_encryption(locked) and self._unlock(locked, copy, password)
            if needed:
                with copy.open("rb") as file:
                    os.fsync(file.fileno())
            yield copy if needed else None

    def _unlock(self, locked: Path, copy: Path, password: str) -> bool:
        command = [sys.executable, "-m", "ingest.unlocking", str(locked), str(copy), str(self.memory_limit_mb)]
        try:
            with self._turn:
                ended = subprocess.run(
                    command,
                    input=password.encode(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    timeout=self.timeout_s,
                )
        except subprocess.TimeoutExpired:
            limit = f"{self.timeout_s:g} s (DOCQA_INGEST__PAGE_TIMEOUT_S)"
            raise DocumentError(f"decrypting it takes more than {limit}") from None
        if ended.returncode == WRONG:
            raise EncryptedPDF(WRONG_PASSWORD)
        if ended.returncode == UNREADABLE:
            raise UnreadablePDF(ended.stdout.decode("utf-8", "replace"))
        if ended.returncode not in (COPIED, NEEDS_NONE):
            raise DocumentError(f"the process decrypting it died (exit code {ended.returncode})")
        return ended.returncode == COPIED


def _mentions_encryption(path: Path) -> bool:
    """Whether it may be encrypted: where that is said is never compressed. It saves most files a process."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        return body.find(b"/Encrypt") >= 0
