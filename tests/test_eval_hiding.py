from pathlib import Path

import pytest

from docqa import build
from docqa.evaluation import hiding, run
from docqa.evaluation.hiding import Hiding
from docqa.evaluation.questions import Question
from docqa.library import Library
from docqa.protocols import Entry
from docqa.settings import Settings
from docqa.types import Passage, PassageKey, Query, Scope
from tests.fakes import WordHashEmbedder

EMBEDDER = WordHashEmbedder()
ONE, OTHER = "1" * 64, "2" * 64


def entries(document_id: str, *pages: str) -> list[Entry]:
    """A passage for each word of each page."""
    return [
        Entry(
            Passage(document_id, number, ordinal, 0, word, ("report",), ()),
            ("default",),
            EMBEDDER.embed_query(word),
            word,
            text if ordinal == 0 else "",
            text if (number, ordinal) == (1, 0) else "",
        )
        for number, text in enumerate(pages, start=1)
        for ordinal, word in enumerate(text.split())
    ]


def test_rankings_are_what_they_would_be_were_the_pages_not_there(library: Library):
    pages = ["coal", "coal coal coal coal", "grain", "coal timber"]
    library.index.upsert([*entries(ONE, *pages), *entries(OTHER, *pages)])
    hidden = Hiding(library.index, ONE, frozenset({2}))
    vector = EMBEDDER.embed_query("coal")
    for scope in (Scope((ONE,)), Scope(), Scope((ONE,), pages=((2, 4),))):
        shown = hidden.rank(Query("coal", vector, scope), limit=3)
        full = library.index.rank(Query("coal", vector, scope), limit=100)
        for mine, all_of_it in ((shown.dense, full.dense), (shown.words, full.words), (shown.pages, full.pages)):
            left = [each for each in all_of_it if not (each.key.document == ONE[:15] and each.key.page == 2)]
            assert len(left) < len(all_of_it)
            assert [each.score for each in mine] == [each.score for each in left[:3]]
            assert {each.key for each in mine} <= {each.key for each in left}
        assert shown.documents == full.documents
        assert hidden.size(scope) == library.index.size(scope) - 4
    mine, others = (PassageKey(document[:15], 2, 0) for document in (ONE, OTHER))
    assert set(hidden.passages([mine, others])) == {others}
    elsewhere = Query("coal", vector, Scope((OTHER,)))
    assert hidden.rank(elsewhere, limit=3) == library.index.rank(elsewhere, limit=3)
    assert hidden.size(Scope((OTHER,))) == library.index.size(Scope((OTHER,)))


def test_a_question_does_not_find_the_pages_that_are_hidden_from_it(example_data: Path):
    settings = Settings(data=example_data)
    model = build.embedder(settings)
    coal = {
        "question": "When did the last coal ship leave Sandhaven?",
        "doc": "harbour-report-2024.pdf",
        "standalone": True,
    }
    asked = [
        Question(id="shown", evidence_pages=(1,), **coal),
        Question(id="hidden", evidence_mode="none", hidden_pages=(1,), made="hidden page", **coal),
    ]
    with build.library(settings, model, purpose="test") as library:
        documents = {document.name: document.id for document in library.catalog.documents()}
        evaluation = run.evaluate(build.engine(settings, library, model), asked, documents)
    for shown, hidden in (evaluation.in_document, evaluation.corpus):
        assert ("harbour-report-2024.pdf", 1) in shown.found
        assert ("harbour-report-2024.pdf", 1) not in hidden.found
        assert all(each.page.number != 1 for each in hidden.answer.evidence if each.document == asked[1].doc)
        assert len(hidden.found) >= 3
    summary = run.summary(evaluation)
    assert summary["near_misses"]["hidden page"]["questions"] == 1
    assert summary["reliability"]["in_document"]["questions"] == 2


def test_hiding_a_page_leaves_the_engine_as_it_was(example_data: Path):
    settings = Settings(data=example_data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="test") as library:
        engine = build.engine(settings, library, model)
        document = library.catalog.documents()[0]
        hidden = hiding.without(engine, document.id, (1,))
        scope = Scope((document.id,))
        assert hidden.retriever.index.size(scope) < engine.retriever.index.size(scope)


def test_a_hidden_page_that_the_pdf_lacks_is_named():
    from docqa.errors import UsageError

    question = Question(id="q", question="?", doc="a.pdf", evidence_mode="none", hidden_pages=(10,))
    with pytest.raises(UsageError, match=r"page 10, which a\.pdf lacks"):
        run.check([question], {"a.pdf": "id"}, {"id": 9})
