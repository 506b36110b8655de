from collections.abc import Callable, Sequence
from pathlib import Path

from docqa.library import Library
from docqa.retrieval import Retriever
from docqa.types import Scope
from ingest.pipeline import Pipeline
from tests.fakes import SharedWordsReranker, WordHashEmbedder, run

MakePDF = Callable[..., Path]


class Counting(SharedWordsReranker):
    """Counts the texts it reads."""

    def __init__(self) -> None:
        self.read = 0

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read += len(texts)
        return super().score(question, texts)


def test_a_page_is_named_by_its_physical_or_its_printed_number(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    subjects = ["Cover", "Contents", "Apples", "Pears", "Plums", "Quinces", "Cherries", "Grapes"]
    run(pipeline, make_pdf(*(f"{name} of the farm.\n{number - 2}" for number, name in enumerate(subjects, start=1))))
    retriever = Retriever(WordHashEmbedder(), library.index, reranker=None, rerank_pages=0)
    found = retriever.retrieve("What is on page 5?", limit=8)
    assert {hit.page for hit in found.hits[:2]} == {5, 7}
    assert {hit.page: hit.passages[0].printed for hit in found.hits[:2]} == {5: "3", 7: "5"}
    assert [hit.page for hit in retriever.retrieve("Apples", scope=Scope(pages=((5, 5),)), limit=8).hits] == [5]


def test_once_the_budget_is_spent_no_further_page_is_read(pipeline: Pipeline, library: Library, make_pdf: MakePDF):
    run(pipeline, make_pdf(*(f"Apples of orchard {number} weigh {number} tons." for number in range(1, 13))))
    counted: list[int] = []
    for budget_ms in (None, 60_000.0, 0.0):
        reranker = Counting()
        retriever = Retriever(WordHashEmbedder(), library.index, reranker, 10, rerank_budget_ms=budget_ms)
        assert len(retriever.retrieve("How much do the apples weigh?", limit=10).hits) == 10
        counted.append(reranker.read)
    assert counted == [10, 10, 4]
