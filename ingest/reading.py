"""One page, from PDF to text, words and image: the task a child process runs."""

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.types import OCRScope, Page
from ingest.facts import Metadata

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.layout import Line
    from ingest.parse import PDF, Sheet

# PyMuPDF, OCR and what draws are imported by the children, where they are used, and never by the process that hands
# out tasks.


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How pages are read and rendered."""

    ocr: OCRScope = "scans"
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
    metadata: Metadata


def read_cover(path: Path) -> Cover:
    """Open the PDF.

    Raises EncryptedPDF or UnreadablePDF.
    """
    pdf = _open(path)
    return Cover(pdf.pages, pdf.metadata())


def read_page(path: Path, number: int, options: ReadingOptions) -> ReadPage:
    """Read page `number` (1-based): its own text, with that of its pictures; or OCR where that is missing or garbled.

    Raises EncryptedPDF or UnreadablePDF.
    """
    from ingest import ocr
    from ingest.ink import share_beside
    from ingest.layout import compose

    pdf = _open(path)
    sheet = pdf.sheet(number, dpi=options.dpi, max_side=options.max_side)
    scale = sheet.width / sheet.image.width  # points per pixel
    is_scan = options.ocr != "off" and ocr.needed(sheet.lines, sheet.image, points_per_pixel=scale)
    lines = _with_pictures(pdf, number, sheet) if options.ocr == "all" and not is_scan else sheet.lines
    page = compose(number, sheet.width, sheet.height, lines, "layer")
    if is_scan:
        page = max(_scanned(number, sheet), page, key=lambda read: sum(map(str.isalnum, read.text)))
    drawn = share_beside((word.box for word in page.words), sheet.image, points_per_pixel=scale)
    page = replace(page, drawn=round(drawn, 3), printed=pdf.label(number))
    return ReadPage(page, _jpeg(sheet.image, options.jpeg_quality))


def _scanned(number: int, sheet: "Sheet") -> Page:
    """The page as OCR reads it, laid out upright; boxes where the words lie on the page as it is shown."""
    from ingest import ocr
    from ingest.layout import compose

    lines, stance = ocr.read_scan(sheet.image, width=sheet.width, height=sheet.height)
    page = compose(number, *stance.upright_size, lines, "ocr")
    words = tuple(replace(word, box=stance.on_page(word.box)) for word in page.words)
    return replace(page, width=sheet.width, height=sheet.height, words=words)


def _with_pictures(pdf: "PDF", number: int, sheet: "Sheet") -> "list[Line]":
    """The page's own lines with those in its charts, diagrams and screenshots."""
    from ingest import layout, ocr, pictures

    rasters = pdf.rasters(number)
    before = pdf.rasters(number - 1) if rasters and number > 1 else []
    boxes = pictures.worth_reading(rasters, before, width=sheet.width, height=sheet.height)
    scale = sheet.width / sheet.image.width
    return layout.with_pictures(sheet.lines, ocr.read_pictures(sheet.image, boxes, sheet.lines, points_per_pixel=scale))


@lru_cache(maxsize=1)
def _open(path: Path) -> "PDF":
    """The PDF that this process read last stays open: pages of one document come one after another."""
    from ingest.parse import PDF

    return PDF(path)


def _jpeg(image: "Image", quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
