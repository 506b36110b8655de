"""One page, from PDF to text, words and image: the task a child process runs."""

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.parse import PDF

# PyMuPDF, OCR and what draws are imported by the children, where they are used, and never by the process that hands
# out tasks.


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How pages are read and rendered."""

    ocr: bool = True
    dpi: int = 150
    max_side: int = 2400  # pixels
    jpeg_quality: int = 80


@dataclass(frozen=True, slots=True)
class ReadPage:
    page: Page
    image: bytes  # JPEG


@dataclass(frozen=True, slots=True)
class Cover:
    """What a PDF says of itself as a whole."""

    pages: int
    title: str  # in its metadata; often empty or junk


def read_cover(path: Path) -> Cover:
    """Open the PDF.

    Raises EncryptedPDF or UnreadablePDF.
    """
    pdf = _open(path)
    return Cover(pdf.pages, pdf.title)


def read_page(path: Path, number: int, options: ReadingOptions) -> ReadPage:
    """Read page `number` (1-based): its own text, or OCR where that is missing or garbled.

    Raises EncryptedPDF or UnreadablePDF.
    """
    from ingest import layout, ocr
    from ingest.ink import share_beside

    sheet = _open(path).sheet(number, dpi=options.dpi, max_side=options.max_side)
    page = layout.compose(number, sheet.width, sheet.height, sheet.lines, "layer")
    scale = sheet.width / sheet.image.width  # points per pixel
    if options.ocr and ocr.needed(sheet.lines, sheet.image, points_per_pixel=scale):
        lines = ocr.read_lines(sheet.image, points_per_pixel=scale)
        scanned = layout.compose(number, sheet.width, sheet.height, lines, "ocr")
        page = max(scanned, page, key=lambda read: len(read.text))
    drawn = share_beside((word.box for word in page.words), sheet.image, points_per_pixel=scale)
    return ReadPage(replace(page, drawn=round(drawn, 3)), _jpeg(sheet.image, options.jpeg_quality))


@lru_cache(maxsize=1)
def _open(path: Path) -> "PDF":
    """The PDF that this process read last stays open: pages of one document come one after another."""
    from ingest.parse import PDF

    return PDF(path)


def _jpeg(image: "Image", quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
