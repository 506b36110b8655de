import json
from pathlib import Path

import pytest

from docqa import build
from docqa.errors import UsageError
from docqa.evaluation import questions, run, scoring
from docqa.evaluation.questions import Question
from docqa.evaluation.report import written
from docqa.settings import Settings
from docqa.types import Answer

ROWS = [
    {
        "id": "coal",
        "doc": "harbour-report-2024.pdf",
        "question": "When did the last coal ship leave Sandhaven?",
        "answer": "30 September 2024",
        "evidence_pages": [1],
        "standalone": True,
        "evidence_boxes": [{"page": 1, "bbox": [60, 100, 540, 500]}],
    },
    {
        "id": "revenue",
        "doc": "harbour-report-2024.pdf",
        "question": "What were total revenue and total operating costs in 2024?",
        "answer": ["187.4", "156.2"],
        "evidence_pages": [3],
        "type": "table",
    },
    {"id": "moons", "question": "How many moons does Jupiter have?", "evidence_mode": "none", "standalone": True},
    {
        "id": "captain",
        "doc": "turbine-manual.pdf",
        "question": "Who painted the ceiling of the Sistine Chapel?",
        "evidence_mode": "none",
        "type": "unanswerable",
    },
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS))
    return path


def question(pages: list[int], mode: str = "all") -> Question:
    return Question(id="q", question="?", doc="a.pdf", evidence_pages=tuple(pages), evidence_mode=mode)


def test_recall_is_the_share_of_gold_pages_among_the_first():
    scores = scoring.page_scores(question([2, 7]), [("a.pdf", 9), ("a.pdf", 2), ("b.pdf", 7), ("a.pdf", 7)])
    assert (scores["R@1"], scores["R@3"], scores["R@5"]) == (0.0, 0.5, 1.0)
    assert (scores["all@3"], scores["all@5"], scores["MRR"]) == (0.0, 1.0, 0.5)


def test_any_gold_page_suffices_where_the_question_says_so():
    assert scoring.page_scores(question([2, 7], "any"), [("a.pdf", 7)])["R@1"] == 1.0


def test_pages_found_twice_count_once():
    assert scoring.page_scores(question([3]), [("a.pdf", 1)] * 3 + [("a.pdf", 3)])["R@3"] == 1.0


@pytest.mark.parametrize(
    ("text", "gold", "held"),
    [
        ("Revenue was $ 1,234.50 million.", ["1234.5"], True),
        ("It fell by (459).", ["459"], True),
        ("The Berlin School of Experimental Psychology, founded", ["berlin school of experimental psychology"], True),
        ("Only Europe", ["Europe", "Asia"], False),
        ("Asia and then Europe", ["Europe", "Asia"], True),
        ("It was 118", ["18"], False),
        ("", ["18"], False),
    ],
)
def test_an_answer_holds_the_gold_answer_however_it_is_written(text: str, gold: list[str], held: bool):
    assert scoring.contains(text, gold) is held


def test_refusals_are_counted_right_and_wrong():
    def answered(status: str) -> Answer:
        return Answer("?", "?", status, "quotation", "", (), (), 0.5, (), {})

    unanswerable = Question(id="n", question="?", evidence_mode="none")
    counted = scoring.refusals(
        [
            (question([1]), answered("answered")),
            (question([1]), answered("not_found")),
            (unanswerable, answered("not_found")),
            (unanswerable, answered("answered")),
        ]
    )
    assert (counted.precision, counted.recall) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": "?"}', "line 2: id"),
        ("not json", "line 2"),
        ('{"id": "x", "question": "?", "doc": "a.pdf"}', "needs doc and evidence_pages"),
    ],
)
def test_a_bad_line_is_named(file: Path, line: str, said: str):
    file.write_text(f"{json.dumps(ROWS[0])}\n{line}\n")
    with pytest.raises(UsageError, match=said):
        questions.load(file)


def test_questions_are_asked_of_their_document_and_of_all(file: Path, example_data: Path):
    settings = Settings(data=example_data)
    asked = questions.load(file)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="test") as library:
        documents = {document.name: document.id for document in library.catalog.documents()}
        run.check(asked, documents, dict.fromkeys(documents.values(), 9))
        evaluation = run.evaluate(build.engine(settings, library, model), asked, documents)
        summary = run.summary(evaluation)
        report = written(evaluation, summary, documents, library.files)
    assert (summary["in_document"]["questions"], summary["corpus_standalone"]["questions"]) == (2, 1)
    assert summary["in_document"]["R@5"] == summary["corpus_standalone"]["R@5"] == 1.0
    assert set(summary["by_type"]) == {"table", "text"}
    assert (summary["not_found"]["precision"], summary["not_found"]["recall"]) == (1.0, 1.0)
    assert summary["not_found_corpus"]["recall"] == 1.0
    assert summary["answers"]["in_document"]["answer_contained"] == 1.0
    assert summary["answers"]["in_document"]["boxes_overlap"] == 1.0
    assert set(summary["timings"]) >= {"embed", "search", "rerank", "answer", "total"}
    assert "<svg" in report
    assert "http://" not in report.replace("http://www.w3.org", "")


def test_a_miss_is_shown_with_its_page(example_data: Path):
    wrong = Question(
        id="m", question="When did the last coal ship leave?", doc="turbine-manual.pdf", evidence_pages=(2, 3)
    )
    settings = Settings(data=example_data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="test") as library:
        documents = {document.name: document.id for document in library.catalog.documents()}
        evaluation = run.evaluate(build.engine(settings, library, model), [wrong], documents)
        report = written(evaluation, run.summary(evaluation), documents, library.files)
    assert "Misses, in document: 1" in report
    assert report.count("data:image/jpeg;base64") >= 2


def test_a_question_about_a_missing_pdf_is_named():
    with pytest.raises(UsageError, match=r"Question q is about a\.pdf"):
        run.check([question([1])], {"b.pdf": "id"}, {"id": 9})


def test_a_page_that_the_pdf_lacks_is_named():
    with pytest.raises(UsageError, match=r"page 10, which a\.pdf lacks"):
        run.check([question([10])], {"a.pdf": "id"}, {"id": 9})
