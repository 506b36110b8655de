"""Originals, page images and what was read, as files. The only place that knows where they lie."""

import gzip
import hashlib
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from docqa.errors import LibraryDamaged, NotInLibrary
from docqa.types import Box, Heading, Page, Word

ID_LENGTH = 64  # of a sha256 in hex


@dataclass(frozen=True, slots=True)
class Removed:
    """What a deletion took from the disk."""

    files: int
    bytes: int


class Files:
    """One folder for each document, below a root: original.pdf, pages/7.jpg, pages/7.json.gz, perhaps unlocked.pdf.

    A file is complete or absent: each is written beside its place and moved there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def uploads(self) -> Path:
        """Where files are put that are still coming, on the disk where they will stay."""
        folder = self._root / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def original(self, document_id: str) -> Path:
        """Where the PDF's bytes lie."""
        return self._folder(document_id) / "original.pdf"

    def readable(self, document_id: str) -> Path:
        """The PDF to read: the copy that opens without a password if there is one."""
        unlocked = self._unlocked(document_id)
        return unlocked if unlocked.is_file() else self.original(document_id)

    def store_original(self, source: Path, document_id: str) -> None:
        """Copy a PDF in, on the disk for good when this returns.

        Raises OSError, also if its bytes are not those of the id any more.
        """
        target = self.original(document_id)
        if target.exists():
            return
        sha256 = hashlib.sha256()
        with source.open("rb") as file, _written(target) as copy:
            while block := file.read(1 << 20):
                sha256.update(block)
                copy.write(block)
            if sha256.hexdigest() != document_id:
                raise OSError("it changes while it is being read: try again when it is complete")
            copy.flush()
            os.fsync(copy.fileno())
        _sync_folder(target.parent)

    def adopt_original(self, complete: Path, document_id: str) -> None:
        """Keep a PDF that lies in uploads and is on the disk for good; it stays there, too, as another name of it."""
        target = self.original(document_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(complete, target)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            self.store_original(complete, document_id)
        _sync_folder(target.parent)

    def adopt_unlocked(self, complete: Path, document_id: str) -> None:
        """Keep a copy that opens without a password, as adopt_original does; it replaces an earlier one."""
        target = self._unlocked(document_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{complete.parent.name}.part")
        try:
            os.link(complete, beside)
        except OSError:  # a file system without links
            shutil.copyfile(complete, beside)
        os.replace(beside, target)
        beside.unlink(missing_ok=True)  # it stays where both were names of one file already
        _sync_folder(target.parent)

    def store_page(self, document_id: str, page: Page, image: bytes) -> None:
        """Keep a page's image (JPEG) and what was read on it."""
        with _written(self._page(document_id, page.number, "jpg")) as file:
            file.write(image)
        with _written(self._page(document_id, page.number, "json.gz")) as file:
            file.write(gzip.compress(json.dumps(_to_json(page), ensure_ascii=False).encode(), compresslevel=1))

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

        try:
            with Image.open(self._page(document_id, number, "jpg")) as image:
                return image.size
        except FileNotFoundError as error:
            raise NotInLibrary(_gone(document_id, number)) from error

    def is_stored(self, document_id: str, number: int) -> bool:
        """Whether a page's image and what was read on it are there."""
        return all(self._page(document_id, number, suffix).is_file() for suffix in ("jpg", "json.gz"))

    def image_path(self, document_id: str, number: int) -> Path:
        """Where a page's image lies."""
        return self._page(document_id, number, "jpg")

    def document_ids(self) -> list[str]:
        """Ids of the documents that have a folder."""
        return sorted(folder.name for folder in self._root.glob("??/*") if len(folder.name) == ID_LENGTH)

    def remove(self, document_id: str) -> Removed:
        """Delete everything of a document.

        Raises OSError if something stays.
        """
        trash = Path(tempfile.mkdtemp(prefix="deleted-", dir=self.uploads))
        try:
            os.replace(self._folder(document_id), trash / document_id)  # at once: it may be coming again meanwhile
        except FileNotFoundError:
            pass
        sizes = [path.stat().st_size for path in trash.rglob("*") if path.is_file()]
        shutil.rmtree(trash)
        return Removed(len(sizes), sum(sizes))

    def _folder(self, document_id: str) -> Path:
        return self._root / document_id[:2] / document_id

    def _unlocked(self, document_id: str) -> Path:
        return self._folder(document_id) / "unlocked.pdf"

    def _page(self, document_id: str, number: int, suffix: str) -> Path:
        return self._folder(document_id) / "pages" / f"{number}.{suffix}"

    def _read(self, document_id: str, number: int, suffix: str) -> bytes:
        try:
            return self._page(document_id, number, suffix).read_bytes()
        except FileNotFoundError as error:
            raise NotInLibrary(_gone(document_id, number)) from error


def _gone(document_id: str, number: int) -> str:
    return f"Page {number} of document {document_id[:12]} has not been read, or its file is gone: run docqa doctor"


def digest(path: Path) -> str:
    """sha256 of a file's bytes, hex: the id of the document it holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Put a new name on the disk for good, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _written(target: Path) -> Iterator[IO[bytes]]:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as file:
        try:
            yield file
            file.close()
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise


def _to_json(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "text": page.text,
        "words": [[w.start, w.end, w.row, w.box.x0, w.box.y0, w.box.x1, w.box.y1] for w in page.words],
        "headings": [[h.start, h.text, h.size] for h in page.headings],
        "drawn": page.drawn,
        "printed": page.printed,
    }


def _from_json(data: dict[str, Any]) -> Page:
    words = tuple(Word(start, end, Box(*edges), row) for start, end, row, *edges in data.pop("words"))
    headings = tuple(Heading(*heading) for heading in data.pop("headings"))
    return Page(words=words, headings=headings, **data)
