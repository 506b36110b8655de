"""Files on their way to the API: from a path or an open file, never whole in memory."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from docqa.errors import UsageError

UNNAMED = "document.pdf"

Uploadable = str | os.PathLike[str] | IO[bytes]


@dataclass(frozen=True, slots=True)
class Upload:
    """An open file and what to call it."""

    name: str  # may begin with folders, which tell files of one name apart
    file: IO[bytes]


@contextmanager
def opened(files: Sequence[Uploadable]) -> Iterator[tuple[Upload, ...]]:
    """The files open for reading; those that came as paths are closed when the block ends.

    Raises UsageError if there is none, or one cannot be opened.
    """
    if not files:
        raise UsageError("No file to upload: name at least one PDF")
    with ExitStack() as stack:
        yield tuple(_opened(each, stack) for each in files)


def _opened(file: Uploadable, stack: ExitStack) -> Upload:
    if not isinstance(file, str | os.PathLike):
        return Upload(_name(file), file)
    try:
        return Upload(Path(file).name, stack.enter_context(Path(file).open("rb")))
    except OSError as error:
        raise UsageError(f"{os.fspath(file)} cannot be opened: {error.strerror}") from error


def _name(file: IO[bytes]) -> str:
    """What an open file is called, with its folders if it came with a folder of somebody else's."""
    name = getattr(file, "name", None)
    if not isinstance(name, str):
        return UNNAMED
    return Path(name).name if Path(name).is_absolute() else name
