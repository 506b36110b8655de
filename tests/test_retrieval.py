from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path

import pymupdf
import pytest

from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.protocols import Entry
from docqa.question.naming import card
from docqa.retrieval.retriever import Retriever
from docqa.types import Document, Facts, Passage, Scope
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


COMPANIES = ("Acme Industries, Inc.", "Borealis Foods Corporation")
YEARS = (2018, 2019)
COPIES = 120  # more than a ranking holds


def filing(company: str, year: int, sales: int) -> tuple[str, ...]:
    """A filing like any other but for its company, its year and its figures; the company is only on its cover."""
    return (
        f"FORM 10-K\nANNUAL REPORT\nFor the fiscal year ended December 31, {year}\n{company}\n"
        "(Exact name of registrant as specified in its charter)",
        "Item 1A. Risk factors\nOur business depends on raw materials, on our customers and on the weather.",
        f"Item 8. Consolidated statements of income\nNet sales\t{sales}\nCost of sales\t{sales - 40}\nNet income\t21",
    )


@pytest.fixture
def filings(pipeline: Pipeline, library: Library, make_pdf: MakePDF) -> dict[tuple[str, int | None], Document]:
    """Near-identical filings, by the company and the year that were read in them; their names tell nothing."""
    made = [
        make_pdf(*filing(company, year, 1000 * number + year), name=f"{number:016x}{year}.pdf")
        for number, company in enumerate(COMPANIES)
        for year in YEARS
    ]
    run(pipeline, *made)
    return {(document.organisation, document.year): document for document in library.catalog.documents()}


def test_among_near_identical_filings_the_one_of_that_company_and_year_comes_first(
    filings: dict[tuple[str, int | None], Document], library: Library
):
    retriever = Retriever(WordHashEmbedder(), library.index, reranker=None, rerank_pages=0)
    for company, year in product(COMPANIES, YEARS):
        name = company.split()[0]
        found = retriever.retrieve(f"What were the net sales of {name} in fiscal {year}?", limit=20).hits
        assert (found[0].document_id, found[0].page) == (filings[company, year].id, 3)
        assert len([hit for hit in found if hit.page == 3]) == len(filings)  # none is lost by it

    found = retriever.retrieve("Which risk factors does Borealis name in its 10-K for 2018?", limit=5).hits
    (risks,) = (hit for hit in found if hit.page == 2)  # the same text in all of them
    assert risks.document_id == filings[COMPANIES[1], 2018].id
    assert {same.document_id for same in risks.also_on} == {each.id for each in filings.values()} - {risks.document_id}
    assert all(not hit.also_on for hit in found if hit.page != 2)


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[EdgeIndex]:
    """As many documents with nearly the same words as no ranking holds, each of its own company."""
    index = EdgeIndex(tmp_path / "index", dimension=lambda: WordHashEmbedder.dimension)
    for number in range(COPIES):
        text = f"Net sales were {number}."
        passage = Passage(sha256(text.encode()).hexdigest(), 1, 0, 0, text, ("filing",), ())
        vector = WordHashEmbedder().embed_query(text)
        index.upsert([Entry(passage, ("even" if number % 2 == 0 else "odd",), vector, text, text, text)])
        known = Facts(organisation=f"Company{number} Inc.", year=2018 + number % 2)
        index.describe(passage.key, passage.document_id, words=text, card=card(known, name="filing.pdf"))
    yield index
    index.close()


def test_a_document_that_is_named_is_found_where_its_words_tell_nothing(copies: EdgeIndex):
    retriever = Retriever(WordHashEmbedder(), copies, reranker=None, rerank_pages=0)
    for number in (3, 57, 118):
        found = retriever.retrieve(f"What were the net sales of Company{number}?", limit=5).hits
        assert found[0].passages[0].text == f"Net sales were {number}."
        assert len(found) == 5


def test_what_is_corrected_is_what_a_question_names(copies: EdgeIndex):
    retriever = Retriever(WordHashEmbedder(), copies, reranker=None, rerank_pages=0)
    other = retriever.retrieve("Company88", limit=1).hits[0].passages[0]
    renamed = card(Facts(organisation="Zenith Corp.", year=2011), name="filing.pdf")
    copies.describe(other.key, other.document_id, words="", card=renamed)
    assert retriever.retrieve("Net sales of Zenith", limit=5).hits[0].document_id == other.document_id
    assert retriever.retrieve("Net sales of Company88", limit=5).hits[0].document_id != other.document_id


def test_a_question_about_a_drawing_finds_the_page_that_shows_it(pipeline: Pipeline, library: Library, tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 100), "The temperature of the kiln rises for ten hours, then the kiln cools.")
    page = pdf.new_page()
    page.insert_text((72, 700), "Temperature of the kiln")
    page.draw_rect((72, 100, 520, 600), fill=(0.2, 0.3, 0.6))
    pdf.save(tmp_path / "kiln.pdf")
    run(pipeline, tmp_path / "kiln.pdf")
    retriever = Retriever(WordHashEmbedder(), library.index, reranker=None, rerank_pages=0)

    def found(question: str) -> list[int]:
        return [hit.page for hit in retriever.retrieve(question, limit=2).hits]

    assert found("For how long does the temperature of the kiln rise, and then?") == [1, 2]
    assert found("For how long does the curve of the temperature of the kiln rise, and then?") == [2, 1]
