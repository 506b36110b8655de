"""Damage that is planted, found, repaired and gone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docqa.library import Library
from docqa.protocols import Entry
from docqa.storage.files import Files, digest
from docqa.types import Passage, Scope
from docqa.upkeep.repair import examine, repair
from ingest.pipeline import Pipeline
from tests.fakes import Silent, WordHashEmbedder, run


@pytest.fixture
def document_id(pipeline: Pipeline, make_pdf: Callable[..., Path]) -> str:
    path = make_pdf("Alpha speaks of sheep.", "Beta speaks of wool.", "Gamma speaks of looms.")
    run(pipeline, path)
    return digest(path)


def entry(document_id: str, page: int) -> Entry:
    passage = Passage(document_id, page, 0, 0, "Left over.", ("report",), ())
    return Entry(passage, ("default",), WordHashEmbedder().embed_query("left"), "left over", "", "")


def lose_page_file(library: Library, document_id: str) -> None:
    next(library.files.uploads.parent.rglob("2.jpg")).unlink()


def lose_passages(library: Library, document_id: str) -> None:
    library.index.delete(document_id)


def leave_passages_of_a_page_that_was_not_read(library: Library, document_id: str) -> None:
    library.index.upsert([entry(document_id, 9)])


def leave_passages_of_a_stranger(library: Library, document_id: str) -> None:
    library.index.upsert([entry("f" * 64, 1)])


def leave_files_of_a_stranger(library: Library, document_id: str) -> None:
    original: Path = Files.original(library.files, "e" * 64)
    original.parent.mkdir(parents=True)
    original.write_bytes(b"%PDF-1.7")


def put_into_another_collection(library: Library, document_id: str) -> None:
    library.index.set_collections(document_id, ["elsewhere"])


def damage_what_was_read_on_a_page(library: Library, document_id: str) -> None:
    next(library.files.uploads.parent.rglob("2.json.gz")).write_bytes(b"")


def forget_a_page_of_a_document_that_counts_as_read(library: Library, document_id: str) -> None:
    with library.catalog.hold(document_id) as held:
        held.forget_pages([3])
    library.catalog.set_state(document_id, "done")


PLANTED = [
    damage_what_was_read_on_a_page,
    forget_a_page_of_a_document_that_counts_as_read,
    lose_page_file,
    lose_passages,
    leave_passages_of_a_page_that_was_not_read,
    leave_passages_of_a_stranger,
    leave_files_of_a_stranger,
    put_into_another_collection,
]


def state(library: Library) -> tuple[object, ...]:
    return (
        sorted(library.index.keys(Scope())),
        library.index.count(Scope(collections=("default",))),
        library.files.document_ids(),
        [(each.state, each.pages_done) for each in library.catalog.documents()],
    )


def test_a_sound_library_has_no_damage(library: Library, document_id: str):
    assert examine(library) == []


@pytest.mark.parametrize("plant", PLANTED)
def test_damage_is_found_repaired_and_gone(
    plant: Callable[[Library, str], None], pipeline: Pipeline, library: Library, document_id: str
):
    before = state(library)
    plant(library, document_id)
    damages = examine(library)
    assert damages
    repair(library, damages)
    pipeline.read_unfinished(Silent())
    assert examine(library) == []
    assert state(library) == before


def test_passages_that_stayed_in_a_collection_are_found(
    pipeline: Pipeline, library: Library, document_id: str, make_pdf: Callable[..., Path]
):
    run(pipeline, make_pdf("Another.", name="other.pdf"), collection="elsewhere")
    library.index.set_collections(document_id, ["default", "elsewhere"])
    damages = examine(library)
    assert [damage.collections for damage in damages] == [True]
    repair(library, damages)
    assert examine(library) == []


def test_a_lost_pdf_cannot_be_repaired_but_is_said(library: Library, document_id: str):
    library.files.original(document_id).unlink()
    [damage] = examine(library)
    assert "add the PDF again" in damage.remedy
    repair(library, [damage])
    [document] = library.catalog.documents()
    assert (document.state, document.error) == ("failed", "its PDF is gone: add it again")


def test_the_pdf_that_was_lost_can_be_added_again(
    pipeline: Pipeline, library: Library, document_id: str, make_pdf: Callable[..., Path]
):
    library.files.original(document_id).unlink()
    repair(library, examine(library))
    path = make_pdf("Alpha speaks of sheep.", "Beta speaks of wool.", "Gamma speaks of looms.")
    run(pipeline, path)
    pipeline.retry_failed([path], progress=Silent())
    assert examine(library) == []
    assert library.catalog.documents()[0].state == "done"
