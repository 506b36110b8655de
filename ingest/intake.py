"""Files into the library, to be read; and what became of them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from docqa.errors import DocumentError
from docqa.library import Library
from docqa.storage import files
from docqa.text.visible import visible

Unlocked = Callable[[Path], AbstractContextManager[Path | None]]
Outcome = Literal["done", "unchanged", "failed"]


class Progress(Protocol):
    """Who wants to know how far it is."""

    def register(self, files: int, of: int) -> None: ...

    def begin(self, pages: int) -> None:
        """So many more pages are to be read."""
        ...

    def page(self, document: str) -> None: ...

    def images(self, tried: int, of: int) -> None:
        """So many page images were given to the model that embeds them, of so many that are known of."""
        ...


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    path: Path
    outcome: Outcome
    error: str = ""  # why it failed, or which of its pages did
    pages: int = 0
    tried_before: bool = False  # it failed in an earlier run, and was not tried now


@dataclass(frozen=True, slots=True)
class Registered:
    """A file that is in the library."""

    path: Path
    document_id: str
    known_before: bool  # it was read, or failed, in an earlier run


def as_it_is(_: Path) -> AbstractContextManager[None]:
    """Files that are read without a password."""
    return nullcontext()


def register(
    library: Library,
    paths: Sequence[Path],
    *,
    collection: str,
    progress: Progress,
    unlocked: Unlocked = as_it_is,
) -> tuple[list[Registered], list[FileReport]]:
    """Put files into the library; returns them, and reports of those that cannot be opened.

    `unlocked` gives the copy of a file that is to be read instead, or raises DocumentError.
    """
    registered: list[Registered] = []
    unreadable: list[FileReport] = []
    for number, path in enumerate(paths, start=1):
        try:
            registered.append(_register(library, path, collection, unlocked))
        except DocumentError as error:
            unreadable.append(FileReport(path, "failed", str(error)))
        except OSError as error:
            unreadable.append(FileReport(path, "failed", f"cannot be read: {error.strerror or error}"))
        except UnicodeEncodeError:
            unreadable.append(FileReport(path, "failed", "its name is not valid UTF-8: rename it"))
        progress.register(number, len(paths))
    return registered, unreadable


def requeue_failed(library: Library, paths: Sequence[Path] | None) -> list[Registered]:
    """Let failed documents and failed pages be read again: all of them, or those of these files."""
    wanted = {str(path) for path in paths} if paths is not None else None
    places = {
        document.id: [path for _, path in library.catalog.sources.of(document.id) if wanted is None or path in wanted]
        for document in library.catalog.documents()
    }
    library.catalog.visuals.retry_refused([document_id for document_id, found in places.items() if found])
    retried = library.retry([document_id for document_id, found in places.items() if found])
    return [Registered(Path(places[document.id][0]), document.id, known_before=False) for document in retried]


def reports(library: Library, registered: Sequence[Registered]) -> list[FileReport]:
    """What became of files by now."""
    return [_report(library, each) for each in registered]


def _register(library: Library, path: Path, collection: str, unlocked: Unlocked) -> Registered:
    str(path).encode()
    document_id = files.digest(path)
    with unlocked(path) as copy:

        def store() -> None:
            library.files.store_original(path, document_id)
            if copy:
                library.files.adopt_unlocked(copy, document_id)

        library.register(
            document_id,
            name=visible(path.name) or path.name,
            size_bytes=path.stat().st_size,
            collection=collection,
            path=str(path),
            store=store,
        )
        if copy:
            library.retry([document_id])
    document = library.catalog.document(document_id)
    return Registered(path, document_id, known_before=document is not None and document.state in ("done", "failed"))


def _report(library: Library, file: Registered) -> FileReport:
    document = library.catalog.document(file.document_id)
    if document is None:
        return FileReport(file.path, "failed", "deleted while it was being read")
    if document.state == "failed":
        return FileReport(file.path, "failed", document.error, tried_before=file.known_before)
    return FileReport(file.path, "unchanged" if file.known_before else "done", document.error, document.pages)
