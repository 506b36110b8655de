"""Images of pages embedded: which, when, by which model, and what becomes of it where something fails."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from docqa.backup import passages as backed_up
from docqa.errors import LibraryMismatch, ModelRefused, ModelUnavailable, RequestRefused
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.types import Vector
from docqa.upkeep import migration, repair
from ingest import visuals
from ingest.sandbox import Sandbox
from tests import albums
from tests.albums import Reading
from tests.commands import eventually
from tests.fakes import ColourEmbedder, Silent, WordHashEmbedder, run


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A red, a green and a blue page without text, and one with text on white."""
    return albums.album(tmp_path / "album.pdf", *albums.COLOURS, text="The harvest was good.")


@pytest.fixture
def reading(library: Library, sandbox: Sandbox) -> Reading:
    return Reading(library, sandbox)


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
