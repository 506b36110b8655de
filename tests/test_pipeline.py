import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from docqa.catalog.held import Held
from docqa.library import Library
from docqa.storage.files import digest
from docqa.types import Query, Scope, Vector
from ingest import pipeline as pipeline_module
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.fakes import SecondPageTimesOut, Silent, WordHashEmbedder, run

MakePDF = Callable[..., Path]
EVERYWHERE = Scope()

# The second of two pages is the page tree itself.
ONE_GOOD_PAGE_AND_A_LOOP = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R 2 0 R]/Count 2/MediaBox[0 0 300 300]>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>> endobj
4 0 obj <</Length 44>> stream
BT /F 12 Tf 50 200 Td (A good page.) Tj ET
endstream endobj
5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
trailer <</Root 1 0 R>>
"""


def test_a_pdf_becomes_passages_pages_and_a_catalog_entry(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    [report], pages = run(pipeline, make_pdf("Revenue was 5 million.", "Costs were 3 million.", title="Annual Report"))
    assert (report.outcome, report.pages, pages) == ("done", 2, 2)
    [document] = library.catalog.documents()
    assert (document.name, document.title, document.state, document.pages_done) == (
        "report.pdf",
        "Annual Report",
        "done",
        2,
    )
    assert library.index.count(EVERYWHERE) == 2
    assert library.files.page(document.id, 2).text == "Costs were 3 million."
    assert library.files.image(document.id, 1).startswith(b"\xff\xd8")


def test_passages_stand_under_the_document_and_carry_their_boxes(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    run(pipeline, make_pdf("Revenue was 5 million.", title="Annual Report"))
    rankings = library.index.rank(Query("revenue", WordHashEmbedder().embed_query("revenue")), limit=5)
    [passage] = library.index.passages([ranked.key for ranked in rankings.words]).values()
    assert passage.headings == ("report | Annual Report",)
    assert [round(box.x0) for box in passage.boxes] == [72]


def test_a_deletion_that_was_stopped_is_finished_and_the_file_can_come_again(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    path = make_pdf("One page.")
    run(pipeline, path)
    [document] = library.catalog.documents()
    library.catalog.sources.unlink(document.id)
    library.index.delete(document.id)  # and no further
    [report], pages = run(pipeline, path)
    assert (report.outcome, pages) == ("done", 1)
    assert library.index.count(EVERYWHERE) == 1


def test_a_name_that_is_no_text_costs_that_file_alone(pipeline: Pipeline, make_pdf: MakePDF):
    path = make_pdf("One page.")
    bad = Path(os.fsdecode(os.fsencode(path.parent) + b"/caf\xe9.pdf"))
    path.rename(bad)
    good = make_pdf("Another page.")
    reports, _ = run(pipeline, bad, good)
    assert [(report.outcome, report.error) for report in reports] == [
        ("failed", "its name is not valid UTF-8: rename it"),
        ("done", ""),
    ]


def test_a_bad_file_is_recorded_with_its_reason_and_the_rest_goes_on(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, tmp_path: Path
):
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"no pdf at all")
    reports, _ = run(pipeline, bad, make_pdf("A good page."))
    assert [(report.path.name, report.outcome) for report in reports] == [("bad.pdf", "failed"), ("report.pdf", "done")]
    assert "not a PDF" in reports[0].error
    again, _ = run(pipeline, bad)
    assert (again[0].error, again[0].tried_before) == (reports[0].error, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_reported(pipeline: Pipeline, make_pdf: MakePDF):
    path = make_pdf("Secret.")
    path.chmod(0)
    [report], _ = run(pipeline, path)
    assert (report.outcome, report.error) == ("failed", "cannot be read: Permission denied")


def test_a_file_that_vanished_is_reported(pipeline: Pipeline, tmp_path: Path):
    [report], _ = run(pipeline, tmp_path / "gone.pdf")
    assert report.error == "cannot be read: No such file or directory"


def test_a_page_that_fails_costs_that_page_alone(pipeline: Pipeline, library: Library, tmp_path: Path):
    path = tmp_path / "partly.pdf"
    path.write_bytes(ONE_GOOD_PAGE_AND_A_LOOP)
    [report], pages = run(pipeline, path)
    assert (report.outcome, pages) == ("done", 2)
    assert report.error.startswith("page 2: the parser failed")
    [document] = library.catalog.documents()
    assert (document.pages_done, document.pages_failed) == (1, 1)
    assert library.files.page(document.id, 1).text == "A good page."


def test_failed_pages_can_be_tried_again(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    path = make_pdf("First page.", "Second page.", "Third page.")
    unlucky = Pipeline(library, WordHashEmbedder(), SecondPageTimesOut(), options=ReadingOptions(), passage_words=60)
    [report], _ = run(unlucky, path)
    assert (report.outcome, report.error) == ("done", "page 2: timed out after 60 s")
    assert library.index.count(EVERYWHERE) == 2
    progress = Silent()
    [again] = pipeline.retry_failed(None, progress=progress)
    assert (again.outcome, again.error, progress.pages) == ("done", "", 1)
    assert library.index.count(EVERYWHERE) == 3


class PowerCut(Exception):
    """Stands for whatever ends a process."""


def test_a_name_that_would_move_the_cursor_is_shown_without_that(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    run(pipeline, make_pdf("One.", name="quay\x1b[31m\nreport\u202efdp.pdf"))
    assert [document.name for document in library.catalog.documents()] == ["quay[31mreportfdp.pdf"]


@pytest.mark.parametrize("store", ["files", "index", "catalog"])
def test_stopped_anywhere_it_goes_on_and_ends_the_same(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch, store: str
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 2)
    path = make_pdf(
        *[f"This is page {number}, on its own subject." for number in range(1, 8)], title="Seven pages here"
    )
    method = {"files": "store_page", "index": "upsert", "catalog": "record_pages"}[store]
    target = {"files": library.files, "index": library.index, "catalog": Held}[store]
    owner = target if isinstance(target, type) else type(target)
    original = getattr(owner, method)
    calls = iter(range(100))

    def cut(self, *args, **kwargs):
        if next(calls) == 2:
            raise PowerCut
        return original(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, cut)
        with pytest.raises(PowerCut):
            run(pipeline, path)
    [document] = library.catalog.documents()
    assert document.state == "reading"
    done = document.pages_done
    [report], pages = run(pipeline, path)
    assert (report.outcome, pages) == ("done", 7 - done)
    assert library.index.count(EVERYWHERE) == 7
    rankings = library.index.rank(Query("seven", WordHashEmbedder().embed_query("seven")), limit=9)
    assert len(rankings.documents) == 1


def test_one_batch_is_stored_while_the_next_is_embedded(
    library: Library, sandbox: Sandbox, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 2)
    second_is_embedded = threading.Event()
    store_page = type(library.files).store_page

    class Embedder(WordHashEmbedder):
        batches = 0

        def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
            self.batches += 1
            if self.batches == 2:
                second_is_embedded.set()
            return super().embed_passages(texts)

    def waiting(*args: object) -> None:
        assert second_is_embedded.wait(20)
        store_page(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(type(library.files), "store_page", waiting)
    pipeline = Pipeline(library, Embedder(), sandbox, options=ReadingOptions(), passage_words=60)
    [report], pages = run(pipeline, make_pdf("One.", "Two.", "Three.", "Four."))
    assert (report.outcome, pages) == ("done", 4)


def test_the_same_passage_twice_is_embedded_once(library: Library, sandbox: Sandbox, make_pdf: MakePDF):
    embedded: list[str] = []

    class Embedder(WordHashEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
            embedded.extend(texts)
            return super().embed_passages(texts)

    pipeline = Pipeline(library, Embedder(), sandbox, options=ReadingOptions(), passage_words=60)
    run(pipeline, make_pdf("One.", "This page is left blank.", "Two.", "This page is left blank."))
    assert len(embedded) == 3
    assert library.index.count(EVERYWHERE) == 4


def test_a_document_left_unfinished_is_finished_by_the_next_run_on_other_files(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    path = make_pdf("Left behind.", name="left.pdf")
    library.files.store_original(path, digest(path))
    library.catalog.register(digest(path), name="left.pdf", size_bytes=1, collection="default", path=str(path))
    run(pipeline, make_pdf("Another file.", name="other.pdf"))
    assert [document.state for document in library.catalog.documents()] == ["done", "done"]


def test_deleting_leaves_nothing_and_says_what_went(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    run(pipeline, make_pdf("Gone soon.", "And this."), make_pdf("Stays.", name="stays.pdf"))
    document = next(each for each in library.catalog.documents() if each.name == "report.pdf")
    receipt = library.delete(document)
    assert (receipt.passages, receipt.pages, receipt.sources, receipt.files) == (2, 2, 1, 5)
    assert [each.name for each in library.catalog.documents()] == ["stays.pdf"]
    assert library.index.count(EVERYWHERE) == 1
    assert not library.files.original(document.id).parent.exists()


def test_a_page_without_text_is_kept_as_an_image(library: Library, make_pdf: MakePDF, sandbox: Sandbox):
    options = ReadingOptions(ocr="off")
    pipeline = Pipeline(library, WordHashEmbedder(), sandbox, options=options, passage_words=60)
    [report], _ = run(pipeline, make_pdf("", "Words."))
    assert report.outcome == "done"
    [document] = library.catalog.documents()
    assert library.catalog.page_outcomes(document.id) == {1: ("none", ""), 2: ("layer", "")}
    assert library.index.count(EVERYWHERE) == 1
