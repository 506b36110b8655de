"""PDFs that ask for too much: each made here, each refused with its number and the setting that allows more."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from docqa.errors import TooLarge
from docqa.library import Library
from ingest.ahead import NOT_TRIED, TIMEOUTS
from ingest.limits import Limits
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions, read_cover, read_page
from ingest.sandbox import Sandbox, TimedOut
from tests.fakes import Done, Silent, WordHashEmbedder, run

MakePDF = Callable[..., Path]
OPTIONS = ReadingOptions(ocr="off")


def allowing(**most: int) -> ReadingOptions:
    return replace(OPTIONS, limits=replace(Limits(), **most))


def drawn(path: Path, content: bytes) -> Path:
    """A page that is drawn by these instructions, compressed."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((72, 100), "Words.")
    pdf.update_stream(page.get_contents()[0], content)
    pdf.save(path, deflate=True)
    return path


def pictured(path: Path, width: int, height: int) -> Path:
    """A page with an image that says it has so many pixels."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    image = page.insert_image(page.rect, pixmap=pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, 8, 8)))
    pdf.xref_set_key(image, "Width", str(width))
    pdf.xref_set_key(image, "Height", str(height))
    pdf.save(path)
    return path


def test_a_document_of_too_many_pages_is_refused(make_pdf: MakePDF):
    path = make_pdf("One", "Two", "Three")
    assert read_cover(path, allowing(pages=3)).pages == 3
    with pytest.raises(TooLarge, match="3 pages, more than the 2 of DOCQA_INGEST__MAX_PAGES"):
        read_cover(path, allowing(pages=2))


def test_a_page_that_decompresses_to_too_much_is_refused_before_it_is_drawn(tmp_path: Path):
    path = drawn(tmp_path / "bomb.pdf", b"0 0 m 9 9 l S\n" * 300_000)  # 4.2 MB
    assert path.stat().st_size < 50_000
    assert read_page(path, 1, allowing(page_mb=5)).page.number == 1
    with pytest.raises(TooLarge, match=r"more than 4 MB \(DOCQA_INGEST__MAX_PAGE_MB"):
        read_page(path, 1, allowing(page_mb=4))


def test_a_page_with_an_image_of_too_many_pixels_is_refused(tmp_path: Path):
    path = pictured(tmp_path / "poster.pdf", 100_000, 90_000)
    with pytest.raises(TooLarge, match="100,000 x 90,000 pixels, more than the 500 million of DOCQA_INGEST__MAX_IMAGE"):
        read_page(path, 1, OPTIONS)
    assert read_page(path, 1, allowing(image_megapixels=9000)).image


def test_a_page_with_too_much_text_is_refused(make_pdf: MakePDF):
    path = make_pdf("Twelve letters.")
    assert read_page(path, 1, allowing(page_characters=14)).page.text == "Twelve letters."
    with pytest.raises(TooLarge, match="14 characters, more than the 13 of DOCQA_INGEST__MAX_PAGE_CHARACTERS"):
        read_page(path, 1, allowing(page_characters=13))


def test_a_blank_page_is_within_the_limits(tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page()
    pdf.save(tmp_path / "blank.pdf")
    assert read_page(tmp_path / "blank.pdf", 1, OPTIONS).page.source == "none"


def test_what_exceeds_a_limit_costs_its_page_and_says_so(library: Library, sandbox: Sandbox, make_pdf: MakePDF):
    path = make_pdf("Short.", "A page that is longer than it may be.", "Also short.")
    pipeline = Pipeline(library, WordHashEmbedder(), sandbox, options=allowing(page_characters=20), passage_words=60)
    [report], _ = run(pipeline, path)
    assert report.outcome == "done"
    assert "page 2: it has 29 characters, more than the 20 of" in report.error


class EverythingHangs:
    """A sandbox in which no page ever ends."""

    workers = 2
    begun = 0

    def submit(self, task, *args):
        if task is not read_page:
            return Done(value=task(*args))
        self.begun += 1
        return Hanging()


class Hanging(Done):
    def __init__(self):
        super().__init__(error=TimedOut("timed out after 60 s"))

    def cancel(self) -> None: ...


def test_a_document_whose_pages_all_hang_is_given_up(library: Library, make_pdf: MakePDF):
    path = make_pdf(*[f"Page {number}" for number in range(40)])
    pipeline = Pipeline(library, WordHashEmbedder(), EverythingHangs(), options=OPTIONS, passage_words=60)
    [report] = pipeline.ingest([path], collection="default", progress=Silent())
    assert report.outcome == "failed"
    [document] = library.catalog.documents()
    reasons = [error for _, error in library.catalog.page_outcomes(document.id).values()]
    assert reasons == ["timed out after 60 s"] * TIMEOUTS + [NOT_TRIED] * (40 - TIMEOUTS)
