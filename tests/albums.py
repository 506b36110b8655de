"""PDFs of coloured pages, and libraries in which these are found by their images."""

from collections.abc import Sequence
from pathlib import Path

import pymupdf

from docqa.library import Library
from docqa.retrieval.retriever import Retriever
from ingest import visuals
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.fakes import ColourEmbedder, SharedWordsReranker, Silent, WordHashEmbedder, run

COLOURS = {"red": (0.9, 0.1, 0.1), "green": (0.1, 0.8, 0.1), "blue": (0.1, 0.1, 0.9)}


def album(path: Path, *colours: str, text: str = "") -> Path:
    """A PDF with a page without text in each of these colours, and one with text on white if there is one."""
    pdf = pymupdf.open()
    for colour in colours:
        page = pdf.new_page(width=200, height=300)
        page.draw_rect(page.rect, fill=COLOURS[colour])
    if text:
        pdf.new_page(width=200, height=300).insert_text((20, 50), text)
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
