from collections.abc import Callable
from pathlib import Path

from docqa.library import Library
from docqa.retrieval import Retriever
from docqa.types import Scope
from ingest.pipeline import Pipeline
from tests.fakes import WordHashEmbedder, run

MakePDF = Callable[..., Path]


def test_a_page_is_named_by_its_physical_or_its_printed_number(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    subjects = ["Cover", "Contents", "Apples", "Pears", "Plums", "Quinces", "Cherries", "Grapes"]
    run(pipeline, make_pdf(*(f"{name} of the farm.\n{number - 2}" for number, name in enumerate(subjects, start=1))))
    retriever = Retriever(WordHashEmbedder(), library.index, reranker=None, rerank_pages=0)
    found = retriever.retrieve("What is on page 5?", limit=8)
    assert {hit.page for hit in found.hits[:2]} == {5, 7}
    assert {hit.page: hit.passages[0].printed for hit in found.hits[:2]} == {5: "3", 7: "5"}
    assert [hit.page for hit in retriever.retrieve("Apples", scope=Scope(pages=((5, 5),)), limit=8).hits] == [5]
