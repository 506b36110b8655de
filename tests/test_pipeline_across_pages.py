"""What a page is given by the pages around it, however the reading was cut up."""

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from docqa.library import Library
from docqa.types import PassageKey, Query, Scope
from ingest import intake
from ingest import pipeline as pipeline_module
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from tests.fakes import SecondPageTimesOut, Silent, WordHashEmbedder, run

MakePDF = Callable[..., Path]
EVERYWHERE = Scope()


def test_a_page_read_later_stands_under_the_headings_before_it(pipeline: Pipeline, library: Library, tmp_path: Path):
    pdf = pymupdf.open()
    for heading in ["Alpha", "", "Gamma"]:
        page = pdf.new_page()
        page.insert_text((72, 80), heading, fontsize=20)
        for row in range(5):
            page.insert_text((72, 120 + 15 * row), "The usual text of these pages.", fontsize=10)
    pdf.save(tmp_path / "headed.pdf")
    unlucky = Pipeline(library, WordHashEmbedder(), SecondPageTimesOut(), options=ReadingOptions(), passage_words=60)
    run(unlucky, tmp_path / "headed.pdf")
    pipeline.retry_failed(None, progress=Silent())
    document_id = library.catalog.documents()[0].id
    [passage] = library.index.passages([PassageKey(document_id[:15], 2, 0)]).values()
    assert passage.headings == ("headed | Alpha", "Alpha")


def _printed(library: Library) -> list[str | None]:
    [document] = library.catalog.documents()
    return [library.files.page(document.id, number).printed for number in range(1, document.pages + 1)]


NUMBERED = ["Cover", "Contents", *(f"Revenue was {number} million.\n{number - 2}" for number in range(3, 9))]


def test_printed_page_numbers_are_kept_and_searched(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    run(pipeline, make_pdf(*NUMBERED))
    assert _printed(library) == [None, None, "1", "2", "3", "4", "5", "6"]
    called = Scope(called=((5, 5),))
    rankings = library.index.rank(Query("revenue", WordHashEmbedder().embed_query("revenue"), called), limit=9)
    assert {ranked.key.page for ranked in rankings.dense} == {5, 7}


@pytest.mark.parametrize("before", range(1, 8))
def test_printed_page_numbers_go_on_where_reading_was_stopped(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch, before: int
):
    path = make_pdf(*NUMBERED)
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 1)
    pages = iter(range(100))
    pipeline.ingest([], collection="default", progress=Silent())
    intake.register(library, [path], collection="default", progress=Silent())
    pipeline.read_unfinished(Silent(), stopping=lambda: next(pages) == before - 1)
    [document] = library.catalog.documents()
    assert document.pages_done == before
    run(pipeline, path)
    assert _printed(library) == [None, None, "1", "2", "3", "4", "5", "6"]


def test_a_page_read_later_has_its_printed_number(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    unlucky = Pipeline(library, WordHashEmbedder(), SecondPageTimesOut(), options=ReadingOptions(), passage_words=60)
    run(unlucky, make_pdf("First\n11", "Second\n12", "Third\n13", "Fourth\n14"))
    pipeline.retry_failed(None, progress=Silent())
    assert _printed(library) == ["11", "12", "13", "14"]


def test_what_the_pdf_calls_a_page_comes_first(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    path = make_pdf("First\n7", "Second\n8", "Third\n9")
    pdf = pymupdf.open(path)
    pdf.set_page_labels(
        [{"startpage": 0, "style": "D", "firstpagenum": 1}, {"startpage": 2, "prefix": "A-", "style": "D"}]
    )
    pdf.saveIncr()
    run(pipeline, path)
    assert _printed(library) == ["7", "8", "A-1"]


@pytest.mark.parametrize("before", [1, 2, 6])
def test_running_heads_are_searched_on_their_first_page_only_wherever_reading_was_stopped(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch, before: int
):
    pdf = pymupdf.open(make_pdf(*(f"Sales in region {number} were {number * 7}." for number in range(1, 8))))
    for page in pdf:
        page.insert_text((72, 40), "Recycled paper")
    path = make_pdf("", name="headed.pdf")
    path.write_bytes(pdf.tobytes())
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 1)
    pages = iter(range(100))
    intake.register(library, [path], collection="default", progress=Silent())
    pipeline.read_unfinished(Silent(), stopping=lambda: next(pages) == before - 1)
    run(pipeline, path)
    [document] = library.catalog.documents()
    read = [library.files.page(document.id, number) for number in range(1, 8)]
    assert all([page.text[slice(*span)] for span in page.running] == ["Recycled paper"] for page in read)
    found = library.index.rank(Query("recycled", WordHashEmbedder().embed_query("recycled")), limit=9)
    assert [ranked.key.page for ranked in found.words] == [1]


@pytest.mark.parametrize("asked", ["sedimentation", "dredging", "well-known"])
def test_a_word_that_a_line_end_breaks_is_found(pipeline: Pipeline, library: Library, make_pdf: MakePDF, asked: str):
    broken = "The reports on sedi-\nmentation and dredg-\ning are well-\nknown in the town."
    run(pipeline, make_pdf("The harbour was lit.", broken, "The quay was paved."))
    found = library.index.rank(Query(asked, WordHashEmbedder().embed_query(asked)), limit=9)
    assert [ranked.key.page for ranked in found.words] == [2]
    [document] = library.catalog.documents()
    assert library.files.page(document.id, 2).text == broken
