"""Originals, page images and what was read, as files. The only place that knows where they lie."""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from docqa.errors import LibraryDamaged, NotInLibrary
from docqa.storage import disk
from docqa.storage.disk import Disk
from docqa.types import Heading, Page, Words

ID_LENGTH = 64  # of a sha256 in hex


@dataclass(frozen=True, slots=True)
class Removed:
    """What a deletion freed."""

    files: int
    bytes: int


class Store(Protocol):
    """Where the bytes of files are, by keys such as ab/abcd/pages/7.jpg. A file is complete or absent.

    Methods raise FilesUnavailable if it is on another machine that does not answer.
    """

    def write(self, key: str, content: bytes) -> None: ...

    def open(self, key: str) -> IO[bytes]:
        """Raises FileNotFoundError."""
        ...

    def exists(self, key: str) -> bool: ...

    def place(self, key: str) -> Path:
        """Where a large file is written on this machine, before `keep`."""
        ...

    def keep(self, key: str) -> None:
        """Take over what was written at its place: for good when this returns."""
        ...

    def fetch(self, key: str) -> Path:
        """A file of this machine with these bytes, for the next hour at least.

        Raises FileNotFoundError, if not whoever opens it.
        """
        ...

    def folders(self) -> list[str]:
        """Keys of the folders on the second level, such as ab/abcd."""
        ...

    def remove(self, folder: str) -> list[int]:
        """Delete a folder, if it is there; returns the sizes of its files."""
        ...


class Files:
    """For each document original.pdf, pages/7.jpg and pages/7.json.gz; in a store, or on the disk below `root`.

    Of one that needs a password also unlocked.pdf, which opens without.
    """

    def __init__(self, root: Path, store: Store | None = None) -> None:
        self._root = root
        self._store = store or Disk(root)

    @property
    def uploads(self) -> Path:
        """Where files are put that are still coming, on the disk where they will stay."""
        return disk.uploads(self._root)

    def original(self, document_id: str) -> Path:
        """Where the PDF's bytes lie on this machine; where they are in a bucket, a copy of them."""
        return self.fetch(_original(document_id))

    def has_original(self, document_id: str) -> bool:
        """Whether the PDF is there."""
        return self._store.exists(_original(document_id))

    def readable(self, document_id: str) -> str:
        """Key of the PDF to read: of the copy that opens without a password if there is one."""
        unlocked = _unlocked(document_id)
        return unlocked if self._store.exists(unlocked) else _original(document_id)

    def store_original(self, source: Path, document_id: str) -> None:
        """Copy a PDF in, there for good when this returns.

        Raises OSError, also if its bytes are not those of the id any more.
        """
        key = _original(document_id)
        if self._store.exists(key):
            return
        disk.copy(source, self._store.place(key), document_id)
        self._store.keep(key)

    def adopt_original(self, complete: Path, document_id: str) -> None:
        """Keep a PDF that lies in uploads and is on the disk for good; it stays there, too, as another name of it."""
        key = _original(document_id)
        if self._store.exists(key):
            return
        target = self._store.place(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(complete, target)
        except FileExistsError:  # by another request, or before a bucket failed to take it
            pass
        except OSError:  # a file system without links
            disk.copy(complete, target, document_id)
        self._store.keep(key)

    def adopt_unlocked(self, complete: Path, document_id: str) -> None:
        """Keep a copy that opens without a password, as adopt_original does; it replaces an earlier one."""
        key = _unlocked(document_id)
        disk.link(complete, self._store.place(key))
        self._store.keep(key)

    def store_page(self, document_id: str, page: Page, image: bytes) -> None:
        """Keep a page's image (JPEG) and what was read on it."""
        read = gzip.compress(json.dumps(_to_json(page), ensure_ascii=False).encode(), compresslevel=1)
        self._store.write(_page(document_id, page.number, "jpg"), image)
        self._store.write(_page(document_id, page.number, "json.gz"), read)

    def page(self, document_id: str, number: int) -> Page:
        """A page as it was read.

        Raises NotInLibrary or LibraryDamaged.
        """
        stored = self._read(document_id, number, "json.gz")
        try:
            return _from_json(json.loads(gzip.decompress(stored)))
        except (EOFError, OSError, ValueError, zlib.error) as error:
            raise LibraryDamaged(
                f"The file of page {number} of document {document_id[:12]} is damaged: delete that document"
                f" (docqa delete {document_id[:12]}) and read it again"
            ) from error

    def image(self, document_id: str, number: int) -> bytes:
        """A page's image, JPEG.

        Raises NotInLibrary.
        """
        return self._read(document_id, number, "jpg")

    def image_size(self, document_id: str, number: int) -> tuple[int, int]:
        """Width and height of a page's image in pixels.

        Raises NotInLibrary.
        """
        from PIL import Image

        with self._opened(document_id, number, "jpg") as file, Image.open(file) as image:
            return image.size

    def is_stored(self, document_id: str, number: int) -> bool:
        """Whether a page's image and what was read on it are there."""
        return all(self._store.exists(_page(document_id, number, suffix)) for suffix in ("jpg", "json.gz"))

    def recorded(self, document_id: str, pages: Iterable[int]) -> list[str]:
        """Keys of the PDF, of its unlocked copy if there is one, and of each file of these pages."""
        unlocked = _unlocked(document_id)
        read = [_page(document_id, number, suffix) for number in pages for suffix in ("jpg", "json.gz")]
        return [_original(document_id), *([unlocked] if self._store.exists(unlocked) else []), *read]

    def fetch(self, key: str) -> Path:
        """The file under a key, or a copy of it, on this machine; opening it fails if there is none."""
        with suppress(FileNotFoundError):
            return self._store.fetch(key)
        return self._store.place(key)

    def take(self, key: str, source: Path) -> None:
        """Move a file here under its key, for good when this returns."""
        place = self._store.place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, place)
        self._store.keep(key)

    def document_ids(self) -> list[str]:
        """Ids of the documents that have a folder."""
        names = (folder.split("/")[1] for folder in self._store.folders())
        return sorted(name for name in names if len(name) == ID_LENGTH)

    def remove(self, document_id: str) -> Removed:
        """Delete everything of a document.

        Raises OSError if something stays.
        """
        sizes = self._store.remove(_folder(document_id))
        return Removed(len(sizes), sum(sizes))

    def _read(self, document_id: str, number: int, suffix: str) -> bytes:
        with self._opened(document_id, number, suffix) as file:
            return file.read()

    @contextmanager
    def _opened(self, document_id: str, number: int, suffix: str) -> Iterator[IO[bytes]]:
        try:
            with self._store.open(_page(document_id, number, suffix)) as file:
                yield file
        except FileNotFoundError as error:
            raise NotInLibrary(
                f"Page {number} of document {document_id[:12]} has not been read, or its file is gone: run docqa doctor"
            ) from error


def digest(path: Path) -> str:
    """sha256 of a file's bytes, hex: the id of the document it holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(document_id: str) -> str:
    return f"{document_id[:2]}/{document_id}"


def _original(document_id: str) -> str:
    return f"{_folder(document_id)}/original.pdf"


def _unlocked(document_id: str) -> str:
    return f"{_folder(document_id)}/unlocked.pdf"


def _page(document_id: str, number: int, suffix: str) -> str:
    return f"{_folder(document_id)}/pages/{number}.{suffix}"


def _to_json(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "text": page.text,
        "words": list(page.words.as_numbers()),
        "headings": [[h.start, h.text, h.size] for h in page.headings],
        "drawn": page.drawn,
        "printed": page.printed,
        "running": page.running,
        "first_running": page.first_running,
    }


def _from_json(data: dict[str, Any]) -> Page:
    words = Words.from_numbers(data.pop("words"))
    headings = tuple(Heading(*heading) for heading in data.pop("headings"))
    running, first = (tuple((start, end) for start, end in data.pop(name, ())) for name in ("running", "first_running"))
    return Page(words=words, headings=headings, running=running, first_running=first, **data)
