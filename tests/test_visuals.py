"""Pages found by their images: embedded beside the reading, kept, searched."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from docqa import migration, repair
from docqa.backup import passages as backed_up
from docqa.engine import Engine
from docqa.errors import LibraryMismatch, ModelRefused, ModelUnavailable, RequestRefused
from docqa.extractive import QuotationAnswerer
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.retrieval import Retriever
from docqa.types import PICTURE, Draft, Scope, Vector
from ingest import visuals
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.commands import eventually
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
    """A library that is read into without OCR, and search over it."""

    def __init__(self, library: Library, sandbox: Sandbox) -> None:
        self.library = library
        self.pipeline = Pipeline(
            library, WordHashEmbedder(), sandbox, options=ReadingOptions(ocr="off"), passage_words=60
        )

    def read(self, *paths: Path) -> None:
        run(self.pipeline, *paths)

    def see(self, visual: ColourEmbedder, *document_ids: str) -> None:
        visuals.embed_missing(self.library, visual, progress=Silent(), document_ids=document_ids)

    def counts(self) -> tuple[int, int, int]:
        return self.library.catalog.visuals.counts()

    def pages(self, question: str, library: Library | None = None) -> list[int]:
        return [hit.page for hit in self.retriever(library or self.library).retrieve(question, limit=9).hits]

    def retriever(self, library: Library) -> Retriever:
        return Retriever(WordHashEmbedder(), library.index, DemandingReranker(), 8, visual=ColourEmbedder())


@pytest.fixture
def reading(library: Library, sandbox: Sandbox) -> Reading:
    return Reading(library, sandbox)


def test_a_page_without_text_is_found_by_its_image(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    for page, colour in enumerate(COLOURS, start=1):
        assert reading.pages(f"Which one is {colour}?")[0] == page
    assert reading.pages("How was the harvest?")[0] == 4
    assert repair.examine(reading.library) == []


def test_pages_are_not_searched_by_their_images_until_these_are_embedded(reading: Reading, album: Path):
    reading.read(album)
    assert reading.pages("Which one is red?") == [4]  # it alone has text


def test_images_are_embedded_once(reading: Reading, album: Path):
    reading.read(album)
    seeing = ColourEmbedder()
    for _ in range(2):
        reading.see(seeing)
        assert (seeing.pages, reading.counts()) == (4, (4, 0, 0))


def test_images_of_some_documents_are_embedded_alone(reading: Reading, album: Path, make_pdf: Callable[..., Path]):
    reading.read(album, make_pdf("Another.", name="other.pdf"))
    other = next(each for each in reading.library.catalog.documents() if each.name == "other.pdf")
    reading.see(ColourEmbedder(), other.id)
    assert reading.counts() == (1, 0, 4)


def test_pages_without_text_are_not_taken_for_the_same_page(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    assert sorted(reading.pages("red or blue?")) == [1, 2, 3, 4]


def test_many_pictures_do_not_crowd_out_what_can_be_read(reading: Reading, tmp_path: Path):
    pdf = pymupdf.open()
    for _ in range(12):
        page = pdf.new_page(width=200, height=300)
        page.draw_rect(page.rect, fill=COLOURS["red"])
    pdf.new_page(width=200, height=300).insert_text((20, 50), "The red harvest was good.")
    pdf.save(tmp_path / "photos.pdf")
    reading.read(tmp_path / "photos.pdf")
    reading.see(ColourEmbedder())
    assert 13 in reading.pages("How was the red harvest?")[:3]


def test_a_page_that_is_read_again_is_seen_again(reading: Reading, album: Path):
    reading.read(album)
    seeing = ColourEmbedder()
    reading.see(seeing)
    [document] = reading.library.catalog.documents()
    with reading.library.catalog.hold(document.id) as held:
        held.forget_pages([1])
    reading.read(album)
    reading.see(seeing)
    assert (seeing.pages, reading.counts()) == (5, (4, 0, 0))
    assert reading.pages("Which one is red?")[0] == 1


def test_what_is_deleted_is_found_by_nothing(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    [document] = reading.library.catalog.documents()
    assert reading.library.delete(document).passages == 4  # three of them stand for an image alone
    assert reading.pages("Which one is red?") == []


def test_a_document_without_any_text_is_known_by_what_it_is(reading: Reading, tmp_path: Path):
    pdf = pymupdf.open()
    page = pdf.new_page(width=200, height=300)
    page.draw_rect(page.rect, fill=COLOURS["red"])
    pdf.save(tmp_path / "Sandhaven quay 2019.pdf")
    reading.read(tmp_path / "Sandhaven quay 2019.pdf")
    reading.see(ColourEmbedder())
    assert documents_ranked(reading, "Sandhaven") == [(1, PICTURE)]


def test_a_document_with_a_picture_for_a_cover_is_known_by_its_first_text(reading: Reading, album: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    assert documents_ranked(reading, "harvest") == [(4, 0)]


def documents_ranked(reading: Reading, word: str) -> list[tuple[int, int]]:
    found = reading.library.index.rank(word, [0.1] * WordHashEmbedder.dimension, limit=5, scope=EVERYWHERE)
    return [(ranked.key.page, ranked.key.ordinal) for ranked in found.documents]


class RefusesRed(ColourEmbedder):
    def embed_page(self, image: bytes) -> Vector:
        vector = super().embed_page(image)
        if vector[0] > 0.9:
            raise RequestRefused("too red")
        return vector


def test_a_page_that_the_model_refuses_is_said_and_costs_no_other(
    reading: Reading, album: Path, caplog: pytest.LogCaptureFixture
):
    reading.read(album)
    with caplog.at_level(logging.WARNING):
        reading.see(RefusesRed())
    assert reading.counts() == (3, 1, 0)
    assert "Page 1 of document" in caplog.text
    assert reading.pages("Which one is blue?")[0] == 3
    reading.pipeline.retry_failed([album], progress=Silent())
    assert reading.counts() == (3, 0, 1)


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_a_page_whose_files_are_gone_or_damaged_costs_no_other(
    reading: Reading, album: Path, tmp_path: Path, harm: str
):
    reading.read(album)
    page = next((tmp_path / "library").rglob("pages/1.json.gz"))
    if harm == "gone":
        page.unlink()
    else:
        page.write_bytes(b"nonsense")
    reading.see(ColourEmbedder())
    assert reading.counts() == (3, 1, 0)
    assert [damage.pages for damage in repair.examine(reading.library) if damage.pages] == [(1,)]


@pytest.mark.parametrize("error", [ModelRefused("wrong key"), ModelUnavailable("nobody there")])
def test_a_model_that_does_not_work_changes_nothing(reading: Reading, album: Path, error: Exception):
    class Fails(ColourEmbedder):
        def embed_page(self, image: bytes) -> Vector:
            raise error

    reading.read(album)
    with pytest.raises(type(error), match=str(error)):
        reading.see(Fails())
    assert reading.counts() == (0, 0, 4)  # the next run tries them


def test_another_model_is_refused_once_pages_were_seen(reading: Reading, album: Path):
    class Other(ColourEmbedder):
        name = "another"

    run(reading.pipeline)
    reading.see(Other())  # there was nothing to see
    reading.read(album)
    reading.see(ColourEmbedder())
    with reading.library.catalog.hold(reading.library.catalog.documents()[0].id) as held:
        held.forget_pages([1])
    reading.read(album)
    with pytest.raises(LibraryMismatch, match="it has visual colours, not another"):
        reading.see(Other())


def test_a_stop_in_between_leaves_the_rest_to_the_next_run(
    reading: Reading, album: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(visuals, "PAGES_AT_ONCE", 1)
    reading.read(album)
    seeing = ColourEmbedder()
    visuals.embed_missing(reading.library, seeing, progress=Silent(), stopping=lambda: seeing.pages >= 2)
    assert reading.counts() == (1, 0, 3)  # the second was not recorded
    reading.see(seeing)
    assert reading.counts() == (4, 0, 0)


def test_images_are_embedded_beside_the_reading_and_a_model_that_comes_back_is_found(
    reading: Reading, album: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    class Away(ColourEmbedder):
        def embed_question(self, text: str) -> Vector:
            if not back:
                raise ModelUnavailable("nobody there")
            return super().embed_question(text)

    back: list[bool] = []
    monkeypatch.setattr(visuals, "LOOK_S", 0.02)
    monkeypatch.setattr(visuals, "RETRY_S", 0.02)
    with caplog.at_level(logging.WARNING), visuals.kept_up(reading.library, Away(), Silent()):
        reading.read(album)
        eventually(lambda: "nobody there" in caplog.text)
        back.append(True)
        eventually(lambda: reading.counts() == (4, 0, 0))


def test_vectors_of_images_are_kept_where_an_index_is_copied(reading: Reading, album: Path, tmp_path: Path):
    reading.read(album)
    reading.see(ColourEmbedder())
    other = EdgeIndex(tmp_path / "other", dimension=lambda: WordHashEmbedder.dimension)
    assert migration.copy_index(reading.library.index, other, say=lambda done, of: None) == (4, 0)
    copied = replace(reading.library, index=other)
    assert reading.pages("Which one is blue?", copied)[0] == 3
    found, _ = other.export(None, 9)
    assert backed_up.decode(backed_up.encode(found), "a part") == found
    other.close()


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
