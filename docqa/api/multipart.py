"""A form with PDFs, taken apart while it comes in. Works block by block, on the disk: call it in a thread."""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from docqa.api import names
from docqa.errors import LibraryFull, UsageError

FILE, COLLECTION, PASSWORD = b"file", b"collection", b"password"  # the parts there are
MOST_FILES = 10_000
LONGEST_FIELD = 4096  # bytes
LONGEST_HEADER = 16 << 10
MAGIC, MAGIC_WITHIN = b"%PDF", 1024

_EXTENDED_NAME = re.compile(rb"filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]+)", re.IGNORECASE)  # RFC 5987


class FormTooLarge(Exception):
    """The files have more bytes than they may."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A PDF that came in whole and is on the disk for good."""

    staged: Path  # where it lies until the request ends
    document_id: str  # sha256 of its bytes
    path: str  # where it comes from, relative; its last part is its name
    size_bytes: int

    @property
    def name(self) -> str:
        """File name."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class _Part:
    """What is known of the part that comes in."""

    header: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    name: bytes = b""  # if it is no file
    value: bytearray = field(default_factory=bytearray)
    file: IO[bytes] | None = None
    path: str = ""
    head: bytes = b""
    size_bytes: int = 0


class Reader:
    """Takes a form's bytes and keeps its files in a folder."""

    def __init__(self, boundary: bytes, folder: Path, *, most_bytes: int) -> None:
        self.uploads: list[Upload] = []
        self._fields: dict[bytes, str] = {}  # what came beside the files
        self._folder = folder
        self._most_bytes = most_bytes
        self._bytes = 0
        self._part = _Part()
        self._sha256 = hashlib.sha256()
        self._staged: list[Path] = []
        self._whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._open,
                    "on_part_data": self._data,
                    "on_part_end": self._close,
                    "on_end": self._end,
                },
                max_header_size=LONGEST_HEADER,
            )
        except FormParserError as error:
            raise UsageError(f"The form cannot be read: {error}") from error

    @property
    def collection(self) -> str | None:
        """What was sent as its name."""
        return self._fields.get(COLLECTION)

    @property
    def password(self) -> str | None:
        """What was sent to open the files."""
        return self._fields.get(PASSWORD)

    def feed(self, chunks: Iterable[bytes]) -> None:
        """Take the next bytes.

        Raises UsageError, FormTooLarge or LibraryFull.
        """
        with _translated():
            for chunk in chunks:
                self._parser.write(chunk)

    def finish(self) -> None:
        """Check that all has come.

        Raises UsageError.
        """
        if not self._whole:
            raise UsageError("The form breaks off before its end: send it again")
        if not self.uploads:
            raise UsageError('There is no file: send one or more parts called "file" (curl -F file=@report.pdf)')

    def clear(self) -> None:
        """Remove what is still staged."""
        if self._part.file is not None:
            self._part.file.close()
        for path in self._staged:
            path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end].lower()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        if self._part.header == b"content-disposition":
            self._part.disposition += data[start:end]

    def _header_end(self) -> None:
        self._part.header.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._part.disposition)
        name = options.get(b"name")
        if name in (COLLECTION, PASSWORD) and name not in self._fields:
            self._part.name = name
        elif name == FILE and len(self._staged) < MOST_FILES:
            self._part.path = _path(self._part.disposition, options)
            self._part.file = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)
            self._staged.append(Path(self._part.file.name))
            self._sha256 = hashlib.sha256()
        elif name == FILE:
            raise UsageError(f"More than {MOST_FILES} files at once: send them in several requests")
        else:
            shown = (name or b"").decode("utf-8", "replace")[:40]
            raise UsageError(
                f'There is no part called "{shown}" here: "file" (one or more), "collection" and "password" (once) are'
            )

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        piece = memoryview(data)[start:end]
        if part.name:
            part.value += piece
            if len(part.value) > LONGEST_FIELD:
                raise UsageError(f'The part "{part.name.decode()}" is too long')
        if part.file is None:
            return
        self._bytes += len(piece)
        if self._bytes > self._most_bytes:
            raise FormTooLarge
        if part.size_bytes < MAGIC_WITHIN:
            part.head += piece[: MAGIC_WITHIN - part.size_bytes]
            if part.size_bytes + len(piece) >= MAGIC_WITHIN:
                _require_pdf(part)
        part.size_bytes += len(piece)
        self._sha256.update(piece)
        part.file.write(piece)

    def _close(self) -> None:
        part = self._part
        if part.name:
            self._fields[part.name] = part.value.decode("utf-8", "replace")
        if part.file is not None:
            _require_pdf(part)
            part.file.flush()
            os.fsync(part.file.fileno())
            part.file.close()
            document_id = self._sha256.hexdigest()
            path = part.path or f"{document_id[:12]}.pdf"
            self.uploads.append(Upload(self._staged[-1], document_id, path, part.size_bytes))

    def _end(self) -> None:
        self._whole = True


def _require_pdf(part: _Part) -> None:
    if MAGIC not in part.head:
        raise UsageError(f"{part.path or 'The file'} is not a PDF: nothing of this upload was kept")


def _path(disposition: bytes, options: dict[bytes, bytes]) -> str:
    """Where a file comes from; empty if it was sent without a name."""
    if extended := _EXTENDED_NAME.search(disposition):
        return names.source_path(unquote_to_bytes(extended[2]).decode(extended[1].decode(), "replace"))
    sent = options.get(b"filename")
    if sent is None:
        return ""
    try:
        name = sent.decode()
    except UnicodeDecodeError:
        name = sent.decode("latin-1")
    return names.source_path(name.replace("%22", '"'))  # as browsers write it


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except FormParserError as error:
        raise UsageError(f"The form cannot be read: {error}") from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise LibraryFull("The disk of the library is full: make room. Nothing of this upload was kept") from error
