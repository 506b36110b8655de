"""The same bytes again, under other names, in other collections; files that change."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docqa.errors import NotInLibrary
from docqa.library import Library, named
from docqa.types import Query, Scope, StoredAnswer
from ingest.pipeline import Pipeline
from tests.fakes import Silent, run

MakePDF = Callable[..., Path]
EVERYWHERE = Scope()


def test_the_same_bytes_again_cost_nothing(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    path = make_pdf("One page.")
    run(pipeline, path)
    [report], pages = run(pipeline, path)
    assert (report.outcome, pages) == ("unchanged", 0)
    assert library.index.count(EVERYWHERE) == 1


def test_the_same_bytes_under_two_names_are_one_document(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    first = make_pdf("One page.", name="first.pdf")
    second = first.with_name("second.pdf")
    second.write_bytes(first.read_bytes())
    run(pipeline, first, second)
    assert len(library.catalog.documents()) == 1
    assert library.index.count(EVERYWHERE) == 1


def test_a_second_collection_costs_no_reading(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    path = make_pdf("One page.")
    run(pipeline, path, collection="law")
    _, pages = run(pipeline, path, collection="tax")
    assert pages == 0
    assert [library.index.count(Scope(collections=(name,))) for name in ("law", "tax", "none")] == [1, 1, 0]


def test_a_changed_file_replaces_its_older_version(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    run(pipeline, make_pdf("The old text."))
    run(pipeline, make_pdf("The new text."))
    [document] = library.catalog.documents()
    assert library.files.page(document.id, 1).text == "The new text."
    assert library.index.count(EVERYWHERE) == 1


def test_a_copy_of_the_older_version_keeps_it_beside_the_newer(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, tmp_path: Path
):
    path = make_pdf("The old text.")
    run(pipeline, path)
    copy = path.with_name("report_v1.pdf")
    copy.write_bytes(path.read_bytes())
    make_pdf("The new text.")
    reports, _ = run(pipeline, path, copy)
    assert [report.outcome for report in reports] == ["done", "unchanged"]
    texts = {library.files.page(document.id, 1).text for document in library.catalog.documents()}
    assert texts == {"The old text.", "The new text."}


def test_a_version_left_unread_is_not_read_when_the_file_changed_again(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    path = make_pdf("First.")
    run(pipeline, path)
    make_pdf("Second.")
    with monkeypatch.context() as stopped:
        stopped.setattr(Pipeline, "read_unfinished", lambda *_: None)
        pipeline.ingest([path], collection="default", progress=Silent())
    make_pdf("Third.")
    [report], pages = run(pipeline, path)
    assert (report.outcome, pages) == ("done", 1)
    [document] = library.catalog.documents()
    assert library.files.page(document.id, 1).text == "Third."


def test_what_changes_in_one_collection_leaves_the_other_to_its_version(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    path = make_pdf("The old text.")
    run(pipeline, path, collection="law")
    run(pipeline, path, collection="tax")
    run(pipeline, make_pdf("The new text."), collection="law")
    assert library.index.count(Scope(collections=("law",))) == 1
    assert library.index.count(Scope(collections=("tax",))) == 1
    assert {document.collections for document in library.catalog.documents()} == {("law",), ("tax",)}


@pytest.mark.parametrize("lost", ["the path", "to a new version"])
def test_answers_go_whose_askers_see_the_document_no_more(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, lost: str
):
    path = make_pdf("The old text.")
    run(pipeline, path, collection="law")
    run(pipeline, path, collection="tax")
    [document] = library.catalog.documents()
    keys = {name: library.catalog.keys.create(name, [name])[0].id for name in ("law", "tax")}
    for name, owner in keys.items():
        library.catalog.conversations.add(
            StoredAnswer(name, name, datetime.now(UTC), "{}"),
            owner=owner,
            question="What?",
            turn=None,
            document_ids=[document.id],
            begins=True,
        )
    if lost == "the path":
        assert library.lose_path(str(path), collection="law") == 0
    else:
        run(pipeline, make_pdf("The new text."), collection="law")
    assert library.index.count(Scope((document.id,), ("law",))) == 0
    assert [len(library.catalog.conversations.list(keys[name])) for name in ("law", "tax")] == [0, 1]


def test_a_document_is_called_and_found_by_a_file_that_it_has(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    before = make_pdf("One page.", name="plan 2019.pdf")
    after = before.with_name("plan 2021.pdf")
    after.write_bytes(before.read_bytes())
    run(pipeline, before, after)
    assert library.lose_path(str(before), collection="default") == 0
    [document] = library.catalog.documents()
    assert document.name == "plan 2021.pdf"
    [card] = library.index.cards(library.index.keys(Scope((document.id,)))).values()
    assert card.years == (2021,)


def test_a_document_is_named_by_its_name_by_that_of_its_file_or_by_its_id(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    first = make_pdf("One page.", name="a_1.pdf")
    second = first.with_name("b.pdf")
    second.write_bytes(first.read_bytes())
    run(pipeline, first, second)
    [document] = library.catalog.documents()
    for name in ("a_1.pdf", "b.pdf", document.id, document.id[:8].upper()):
        assert named(library.catalog, name).id == document.id
    for name in ("ab1.pdf", "1.pdf", "%.pdf", document.id[:3], "b.pd"):
        with pytest.raises(NotInLibrary, match="No document is called"):
            named(library.catalog, name)


def test_a_new_version_that_cannot_be_read_leaves_the_older_one(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    path = make_pdf("The old text.")
    run(pipeline, path)
    path.write_bytes(b"%PDF-1.7 broken")
    [report], _ = run(pipeline, path)
    assert report.outcome == "failed"
    assert sorted(document.state for document in library.catalog.documents()) == ["done", "failed"]
    assert library.index.count(EVERYWHERE) == 1


def test_a_correction_outlasts_reading_again_and_new_versions(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    run(pipeline, make_pdf("Annual report 2018 of the orchard."))
    [document] = library.catalog.documents()
    assert (document.kind, document.year, document.corrected) == ("annual report", 2018, ())
    library.correct(document.id, {"organisation": "Orchard Inc.", "year": 2019})
    with library.catalog.hold(document.id) as held:
        held.forget_pages([1])
    pipeline.read_unfinished(Silent())
    run(pipeline, make_pdf("Annual report 2020 of the orchard."))
    [newer] = library.catalog.documents()
    assert newer.id != document.id
    assert (newer.organisation, newer.year, newer.corrected) == ("Orchard Inc.", 2019, ("organisation", "year"))
    library.correct(newer.id, {"year": None})
    [read] = library.catalog.documents()
    assert (read.organisation, read.year, read.corrected) == ("Orchard Inc.", 2020, ("organisation",))


def test_a_correction_does_not_go_on_to_those_who_have_the_document_elsewhere(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    path = make_pdf("The old text.")
    run(pipeline, path, collection="law")
    [document] = library.catalog.documents()
    library.correct(document.id, {"organisation": "Secret Inc."})
    run(pipeline, path, collection="tax")
    run(pipeline, make_pdf("The new text."), collection="tax")
    [newer] = library.catalog.documents(collections=["tax"])
    assert (newer.organisation, newer.corrected) == ("", ())


def test_what_was_read_before_documents_were_described_is_described_later(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as earlier:
        earlier.setattr("ingest.describing.describe", lambda *_: None)
        earlier.setattr("ingest.describing.record", lambda library, id, *_: library.catalog.document(id))
        run(pipeline, make_pdf("Annual report 2018", "Orchard Inc. (NYSE: ORCH)"))
    [document] = library.catalog.documents()
    assert (document.organisation, library.catalog.descriptions.unknown()) == ("", [document.id])
    pipeline.read_unfinished(Silent())
    [described] = library.catalog.documents()
    assert (described.organisation, described.year) == ("Orchard Inc.", 2018)
    assert library.index.rank(Query("Orchard", [0.1] * 64), limit=5).facts != []
