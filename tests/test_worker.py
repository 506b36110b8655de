"""The loop that reads what is queued."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docqa.errors import DocQAError, IndexUnavailable, LibraryFull
from docqa.library import Library
from docqa.upkeep.repair import examine
from ingest import intake, worker
from ingest import pipeline as pipeline_module
from ingest.pipeline import ATTEMPTS, Pipeline
from tests.fakes import Silent, run

MakePDF = Callable[..., Path]


@contextmanager
def working(pipeline: Pipeline, library: Library) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=worker.work, args=(pipeline, library.catalog, stopping))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=30)
        assert not thread.is_alive()


def queue(library: Library, *paths: Path) -> None:
    intake.register(library, paths, collection="default", progress=Silent())


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def states(library: Library) -> list[str]:
    return [document.state for document in library.catalog.documents()]


def test_what_is_queued_is_read_also_what_comes_later(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    queue(library, make_pdf("One.", name="one.pdf"))
    with working(pipeline, library):
        until(lambda: states(library) == ["done"])
        queue(library, make_pdf("Two.", name="two.pdf"))
        until(lambda: states(library) == ["done", "done"])
        activity = library.catalog.reading.activity()
    assert (activity.states, activity.pages_waiting) == ({"done": 2}, 0)
    assert activity.pages_per_minute > 0
    assert activity.worker_seen_at is not None


@pytest.mark.parametrize("failure", [IndexUnavailable("gone"), LibraryFull("full")])
def test_an_index_that_does_not_answer_and_a_full_disk_are_waited_for(
    pipeline: Pipeline,
    library: Library,
    make_pdf: MakePDF,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: DocQAError,
):
    caplog.set_level(logging.INFO)
    failures = iter([failure, failure])
    upsert = type(library.index).upsert

    def unreliable(self: object, entries: object) -> None:
        if error := next(failures, None):
            raise error
        upsert(self, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(type(library.index), "upsert", unreliable)
    monkeypatch.setattr(worker, "RETRY_S", (0.05,))
    queue(library, make_pdf("One.", "Two."))
    with working(pipeline, library):
        until(lambda: states(library) == ["done"])
        until(lambda: "What waited is read: all services answer again, or there is room again" in caplog.messages)
    assert examine(library) == []
    [document] = library.catalog.documents()
    assert f"{document.id[:12]}: done, pages: 2" in caplog.messages


@pytest.mark.parametrize("failure", [IndexUnavailable("gone"), LibraryFull("full")])
def test_an_outage_however_long_is_not_the_documents_fault(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch, failure: DocQAError
):
    def unavailable(self: object, entries: object) -> None:
        raise failure

    queue(library, make_pdf("One."))
    with monkeypatch.context() as patch:
        patch.setattr(type(library.index), "upsert", unavailable)
        for _ in range(ATTEMPTS + 2):
            with pytest.raises(type(failure)):
                pipeline.read_unfinished(Silent())
    pipeline.read_unfinished(Silent())
    assert states(library) == ["done"]


@pytest.mark.parametrize("damage", ["gone", "empty"])
def test_a_page_whose_file_is_damaged_is_read_again_and_stops_nobody(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch, damage: str
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 2)
    queue(library, make_pdf(*[f"Page {number}." for number in range(6)]), make_pdf("Other.", name="other.pdf"))
    pipeline.read_unfinished(Silent(), stopping=lambda: True)
    [file] = library.files.uploads.parent.rglob("1.json.gz")
    file.unlink() if damage == "gone" else file.write_bytes(b"")
    pipeline.read_unfinished(Silent())
    assert states(library) == ["done", "done"]
    assert examine(library) == []


def test_a_document_deleted_while_it_is_read_leaves_nothing(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 2)
    queue(library, make_pdf(*[f"Page {number} of many." for number in range(40)]))
    with working(pipeline, library):
        until(lambda: library.catalog.documents()[0].pages_done > 0)
        [document] = library.catalog.documents()
        library.delete(document)
        queue(library, make_pdf("Another one.", name="other.pdf"))
        until(lambda: states(library) == ["done"])
    assert examine(library) == []
    assert [document.name for document in library.catalog.documents()] == ["other.pdf"]


def test_a_document_deleted_and_added_again_while_it_is_read_ends_complete(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 2)
    path = make_pdf(*[f"Page {number} of many." for number in range(30)])
    queue(library, path)
    with working(pipeline, library):
        until(lambda: library.catalog.documents()[0].pages_done > 0)
        library.delete(library.catalog.documents()[0])
        queue(library, path)
        until(lambda: states(library) == ["done"])
    assert library.catalog.documents()[0].pages_done == 30
    assert examine(library) == []


def test_a_document_that_kills_the_process_is_given_up_and_the_others_are_read(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF
):
    queue(library, make_pdf("Poison.", name="poison.pdf"), make_pdf("Good.", name="good.pdf"))
    poison = next(document for document in library.catalog.documents() if document.name == "poison.pdf")
    for _ in range(ATTEMPTS):  # each time the process died before a page was recorded
        library.catalog.attempt(poison.id)
    pipeline.read_unfinished(Silent())
    assert {document.name: document.state for document in library.catalog.documents()} == {
        "good.pdf": "done",
        "poison.pdf": "failed",
    }
    assert "given up" in library.catalog.documents(ids=[poison.id])[0].error
    library.retry([poison.id])
    pipeline.read_unfinished(Silent())
    assert states(library) == ["done", "done"]


def test_what_progressed_may_be_interrupted_as_often_as_it_likes(
    pipeline: Pipeline, library: Library, make_pdf: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 1)
    queue(library, make_pdf(*[f"Page {number}." for number in range(ATTEMPTS + 3)]))
    for _ in range(ATTEMPTS + 2):
        pipeline.read_unfinished(Silent(), stopping=lambda: True)
    assert library.catalog.documents()[0].pages_done == ATTEMPTS + 2
    pipeline.read_unfinished(Silent())
    assert states(library) == ["done"]


def test_files_registered_twice_at_once_are_one_document(library: Library, pipeline: Pipeline, make_pdf: MakePDF):
    path = make_pdf("The same bytes.")
    threads = [threading.Thread(target=queue, args=(library, path)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library.catalog.documents()) == 1
    [report], _ = run(pipeline, path)
    assert report.outcome == "done"
    assert examine(library) == []
