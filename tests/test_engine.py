"""The whole way from question to answer, over the example PDFs with the real models."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from docqa import build
from docqa.answers.engine import Engine
from docqa.settings import Settings
from docqa.types import Scope


@pytest.fixture(scope="module")
def engine(example_data: Path) -> Iterator[Engine]:
    with build.open_engine(Settings(data=example_data)) as engine:
        yield engine


@pytest.mark.parametrize(
    ("question", "document", "page", "words"),
    [
        ("When did the last coal ship leave Sandhaven?", "harbour-report-2024.pdf", 1, "30 September 2024"),
        ("What was crane availability in the third quarter?", "harbour-report-2024.pdf", 2, "96.8"),
        ("What did wind assembly bring in 2024?", "harbour-report-2024.pdf", 3, "19.5"),
        ("How much was the audit fee?", "harbour-report-2024.pdf", 4, "212,000"),  # a scan
        ("What does fault code E11 mean?", "turbine-manual.pdf", 2, "Inverter too hot"),
        ("How tight must the flange bolts be?", "turbine-manual.pdf", 2, "85 Nm"),
        ("How long is the warranty of the turbine?", "turbine-manual.pdf", 3, "five years"),
    ],
)
def test_the_answer_is_quoted_from_the_right_page(engine: Engine, question: str, document: str, page: int, words: str):
    answer = engine.ask(question)
    assert (answer.status, answer.method) == ("answered", "quotation")
    assert (answer.citations[0].document, answer.citations[0].page) == (document, page)
    assert words in answer.text
    assert all(citation.boxes for citation in answer.citations)


@pytest.mark.parametrize("question", ["How many moons does Jupiter have?", "Who wrote The Magic Flute?"])
def test_a_question_about_something_else_is_not_found(engine: Engine, question: str):
    answer = engine.ask(question)
    assert (answer.status, answer.text, answer.citations) == ("not_found", "", ())
    assert answer.evidence, "the nearest pages are offered"


def test_a_scope_keeps_other_documents_out(engine: Engine):
    manual = next(
        each for each in engine.ask("How tight are the bolts?").evidence if each.document == "turbine-manual.pdf"
    )
    answer = engine.ask("When did the last coal ship leave?", scope=Scope((manual.document_id,)))
    assert {each.document for each in answer.evidence} == {"turbine-manual.pdf"}


def test_every_stage_is_timed(engine: Engine):
    assert set(engine.ask("How long is the warranty?").timings) == {
        "split",
        "embed",
        "search",
        "rerank",
        "pages",
        "answer",
    }


def test_a_follow_up_is_answered_with_what_it_leans_on(engine: Engine):
    first = "What was crane availability in the third quarter?"
    answer = engine.ask("And in the fourth quarter?", before=[first])
    assert answer.searched == f"{first} And in the fourth quarter?"
    assert answer.question == "And in the fourth quarter?"
    assert (answer.citations[0].document, answer.citations[0].page) == ("harbour-report-2024.pdf", 2)


def test_a_short_question_on_something_else_is_taken_by_itself(engine: Engine):
    answer = engine.ask("Audit fee?", before=["What does fault code E11 mean?"])
    assert answer.searched == "Audit fee?"
    assert "212,000" in answer.text


def test_a_page_named_by_its_number_is_answered_from(engine: Engine):
    manual = next(
        each for each in engine.ask("How tight are the bolts?").evidence if each.document == "turbine-manual.pdf"
    )
    answer = engine.ask("What does page 3 say?", scope=Scope((manual.document_id,)))
    assert answer.status == "answered"
    assert answer.citations[0].page == 3


@pytest.mark.parametrize(
    "question",
    [
        "How tight must the flange bolts be? How much was the audit fee?",
        "How tight must the flange bolts be, and how much was the audit fee?",
    ],
)
def test_each_of_two_questions_is_answered_from_its_own_document(engine: Engine, question: str):
    answer = engine.ask(question)
    assert [part.question for part in answer.parts] == [
        "How tight must the flange bolts be?",
        "How much was the audit fee?",
    ]
    assert all(part.found and part.labels for part in answer.parts)
    assert {(each.document, each.page) for each in answer.citations} >= {
        ("turbine-manual.pdf", 2),
        ("harbour-report-2024.pdf", 4),
    }
    assert "85 Nm" in answer.text and "212,000" in answer.text


def test_a_part_that_nothing_speaks_of_is_said_not_to_be_found(engine: Engine):
    answer = engine.ask("How much was the audit fee? How many moons does Jupiter have?")
    assert [part.found for part in answer.parts] == [True, False]
    assert answer.status == "answered"


def test_an_engine_that_expects_answers_states_higher_probabilities(engine: Engine):
    question = "When did the last coal ship leave Sandhaven?"
    assert replace(engine, expected_answerable=0.9).ask(question).answerable > engine.ask(question).answerable


def test_a_strict_engine_refuses_what_the_pages_hardly_hold(engine: Engine):
    question = "When did the last coal ship leave Sandhaven?"
    likely = engine.ask(question).answerable
    said: list[str] = []
    strict = replace(engine, min_answerable=min(1.0, likely + 0.01))
    assert strict.ask(question, say=said.append).status == "not_found"
    assert said == []
    assert replace(engine, min_answerable=likely - 0.01).ask(question).status == "answered"
