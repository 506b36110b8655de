from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from docqa.catalog import Catalog
from docqa.catalog.held import PageOutcome
from docqa.errors import LibraryMismatch, NotInLibrary
from docqa.library import named
from docqa.types import Collection, Facts, Scope

FIRST, SECOND, THIRD = "a" * 64, "b" * 64, "c" * 64


def link(catalog: Catalog, document_id: str, collection: str, path: str) -> None:
    name = {FIRST: "first.pdf", SECOND: "second.pdf"}.get(document_id, "first.pdf")
    catalog.register(document_id, name=name, size_bytes=100, collection=collection, path=path)


def record(catalog: Catalog, *outcomes: tuple[int, str, str] | tuple[int, str, str, str]) -> None:
    link(catalog, FIRST, "law", "/a.pdf")
    with catalog.hold(FIRST) as held:
        held.record_pages(PageOutcome(*outcome) for outcome in outcomes)


def test_a_new_document_is_queued(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    [document] = catalog.documents(ids=[FIRST])
    assert (document.name, document.state, document.pages, document.collections) == ("first.pdf", "queued", 0, ("law",))


def test_pages_are_counted_by_what_became_of_them(catalog: Catalog):
    record(catalog, (1, "layer", ""), (2, "", "timed out"), (3, "ocr", ""))
    document = catalog.document(FIRST)
    assert document is not None
    assert (document.pages_done, document.pages_failed) == (2, 1)


def test_a_page_recorded_again_replaces_its_outcome(catalog: Catalog):
    record(catalog, (2, "", "timed out"))
    record(catalog, (2, "layer", ""))
    assert catalog.page_outcomes(FIRST) == {2: ("layer", "")}


def test_pages_that_others_can_be_compared_to_are_found_by_their_fingerprint(catalog: Catalog):
    record(catalog, (1, "layer", "", "f" * 64), (2, "", "timed out"), (3, "layer", ""), (4, "none", "", "0" * 64))
    assert catalog.fingerprints(FIRST) == {"f" * 64: 1, "0" * 64: 4}


def test_older_versions_are_what_the_same_path_led_to_and_was_read(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    link(catalog, THIRD, "law", "/other.pdf")
    for document_id in (FIRST, THIRD):
        catalog.set_state(document_id, "done")
    link(catalog, SECOND, "law", "/a.pdf")
    link(catalog, SECOND, "tax", "/other.pdf")
    assert catalog.sources.older_versions(SECOND) == [FIRST]
    assert catalog.sources.older_versions(FIRST) == []


def test_a_document_is_in_the_collections_of_its_files(catalog: Catalog):
    link(catalog, FIRST, "law", "/x/a.pdf")
    link(catalog, FIRST, "tax", "/y/a.pdf")
    link(catalog, FIRST, "tax", "/y/a.pdf")
    [document] = catalog.documents(collections=["tax"])
    assert document.collections == ("law", "tax")


def test_a_newer_version_takes_the_path_once_it_is_done(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    catalog.set_state(FIRST, "done")
    link(catalog, SECOND, "law", "/a.pdf")
    assert catalog.sources.unsourced() == []
    assert catalog.sources.supersede(SECOND) == [FIRST]
    assert catalog.sources.unsourced() == [FIRST]


def test_a_version_that_was_never_read_gives_way_at_once(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    link(catalog, SECOND, "law", "/a.pdf")
    assert catalog.sources.unsourced() == [FIRST]


def test_an_older_version_takes_no_path_from_a_newer_one(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    catalog.set_state(FIRST, "done")
    link(catalog, SECOND, "law", "/a.pdf")
    link(catalog, FIRST, "law", "/copy.pdf")
    assert catalog.sources.supersede(FIRST) == []
    assert catalog.sources.at_path(collection="law", path="/a.pdf") == [FIRST, SECOND]


def test_a_file_may_change_back(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    catalog.set_state(FIRST, "done")
    link(catalog, SECOND, "law", "/a.pdf")
    catalog.set_state(SECOND, "done")
    link(catalog, FIRST, "law", "/a.pdf")
    assert catalog.sources.supersede(FIRST) == [SECOND]
    assert catalog.sources.at_path(collection="law", path="/a.pdf") == [FIRST]


def test_a_version_that_is_also_elsewhere_stays(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    link(catalog, FIRST, "law", "/copy.pdf")
    link(catalog, SECOND, "law", "/a.pdf")
    catalog.sources.supersede(SECOND)
    assert catalog.sources.unsourced() == []
    assert catalog.sources.of(FIRST) == [("law", "/copy.pdf")]


def test_removing_a_document_removes_its_pages_and_sources(catalog: Catalog):
    record(catalog, (1, "layer", ""))
    with catalog.hold(FIRST) as held:
        held.remove()
    assert catalog.document(FIRST) is None
    assert catalog.page_outcomes(FIRST) == {}
    assert catalog.sources.at_path(collection="law", path="/a.pdf") == []


def test_a_library_made_with_other_settings_is_refused(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    catalog.require("embedding", "bge", "embedded with another model")
    catalog.require("embedding", "bge", "embedded with another model")
    with pytest.raises(LibraryMismatch, match="it has embedding bge, not mpnet"):
        catalog.require("embedding", "mpnet", "embedded with another model")


def test_a_document_is_named_by_file_name_or_id(catalog: Catalog):
    link(catalog, FIRST, "law", "/x/first.pdf")
    link(catalog, SECOND, "law", "/x/second.pdf")
    assert named(catalog, "second.pdf").id == SECOND
    assert named(catalog, "bbbbbb").id == SECOND
    with pytest.raises(NotInLibrary, match="docqa list"):
        named(catalog, "third.pdf")


def test_an_ambiguous_name_lists_the_ids(catalog: Catalog):
    link(catalog, FIRST, "law", "/x/first.pdf")
    link(catalog, "c" * 64, "law", "/y/first.pdf")
    with pytest.raises(NotInLibrary, match="aaaaaaaaaaaa, cccccccccccc"):
        named(catalog, "first.pdf")


def test_documents_are_counted_and_listed_in_parts_in_the_order_they_came(catalog: Catalog):
    link(catalog, SECOND, "law", "/b.pdf")
    link(catalog, FIRST, "tax", "/a.pdf")
    catalog.set_state(FIRST, "done", title="The first")
    assert [each.id for each in catalog.listed(limit=10, offset=0)] == [SECOND, FIRST]
    assert [each.id for each in catalog.listed(limit=1, offset=1)] == [FIRST]
    assert [each.id for each in catalog.listed(collections=["law"], limit=10, offset=0)] == [SECOND]
    assert [each.id for each in catalog.listed(state="done", limit=10, offset=0)] == [FIRST]
    assert (catalog.count(), catalog.count(state="queued"), catalog.count(collections=["law"], state="done")) == (
        2,
        1,
        0,
    )
    assert catalog.titles(collections=["tax"]) == [(FIRST, "first.pdf", "The first")]


def test_what_collections_hold_is_counted_once_however_many_paths_lead_to_it(catalog: Catalog):
    record(catalog, (1, "layer", ""))
    catalog.set_state(FIRST, "reading", pages=3)
    link(catalog, FIRST, "law", "/copy.pdf")
    link(catalog, SECOND, "tax", "/b.pdf")
    catalog.set_state(SECOND, "done", pages=5)
    law = Collection("law", documents=1, pages=3, size_bytes=100)
    assert catalog.sources.holdings() == [law, Collection("tax", documents=1, pages=5, size_bytes=100)]
    assert catalog.sources.holdings(collections=["law"]) == [law]
    everything, tax = catalog.reading.holdings(), catalog.reading.holdings(["tax"])
    assert (everything.states, everything.pages, everything.size_bytes) == ({"reading": 1, "done": 1}, 8, 200)
    assert (everything.pages_waiting, tax.states, tax.pages_waiting) == (2, {"done": 1}, 0)


def test_the_unread_documents_of_a_scope_are_those_that_wait_or_are_being_read(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    link(catalog, SECOND, "tax", "/b.pdf")
    catalog.set_state(SECOND, "reading")
    assert catalog.reading.unread(Scope()) == 2
    assert catalog.reading.unread(Scope(collections=("law",))) == 1
    assert catalog.reading.unread(Scope(document_ids=(SECOND,), collections=("law",))) == 0
    catalog.set_state(SECOND, "failed", error="no PDF")
    assert catalog.reading.unread(Scope()) == 1


def test_an_attempt_that_is_taken_back_after_progress_leaves_none(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    assert catalog.attempt(FIRST) == 1
    with catalog.hold(FIRST, progress=True):
        pass
    catalog.unattempt(FIRST)
    assert catalog.attempt(FIRST) == 1


def test_corrections_are_kept_beside_what_was_read_and_can_be_taken_back(catalog: Catalog):
    link(catalog, FIRST, "law", "/a_2017.pdf")
    catalog.descriptions.record(FIRST, Facts("Read", "Orchard Inc.", 2018, "10-K", "en", ("Part I", "Part II")))
    catalog.descriptions.correct(FIRST, {"title": "Set", "year": 2019})
    catalog.descriptions.record(FIRST, Facts("Read again", "Orchard Inc.", 2018, "10-K", "en", ("Part I",)))
    [document] = catalog.documents()
    assert (document.title, document.year, document.kind, document.corrected) == (
        "Set",
        2019,
        "10-K",
        ("title", "year"),
    )
    assert catalog.descriptions.outline(FIRST) == ("Part I",)
    assert catalog.titles() == [(FIRST, "first.pdf", "Set")]
    catalog.descriptions.correct(FIRST, {"title": None, "year": None})
    [document] = catalog.documents()
    assert (document.title, document.year, document.corrected) == ("Read again", 2018, ())


def test_a_new_version_has_the_corrections_of_the_one_before(catalog: Catalog):
    link(catalog, FIRST, "law", "/a.pdf")
    catalog.descriptions.correct(FIRST, {"organisation": "Orchard Inc."})
    link(catalog, SECOND, "law", "/a.pdf")
    assert [document.organisation for document in catalog.documents(ids=[SECOND])] == ["Orchard Inc."]


def test_it_is_known_how_many_pages_are_read_before_a_document_is(catalog: Catalog):
    for document_id, pages in ((FIRST, 5), (SECOND, 3), (THIRD, 0)):
        link(catalog, document_id, "law", f"/{document_id[0]}.pdf")
        catalog.set_state(document_id, "queued", pages=pages)
    with catalog.hold(FIRST) as held:
        held.record_pages([PageOutcome(1, "layer", ""), PageOutcome(2, "", "timed out")])
    assert [catalog.reading.pages_until(each) for each in (FIRST, SECOND, THIRD)] == [3, 6, None]
    catalog.attempt(FIRST)  # then it comes last
    assert [catalog.reading.pages_until(each) for each in (FIRST, SECOND)] == [None, 3]
    catalog.set_state(SECOND, "done")
    assert catalog.reading.pages_until("d" * 64) == 0


def opened_again(catalog: Catalog) -> Catalog:
    """The same catalog as another process has it."""
    return Catalog(sa.create_engine(catalog._engine.url))


def before(catalog: Catalog, beginning: str, happens: Callable[[], object]) -> None:
    """Let something happen before the first statement of a catalog that begins like this."""
    left = [happens]

    @sa.event.listens_for(catalog._engine, "before_cursor_execute")
    def execute(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        if statement.startswith(beginning) and left:
            left.pop()()


def test_two_processes_may_record_the_same_fact_at_once(catalog: Catalog):
    other = opened_again(catalog)
    before(catalog, "INSERT INTO facts", lambda: other.require("embedding", "bge", "embedded with another model"))
    catalog.require("embedding", "bge", "embedded with another model")
    other.close()


def test_two_workers_may_begin_at_once(postgres_url: str):
    catalog, other = Catalog.on(postgres_url), Catalog.on(postgres_url)  # with SQLite one waits for the other
    before(catalog, "INSERT INTO facts", other.reading.worker_is_there)
    catalog.reading.worker_is_there()
    assert catalog.reading.activity().worker_seen_at is not None
    for each in (catalog, other):
        each.close()


def test_a_copy_is_as_everything_stands_at_one_moment(catalog: Catalog, tmp_path: Path):
    other, copy = opened_again(catalog), Catalog.at(tmp_path / "copy.db")
    link(catalog, FIRST, "law", "/a.pdf")
    before(copy, "INSERT INTO documents", lambda: link(other, SECOND, "law", "/b.pdf"))
    copy.take(catalog)
    assert [document.id for document in copy.documents()] == [FIRST]
    assert copy.sources.paths("law") == ["/a.pdf"]
    for each in (copy, other):
        each.close()
