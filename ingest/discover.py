"""Which files to ingest."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from docqa.errors import UsageError


def discover(paths: Iterable[str]) -> list[Path]:
    """PDF files named by files, folders (and what is below, but hidden) and glob patterns; absolute, sorted, each once.

    A file named itself is taken whatever it is called. Raises UsageError if a path leads to nothing.
    """
    found: dict[Path, None] = {}
    for path in paths:
        below = sorted(_files(path))
        if not below:
            raise UsageError(_nothing_at(path))
        found.update(dict.fromkeys(below))
    return list(found)


def _files(path: str) -> Iterator[Path]:
    given = Path(os.path.expanduser(path))
    if given.is_file():
        yield given.resolve()
    elif given.is_dir():
        yield from pdfs_below(given.resolve())
    else:
        for match in glob.glob(str(given), recursive=True):
            if Path(match).is_dir():
                yield from pdfs_below(Path(match).resolve())
            elif Path(match).is_file():
                yield Path(match).resolve()


def pdfs_below(folder: Path) -> Iterator[Path]:
    """PDF files in an absolute folder and below, but hidden ones; what cannot be looked at is left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if name.lower().endswith(".pdf") and not name.startswith(".") and os.path.isfile(path):
                yield path.resolve()


def _nothing_at(path: str) -> str:
    if os.path.isdir(os.path.expanduser(path)):
        return f"No PDF in {path} or below it"
    if glob.has_magic(path):
        return f"No file matches {path}"
    return f"No such file or folder: {path}" + ("" if Path(path).suffix else ". A question goes in quotes.")
