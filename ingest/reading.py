"""One page, from PDF to text, words and image: the task a child process runs."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.types import OCRScope, Page, Words
from ingest import limits, numbering, running
from ingest.facts import Metadata
from ingest.limits import Limits
from ingest.numbering import Mark
from ingest.running import EdgeRow

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.lines import Line
    from ingest.parse import PDF, Sheet

READING = 5  # of what is made of a page: raise it when the same page would be read otherwise than before
MORE = 1.1  # times the letters and digits of a page's own text, unless that is garbled: OCR adds more than noise

# PyMuPDF, OCR and what draws are imported by the children, where they are used, and never by the process that hands
# out tasks.


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How pages are read and rendered."""

    ocr: OCRScope = "scans"
    dpi: int = 150
    max_side: int = 2400  # pixels
    jpeg_quality: int = 80
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ReadPage:
    page: Page
    image: bytes  # JPEG
    fingerprint: str  # pages with the same one read alike; empty if it can be compared to none
    edges: tuple[EdgeRow, ...]  # what is compared with that of other pages, for its running rows
    marks: tuple[Mark, ...]  # and for its number

    @classmethod
    def of(cls, page: Page, image: bytes, fingerprint: str) -> "ReadPage":
        return cls(page, image, fingerprint, running.edge_rows(page), numbering.marks(page))


@dataclass(frozen=True, slots=True)
class Cover:
    """What a PDF says of itself as a whole."""

    pages: int
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be told of a page without reading it."""

    fingerprint: str
    label: str | None  # what the PDF itself calls it


def read_cover(path: Path, options: ReadingOptions) -> Cover:
    """Open the PDF.

    Raises EncryptedPDF, UnreadablePDF or TooLarge.
    """
    pdf = _open(path)
    limits.check_pages(pdf.pages, options.limits)
    return Cover(pdf.pages, pdf.metadata())


def glance(path: Path, numbers: Sequence[int], options: ReadingOptions) -> list[Glance]:
    """Look at pages (1-based), to compare them with those of another PDF.

    Raises EncryptedPDF or UnreadablePDF.
    """
    pdf = _open(path)
    return [Glance(_fingerprint(pdf, number, options), pdf.label(number)) for number in numbers]


def read_page(path: Path, number: int, options: ReadingOptions) -> ReadPage:
    """Read page `number` (1-based): its own text, with that of its pictures; or OCR, where that is not all it shows.

    Raises EncryptedPDF, UnreadablePDF or TooLarge.
    """
    from ingest import ocr
    from ingest.ink import share_beside
    from ingest.layout import compose

    pdf = _open(path)
    limits.check_content(pdf.content_bytes(number, most=(options.limits.page_mb << 20) + 1), options.limits)
    limits.check_images(pdf.image_sizes(number), options.limits)
    sheet = pdf.sheet(number, dpi=options.dpi, max_side=options.max_side)
    scale = sheet.width / sheet.image.width  # points per pixel
    limits.check_text(sum(line.characters for line in sheet.lines), options.limits)
    is_scan = options.ocr != "off" and _is_scan(pdf, number, sheet)
    lines = _with_pictures(pdf, number, sheet) if options.ocr == "all" and not is_scan else sheet.lines
    page = compose(number, sheet.width, sheet.height, lines, "layer")
    if is_scan:
        garbled = ocr.are_garbled(sheet.lines)
        scanned = _scanned(number, sheet, [] if garbled else sheet.lines)
        page = scanned if _length(scanned) >= (1 if garbled else MORE) * _length(page) else page
    drawn = share_beside(page.words.boxes, sheet.image, points_per_pixel=scale)
    page = replace(page, drawn=round(drawn, 3), printed=pdf.label(number))
    return ReadPage.of(page, _jpeg(sheet.image, options.jpeg_quality), _fingerprint(pdf, number, options))


def _fingerprint(pdf: "PDF", number: int, options: ReadingOptions) -> str:
    """What the outcome of reading a page depends on; empty if that cannot be told."""
    with_neighbour = options.ocr == "all" and number > 1  # whose pictures are compared with its own
    parts = [pdf.fingerprint(each) for each in (number, number - 1)[: 1 + with_neighbour]]
    return hashlib.sha256(repr((READING, options, parts)).encode()).hexdigest() if all(parts) else ""


def _is_scan(pdf: "PDF", number: int, sheet: "Sheet") -> bool:
    """Whether OCR is to read the page: its own text is missing or garbled, or only a stamp on a scan."""
    from ingest import ocr, pictures

    scale = sheet.width / sheet.image.width
    if ocr.needed(sheet.lines, sheet.image, points_per_pixel=scale):
        return True
    if not ocr.may_be_stamped(sheet.lines, sheet.image, points_per_pixel=scale):
        return False
    return pictures.cover(pdf.rasters(number), width=sheet.width, height=sheet.height)


def _length(page: Page) -> int:
    """Letters and digits."""
    return sum(map(str.isalnum, page.text))


def _scanned(number: int, sheet: "Sheet", own: "Sequence[Line]") -> Page:
    """The page as OCR reads it beside its own lines, laid out upright; boxes where the words lie on it as shown."""
    from ingest import ocr
    from ingest.layout import compose

    lines, stance = ocr.read_scan(sheet.image, own, width=sheet.width, height=sheet.height)
    page = compose(number, *stance.upright_size, lines, "ocr")
    words = Words.of(word._replace(box=stance.on_page(word.box)) for word in page.words)
    return replace(page, width=sheet.width, height=sheet.height, words=words)


def _with_pictures(pdf: "PDF", number: int, sheet: "Sheet") -> "list[Line]":
    """The page's own lines with those in its charts, diagrams and screenshots."""
    from ingest import ocr, order, pictures

    rasters = pdf.rasters(number)
    before = pdf.rasters(number - 1) if rasters and number > 1 else []
    boxes = pictures.worth_reading(rasters, before, width=sheet.width, height=sheet.height)
    scale = sheet.width / sheet.image.width
    return order.with_pictures(sheet.lines, ocr.read_pictures(sheet.image, boxes, sheet.lines, points_per_pixel=scale))


@lru_cache(maxsize=1)
def _open(path: Path) -> "PDF":
    """The PDF that this process read last stays open: pages of one document come one after another."""
    from ingest.parse import PDF

    return PDF(path)


def _jpeg(image: "Image", quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
