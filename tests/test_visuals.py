"""Pages found by their images: embedded beside the reading, kept, searched."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from docqa import migration, repair
from docqa.backup import passages as backed_up
from docqa.engine import Engine
from docqa.errors import ModelRefused, ModelUnavailable
from docqa.extractive import QuotationAnswerer
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.retrieval import Retriever
from docqa.types import PICTURE, Draft, Scope, Vector
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.fakes import ColourEmbedder, SharedWordsReranker, Silent, WordHashEmbedder, run

COLOURS = {"red": (0.9, 0.1, 0.1), "green": (0.1, 0.8, 0.1), "blue": (0.1, 0.1, 0.9)}
EVERYWHERE = Scope()


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A red, a green and a blue page without text, and one with text on white."""
    pdf = pymupdf.open()
    for colour in COLOURS.values():
        page = pdf.new_page(width=200, height=300)
        page.draw_rect(page.rect, fill=colour)
    pdf.new_page(width=200, height=300).insert_text((20, 50), "The harvest was good.")
    path = tmp_path / "album.pdf"
    pdf.save(path)
    return path


class DemandingReranker(SharedWordsReranker):
    """Hardly any passage answers."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return [2 * odds for odds in super().score(question, texts)]


class Reading:
    """A pipeline without OCR into a library, and search over it."""

    def __init__(self, library: Library, sandbox: Sandbox) -> None:
        self.library = library
        self.sandbox = sandbox

    def pipeline(self, visual: ColourEmbedder | None) -> Pipeline:
        options = ReadingOptions(ocr="off")
        return Pipeline(
            self.library, WordHashEmbedder(), self.sandbox, options=options, passage_words=60, visual=visual
        )

    def pages(self, question: str, library: Library | None = None) -> list[int]:
        return [hit.page for hit in self.retriever(library or self.library).retrieve(question, limit=9).hits]

    def retriever(self, library: Library) -> Retriever:
        return Retriever(WordHashEmbedder(), library.index, DemandingReranker(), 8, visual=ColourEmbedder())


@pytest.fixture
def reading(library: Library, sandbox: Sandbox) -> Reading:
    return Reading(library, sandbox)


def test_a_page_without_text_is_found_by_its_image(reading: Reading, album: Path):
    reports, _ = run(reading.pipeline(ColourEmbedder()), album)
    assert reports[0].outcome == "done"
    for page, colour in enumerate(COLOURS, start=1):
        assert reading.pages(f"Which one is {colour}?")[0] == page
    assert reading.pages("How was the harvest?")[0] == 4
    assert repair.examine(reading.library) == []


def test_pages_are_not_searched_by_their_images_where_no_model_is_set(reading: Reading, album: Path):
    run(reading.pipeline(None), album)
    assert reading.pages("Which one is red?") == [4]  # it alone has text


def test_images_are_embedded_once_and_those_read_before_are_caught_up_with(reading: Reading, album: Path):
    run(reading.pipeline(None), album)
    seeing = ColourEmbedder()
    for _ in range(2):
        run(reading.pipeline(seeing), album)
        assert (seeing.pages, reading.library.catalog.visuals.counts()) == (4, (4, 0, 0))
    assert reading.pages("Which one is green?")[0] == 2


def test_pages_without_text_are_not_taken_for_the_same_page(reading: Reading, album: Path):
    run(reading.pipeline(ColourEmbedder()), album)
    assert sorted(reading.pages("red or blue?")) == [1, 2, 3, 4]


def test_a_page_that_is_read_again_is_seen_again(reading: Reading, album: Path):
    seeing = ColourEmbedder()
    run(reading.pipeline(seeing), album)
    [document] = reading.library.catalog.documents()
    with reading.library.catalog.hold(document.id) as held:
        held.forget_pages([1])
    run(reading.pipeline(seeing), album)
    assert (seeing.pages, reading.library.catalog.visuals.counts()) == (5, (4, 0, 0))
    assert reading.pages("Which one is red?")[0] == 1


def test_what_is_deleted_is_found_by_nothing(reading: Reading, album: Path):
    run(reading.pipeline(ColourEmbedder()), album)
    [document] = reading.library.catalog.documents()
    assert reading.library.delete(document).passages == 4  # three of them stand for an image alone
    assert reading.pages("Which one is red?") == []


def test_a_document_without_any_text_is_known_by_what_it_is(reading: Reading, tmp_path: Path):
    pdf = pymupdf.open()
    page = pdf.new_page(width=200, height=300)
    page.draw_rect(page.rect, fill=COLOURS["red"])
    pdf.save(tmp_path / "Sandhaven quay 2019.pdf")
    run(reading.pipeline(ColourEmbedder()), tmp_path / "Sandhaven quay 2019.pdf")
    found = reading.library.index.rank("Sandhaven", [0.1] * WordHashEmbedder.dimension, limit=5, scope=EVERYWHERE)
    assert [(ranked.key.page, ranked.key.ordinal) for ranked in found.documents] == [(1, PICTURE)]


def test_a_page_that_the_model_refuses_is_said_and_costs_no_other(
    reading: Reading, album: Path, caplog: pytest.LogCaptureFixture
):
    class RefusesRed(ColourEmbedder):
        def embed_page(self, image: bytes) -> Vector:
            vector = super().embed_page(image)
            if vector[0] > 0.9:
                raise ModelRefused("too red")
            return vector

    with caplog.at_level(logging.WARNING):
        run(reading.pipeline(RefusesRed()), album)
    assert reading.library.catalog.visuals.counts() == (3, 1, 0)
    assert "Page 1 of document" in caplog.text
    assert reading.pages("Which one is blue?")[0] == 3


@pytest.mark.parametrize("error", [ModelRefused("wrong key"), ModelUnavailable("nobody there")])
def test_a_model_that_does_not_work_is_said_after_everything_is_read(reading: Reading, album: Path, error: Exception):
    class Fails(ColourEmbedder):
        def embed_page(self, image: bytes) -> Vector:
            raise error

    with pytest.raises(ModelUnavailable, match=str(error)):
        run(reading.pipeline(Fails()), album)
    [document] = reading.library.catalog.documents()
    assert (document.state, document.pages_done) == ("done", 4)
    assert reading.library.catalog.visuals.counts() == (0, 0, 4)  # the next run tries them
    run(reading.pipeline(ColourEmbedder()), album)
    assert reading.library.catalog.visuals.counts() == (4, 0, 0)


def test_a_stopped_run_leaves_the_rest_to_the_next(reading: Reading, album: Path):
    run(reading.pipeline(None), album)
    reading.pipeline(ColourEmbedder()).read_unfinished(Silent(), stopping=lambda: True)
    assert reading.library.catalog.visuals.counts() == (0, 0, 4)


def test_vectors_of_images_are_kept_where_an_index_is_copied(reading: Reading, album: Path, tmp_path: Path):
    run(reading.pipeline(ColourEmbedder()), album)
    other = EdgeIndex(tmp_path / "other", dimension=lambda: WordHashEmbedder.dimension)
    assert migration.copy_index(reading.library.index, other, say=lambda done, of: None) == (4, 0)
    copied = replace(reading.library, index=other)
    assert reading.pages("Which one is blue?", copied)[0] == 3
    found, _ = other.export(None, 9)
    assert backed_up.decode(backed_up.encode(found), "a part") == found
    other.close()


def test_quotations_come_from_pages_with_text_and_pictures_are_left_to_models(reading: Reading, album: Path):
    run(reading.pipeline(ColourEmbedder()), album)
    library = reading.library

    class Sees:
        def answer(self, question, evidence, *, say, show, history=()):
            show(evidence)
            return Draft("answered", f"{evidence[0].page.number}", (), tuple(evidence))

    quoting = engine(reading, library, "quotation", QuotationAnswerer(DemandingReranker()))
    seeing = engine(reading, library, "model", Sees())
    assert (quoting.ask("Which red harvest was good?").text) == "The harvest was good. [1]"
    assert quoting.ask("red", scope=Scope(pages=((1, 3),))).status == "not_found"
    answer = seeing.ask("red")
    assert (answer.status, answer.text, answer.evidence[0].passages) == ("answered", "1", ())


def engine(reading: Reading, library: Library, method: str, answerer: object) -> Engine:
    return Engine(
        retriever=reading.retriever(library),
        pages=library.files,
        names=library.catalog.names,
        answerer=answerer,
        method=method,
        evidence_pages=5,
        not_found_below=0.3,
        min_answerable=0.0,
        expected_answerable=0.5,
    )
