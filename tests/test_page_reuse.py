"""A new version of a document costs what changed in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from docqa.catalog.held import PageOutcome
from docqa.library import Library
from docqa.retrieval import context
from docqa.types import PassageKey, Scope, Vector
from docqa.upkeep.repair import examine
from ingest import pipeline as pipeline_module
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions, read_page
from ingest.sandbox import Pending, Sandbox
from tests.fakes import WordHashEmbedder, run

MakePDF = Callable[..., Path]

PAGES = 40
AS_USUAL = ReadingOptions()
CHANGED = {7: "Page 7 was rewritten.", 20: "Page 20, too.", 33: "So was page 33."}


class CountingEmbedder(WordHashEmbedder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        self.texts += texts
        return super().embed_passages(texts)


@dataclass
class CountingSandbox:
    """Remembers which pages were read."""

    sandbox: Sandbox
    read: list[int] = field(default_factory=list)

    @property
    def workers(self) -> int:
        return self.sandbox.workers

    def submit(self, task: Callable[..., Any], *args: Any) -> Pending[Any]:
        if task is read_page:
            self.read.append(args[1])
        return self.sandbox.submit(task, *args)

    def close(self) -> None: ...


@dataclass
class Counted:
    """A pipeline, and what it cost to run it."""

    library: Library
    sandbox: CountingSandbox
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)

    def run(self, path: Path, *, options: ReadingOptions = AS_USUAL) -> tuple[list[int], list[str]]:
        """Pages that were read and texts that were embedded."""
        self.sandbox.read.clear()
        self.embedder.texts.clear()
        pipeline = Pipeline(self.library, self.embedder, self.sandbox, options=options, passage_words=60)  # type: ignore[arg-type]
        [report], _ = run(pipeline, path)
        assert report.outcome == "done"
        assert examine(self.library) == []
        return sorted(self.sandbox.read), list(self.embedder.texts)


@pytest.fixture
def counted(library: Library, sandbox: Sandbox) -> Counted:
    return Counted(library, CountingSandbox(sandbox))


def texts(changed: dict[int, str] | None = None) -> list[str]:
    """Of a report, some of its pages changed; by number."""
    whole = {number: f"Page {number} is about subject {number}." for number in range(1, PAGES + 1)}
    return list((whole | (changed or {})).values())


def test_only_the_pages_that_changed_are_read_and_embedded(counted: Counted, make_pdf: MakePDF):
    read, embedded = counted.run(make_pdf(*texts()))
    assert (len(read), len(embedded)) == (PAGES, PAGES)
    read, embedded = counted.run(make_pdf(*texts(CHANGED)))
    assert read == sorted(CHANGED)
    assert [text.split("\n")[1] for text in embedded] == list(CHANGED.values())
    [document] = counted.library.catalog.documents()
    assert [counted.library.files.page(document.id, number).text for number in range(1, PAGES + 1)] == texts(CHANGED)
    assert counted.library.index.count(Scope()) == PAGES


def test_a_kept_page_is_what_reading_it_again_would_give(counted: Counted, make_pdf: MakePDF, library: Library):
    counted.run(make_pdf(*texts()))
    counted.run(make_pdf(*texts(CHANGED)))
    [document] = library.catalog.documents()
    again = read_page(library.files.original(document.id), 12, ReadingOptions())
    assert library.files.page(document.id, 12) == again.page
    assert library.files.image(document.id, 12) == again.image
    key = PassageKey(document.id[:15], 12, 0)
    embedded = WordHashEmbedder().embed_query(context.in_context(library.index.passages([key])[key]))
    assert library.index.vectors([key])[key] == pytest.approx(embedded, abs=1e-6)


def test_pages_that_moved_are_kept_with_their_new_numbers(counted: Counted, make_pdf: MakePDF, library: Library):
    counted.run(make_pdf("First\n1", "Second\n2", "Third\n3"))
    read, embedded = counted.run(make_pdf("First\n1", "Foreword\n2", "Second\n2", "Third\n3"))
    assert (read, len(embedded)) == ([2], 1)
    [document] = library.catalog.documents()
    stored = [library.files.page(document.id, number) for number in (1, 2, 3, 4)]
    assert [page.number for page in stored] == [1, 2, 3, 4]
    assert [page.text.split("\n")[0] for page in stored] == ["First", "Foreword", "Second", "Third"]


def test_what_the_new_version_calls_a_page_counts(counted: Counted, make_pdf: MakePDF, library: Library):
    path = make_pdf("One.", "Two.", "Three.")
    counted.run(path)
    pdf = pymupdf.open(path)
    pdf.set_page_labels([{"startpage": 0, "style": "r", "firstpagenum": 1}])
    pdf.saveIncr()
    assert counted.run(path) == ([], [])
    [document] = library.catalog.documents()
    assert [library.files.page(document.id, number).printed for number in (1, 2, 3)] == ["i", "ii", "iii"]


def test_a_kept_page_below_another_heading_is_embedded_again(counted: Counted, tmp_path: Path):
    def headed(heading: str) -> Path:
        pdf = pymupdf.open()
        for title in (heading, ""):
            page = pdf.new_page()
            page.insert_text((72, 80), title, fontsize=20)
            for row in range(5):
                page.insert_text((72, 120 + 15 * row), "The text of the page about cheese.", fontsize=10)
        pdf.save(tmp_path / "headed.pdf")
        return tmp_path / "headed.pdf"

    counted.run(headed("Alpha"))
    read, embedded = counted.run(headed("Beta"))
    assert read == [1]
    assert [text.split("\n")[0] for text in embedded] == ["headed | Beta"] * 2


@pytest.mark.parametrize(
    "options", [ReadingOptions(dpi=100), ReadingOptions(ocr="all"), ReadingOptions(jpeg_quality=50)]
)
def test_pages_read_with_other_settings_are_read_again_but_not_embedded(
    counted: Counted, make_pdf: MakePDF, options: ReadingOptions
):
    counted.run(make_pdf("One.", "Two."))
    read, embedded = counted.run(make_pdf("One.", "Two.", "Three."), options=options)
    assert (read, len(embedded)) == ([1, 2, 3], 1)


def test_another_file_name_is_another_document(counted: Counted, make_pdf: MakePDF):
    counted.run(make_pdf("One.", "Two."))
    assert counted.run(make_pdf("One.", "Two.", "Three.", name="other.pdf"))[0] == [1, 2, 3]


def test_a_page_that_failed_in_the_older_version_is_read(counted: Counted, make_pdf: MakePDF, library: Library):
    counted.run(make_pdf("One.", "Two."))
    [document] = library.catalog.documents()
    with library.catalog.hold(document.id) as held:
        held.record_pages([PageOutcome(2, "", "timed out")])
    library.index.remove([PassageKey(document.id[:15], 2, 0)])
    assert counted.run(make_pdf("One.", "Two.", "Three."))[0] == [2, 3]


def test_an_older_page_whose_file_is_damaged_is_read_anew(counted: Counted, make_pdf: MakePDF, library: Library):
    counted.run(make_pdf("One.", "Two."))
    [file] = library.files.uploads.parent.rglob("2.json.gz")
    file.write_bytes(b"")
    read, embedded = counted.run(make_pdf("One.", "Two.", "Three."))
    assert (read, len(embedded)) == ([2, 3], 1)


def test_stopped_anywhere_a_new_version_ends_the_same(
    counted: Counted, make_pdf: MakePDF, library: Library, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline_module, "BATCH_PAGES", 4)
    counted.run(make_pdf(*texts()))
    path = make_pdf(*texts(CHANGED))
    stored = type(library.files).store_page
    for survived in (0, 3, 9, 6, 5):
        left = iter(range(survived))

        def cut(*args: Any, left: Any = left) -> None:
            next(left)  # raises when it is used up
            stored(*args)

        with monkeypatch.context() as patch:
            patch.setattr(type(library.files), "store_page", cut)
            with pytest.raises(StopIteration):
                counted.run(path)
    read, _ = counted.run(path)
    assert set(read) <= set(CHANGED)
    [document] = library.catalog.documents()
    assert [library.files.page(document.id, number).text for number in range(1, PAGES + 1)] == texts(CHANGED)
    assert library.index.count(Scope()) == PAGES
