"""Search that finds pages by their images, and what answers are made of them."""

from pathlib import Path

import pytest

from docqa.answers.engine import Engine
from docqa.answers.extractive import QuotationAnswerer
from docqa.library import Library
from docqa.types import PICTURE, Draft, Query, Scope
from docqa.upkeep import repair
from ingest.sandbox import Sandbox
from tests import albums
from tests.albums import DemandingReranker, Reading
from tests.fakes import ColourEmbedder, WordHashEmbedder

EVERYWHERE = Scope()


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A red, a green and a blue page without text, and one with text on white."""
    return albums.album(tmp_path / "album.pdf", *albums.COLOURS, text="The harvest was good.")


@pytest.fixture
def reading(library: Library, sandbox: Sandbox) -> Reading:
    return Reading(library, sandbox)


def test_a_page_without_text_is_found_by_its_image(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    for page, colour in enumerate(albums.COLOURS, start=1):
        assert reading.pages(f"Which one is {colour}?")[0] == page
    assert reading.pages("How was the harvest?")[0] == 4
    assert repair.examine(reading.library) == []


def test_pages_are_not_searched_by_their_images_until_these_are_embedded(reading: Reading, album: Path):
    reading.read(album)
    assert reading.pages("Which one is red?") == [4]  # it alone has text


def test_pages_without_text_are_not_taken_for_the_same_page(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    assert sorted(reading.pages("red or blue?")) == [1, 2, 3, 4]


def test_many_pictures_do_not_crowd_out_what_can_be_read(reading: Reading, tmp_path: Path):
    text = "The red harvest was good."
    reading.read(albums.album(tmp_path / "photos.pdf", *["red"] * 12, text=text))
    reading.see(ColourEmbedder())
    assert 13 in reading.pages("How was the red harvest?")[:3]


def test_a_document_without_any_text_is_known_by_what_it_is(reading: Reading, tmp_path: Path):
    reading.read(albums.album(tmp_path / "Sandhaven quay 2019.pdf", "red"))
    reading.see(ColourEmbedder())
    assert documents_ranked(reading, "Sandhaven") == [(1, PICTURE)]


def test_a_document_with_a_picture_for_a_cover_is_known_by_its_first_text(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    assert documents_ranked(reading, "harvest") == [(4, 0)]


def documents_ranked(reading: Reading, word: str) -> list[tuple[int, int]]:
    found = reading.library.index.rank(Query(word, [0.1] * WordHashEmbedder.dimension), limit=5)
    return [(ranked.key.page, ranked.key.ordinal) for ranked in found.documents]


def test_quotations_come_from_pages_with_text_and_pictures_are_left_to_models(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
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
