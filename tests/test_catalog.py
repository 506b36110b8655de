from collections.abc import Iterator
from pathlib import Path

import pytest

from docqa.catalog import Catalog
from docqa.errors import LibraryMismatch, NotInLibrary
from docqa.library import named

FIRST, SECOND = "a" * 64, "b" * 64


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog.at(tmp_path / "catalog.db")
    for document_id, name in [(FIRST, "first.pdf"), (SECOND, "second.pdf")]:
        catalog.add(document_id, name=name, size_bytes=100)
    yield catalog
    catalog.close()


def test_a_new_document_is_queued(catalog: Catalog):
    [document] = catalog.documents(ids=[FIRST])
    assert (document.name, document.state, document.pages, document.collections) == ("first.pdf", "queued", 0, ())


def test_pages_are_counted_by_what_became_of_them(catalog: Catalog):
    catalog.record_pages(FIRST, [(1, "layer", ""), (2, "", "timed out"), (3, "ocr", "")])
    document = catalog.document(FIRST)
    assert document is not None
    assert (document.pages_done, document.pages_failed) == (2, 1)


def test_a_page_recorded_again_replaces_its_outcome(catalog: Catalog):
    catalog.record_pages(FIRST, [(2, "", "timed out")])
    catalog.record_pages(FIRST, [(2, "layer", "")])
    assert catalog.page_outcomes(FIRST) == {2: ("layer", "")}


def test_a_document_is_in_the_collections_of_its_files(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/x/a.pdf")
    catalog.link(FIRST, collection="tax", path="/y/a.pdf")
    catalog.link(FIRST, collection="tax", path="/y/a.pdf")
    [document] = catalog.documents(collections=["tax"])
    assert document.collections == ("law", "tax")


def test_a_newer_version_takes_the_path_once_it_is_done(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/a.pdf")
    catalog.set_state(FIRST, "done")
    catalog.link(SECOND, collection="law", path="/a.pdf")
    assert catalog.unsourced() == []
    assert catalog.supersede(SECOND) == [FIRST]
    assert catalog.unsourced() == [FIRST]


def test_a_version_that_was_never_read_gives_way_at_once(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/a.pdf")
    catalog.link(SECOND, collection="law", path="/a.pdf")
    assert catalog.unsourced() == [FIRST]


def test_an_older_version_takes_no_path_from_a_newer_one(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/a.pdf")
    catalog.set_state(FIRST, "done")
    catalog.link(SECOND, collection="law", path="/a.pdf")
    catalog.link(FIRST, collection="law", path="/copy.pdf")
    assert catalog.supersede(FIRST) == []
    assert catalog.at_path(collection="law", path="/a.pdf") == [FIRST, SECOND]


def test_a_file_may_change_back(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/a.pdf")
    catalog.set_state(FIRST, "done")
    catalog.link(SECOND, collection="law", path="/a.pdf")
    catalog.set_state(SECOND, "done")
    catalog.link(FIRST, collection="law", path="/a.pdf")
    assert catalog.supersede(FIRST) == [SECOND]
    assert catalog.at_path(collection="law", path="/a.pdf") == [FIRST]


def test_a_version_that_is_also_elsewhere_stays(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/a.pdf")
    catalog.link(FIRST, collection="law", path="/copy.pdf")
    catalog.link(SECOND, collection="law", path="/a.pdf")
    catalog.supersede(SECOND)
    assert catalog.unsourced() == []
    assert catalog.sources(FIRST) == [("law", "/copy.pdf")]


def test_removing_a_document_removes_its_pages_and_sources(catalog: Catalog):
    catalog.link(FIRST, collection="law", path="/a.pdf")
    catalog.record_pages(FIRST, [(1, "layer", "")])
    catalog.remove(FIRST)
    assert catalog.document(FIRST) is None
    assert catalog.page_outcomes(FIRST) == {}
    assert catalog.at_path(collection="law", path="/a.pdf") == []


def test_a_library_made_with_other_settings_is_refused(catalog: Catalog):
    catalog.require("embedding", "bge", "embedded with another model")
    catalog.require("embedding", "bge", "embedded with another model")
    with pytest.raises(LibraryMismatch, match="it has embedding bge, not mpnet"):
        catalog.require("embedding", "mpnet", "embedded with another model")


def test_a_document_is_named_by_file_name_or_id(catalog: Catalog):
    assert named(catalog, "second.pdf").id == SECOND
    assert named(catalog, "bbbbbb").id == SECOND
    with pytest.raises(NotInLibrary, match="docqa list"):
        named(catalog, "third.pdf")


def test_an_ambiguous_name_lists_the_ids(catalog: Catalog):
    catalog.add("c" * 64, name="first.pdf", size_bytes=1)
    with pytest.raises(NotInLibrary, match="aaaaaaaaaaaa, cccccccccccc"):
        named(catalog, "first.pdf")
