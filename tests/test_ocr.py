import io
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw

from docqa.types import Box
from ingest import ocr
from ingest.layout import Line
from ingest.reading import ReadingOptions, read_page

WHITE = Image.new("RGB", (600, 800), "white")


def inked() -> Image.Image:
    image = WHITE.copy()
    ImageDraw.Draw(image).rectangle((100, 100, 500, 600), fill="navy")
    return image


def test_ink_of_the_text_itself_is_nothing_to_read():
    image = WHITE.copy()
    ImageDraw.Draw(image).rectangle((100, 100, 140, 110), fill="black")
    heading = [Line((("Appendix", Box(98, 98, 142, 112)),), 10, False)]
    assert not ocr.needed(heading, image, points_per_pixel=1.0)
    assert ocr.needed([], image, points_per_pixel=1.0)


def said(text: str) -> list[Line]:
    return [Line(tuple((word, Box(0, 0, 1, 1)) for word in text.split()), 10, False)]


@pytest.mark.parametrize(
    ("text", "image", "needed"),
    [
        ("", WHITE, False),  # a blank page
        ("", inked(), True),  # a picture of a page
        ("Page 3 of 40", inked(), True),  # a scan with a printed foot
        ("word " * 100, inked(), False),  # text beside a picture
        ("\ufffd\ufffd\ufffd\ue001 a b " * 60, WHITE, True),  # glyphs without meaning
    ],
)
def test_ocr_is_for_pages_whose_text_is_missing_or_garbled(text: str, image: Image.Image, needed: bool):
    assert ocr.needed(said(text) if text else [], image, points_per_pixel=1.0) is needed


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A page without a text layer: a picture of two lines of text."""
    pdf = pymupdf.open()
    page = pdf.new_page(width=595, height=842)
    page.insert_text((72, 200), "The audit fee was 212,000 euros.", fontsize=14)
    page.insert_text((72, 500), "Signed in March.", fontsize=14)
    pixels = page.get_pixmap(dpi=150)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples).save(buffer, "PNG")
    scanned = pymupdf.open()
    scanned.new_page(width=595, height=842).insert_image((0, 0, 595, 842), stream=buffer.getvalue())
    scanned.save(tmp_path / "scan.pdf")
    return tmp_path / "scan.pdf"


def test_a_scan_is_read_with_boxes_where_the_words_are(scan: Path):
    page = read_page(scan, 1, ReadingOptions()).page
    assert page.source == "ocr"
    start = page.text.index("212,000")
    [box] = page.boxes(start, start + len("212,000"))
    assert box.y0 == pytest.approx(186, abs=8)
    assert box.x0 == pytest.approx(72 + 118, abs=14)


def test_without_ocr_a_scan_is_an_image_only(scan: Path):
    read = read_page(scan, 1, ReadingOptions(ocr=False))
    assert (read.page.source, read.page.text) == ("none", "")
    assert Image.open(io.BytesIO(read.image)).size == (1240, 1755)
