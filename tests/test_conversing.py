"""What is asked in a conversation goes on from it or is something new, over the example PDFs with the real models."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docqa import build
from docqa.answers.engine import Engine
from docqa.answers.extractive import QuotationAnswerer
from docqa.library import Library
from docqa.retrieval.retriever import Retriever
from docqa.settings import Settings
from ingest.pipeline import Pipeline
from tests.fakes import WordHashEmbedder, run

COAL = "When did the last coal ship leave Sandhaven?"
WARRANTY = "How long is the warranty of the turbine?"
WEIGHT = "What does the turbine weigh?"
BOLTS = "How tight must the flange bolts be?"
CRANES = "What was crane availability in the third quarter?"
COSTS = "What were the energy costs in 2024?"
REVENUE = "How much was the revenue of the container terminal in 2024?"


@pytest.fixture(scope="module")
def engine(example_data: Path) -> Iterator[Engine]:
    with build.open_engine(Settings(data=example_data)) as engine:
        yield engine


@pytest.mark.parametrize(
    ("before", "question", "words"),
    [
        (REVENUE, "And in 2023?", "82.6"),
        (REVENUE, "What about the grain terminal?", "29.8"),
        (COAL, "Why?", "stop handling coal"),
        (COAL, "And what happens to the quay?", "coal quay"),
        (WARRANTY, "And for the blades?", "ten years"),
        (WARRANTY, "When does it end?", "warranty"),
        (WEIGHT, "How loud is it?", "41 dB(A)"),
        (WEIGHT, "And the rotor diameter?", "3.6 m"),
        (COSTS, "Und die Personalkosten?", "61.0"),
        (COSTS, "Et la dépréciation ?", "29.4"),
        (BOLTS, "When again?", "after 48 hours"),
        (CRANES, "And in the first quarter?", "first quarter"),
        ("Who audited the accounts of the port?", "How much was their fee?", "212,000"),
        ("Who audited the accounts of the port?", "The fee?", "212,000"),
        ("Which fault does code E02 show?", "Which fuse?", "32 A"),
    ],
)
def test_a_follow_up_is_answered_as_one(engine: Engine, before: str, question: str, words: str):
    answer = engine.ask(question, before=[before])
    assert answer.status == "answered"
    assert words in answer.text


@pytest.mark.parametrize(
    ("before", "question", "words"),
    [
        (COAL, "Which warranty does the turbine have?", "five years"),
        (COAL, "Warranty of the turbine?", "five years"),
        (COAL, "What is a turbine?", "turbine"),
        (WEIGHT, "Who is the chair?", "Ingrid Halvorsen"),
        (WEIGHT, "When was the storm?", "9 February"),
        ("What does fault code E11 mean?", "What was the audit fee?", "212,000"),
        ("How much was the audit fee?", "What does E14 mean?", "No wind signal"),
        ("How much was the audit fee?", "Rotor diameter?", "3.6 m"),
    ],
)
def test_a_new_subject_is_taken_by_itself(engine: Engine, before: str, question: str, words: str):
    answer = engine.ask(question, before=[before])
    assert (answer.status, answer.searched) == ("answered", question)
    assert words in answer.text


@pytest.mark.parametrize(
    ("before", "question"),
    [
        (CRANES, "What is the capital of Mongolia?"),
        (CRANES, "Who wrote Hamlet?"),
        (COAL, "What is photosynthesis?"),
        (COAL, "Capital of Mongolia?"),
        (WARRANTY, "What is the speed of light?"),
        (BOLTS, "Where is Timbuktu?"),
    ],
)
def test_what_nothing_speaks_of_is_not_found_in_a_conversation_either(engine: Engine, before: str, question: str):
    answer = engine.ask(question, before=[before])
    assert (answer.status, answer.text) == ("not_found", "")


def test_a_short_question_that_several_documents_answer_stays_with_the_one_spoken_of(
    pipeline: Pipeline, library: Library, make_pdf: Callable[..., Path]
):
    acme = make_pdf("Acme sells pumps in Norway. The chair of Acme is Jo Berg.", name="acme.pdf")
    beta = make_pdf("Beta sells valves in Chile. The chair of Beta is Al Cruz, a chair since May.", name="beta.pdf")
    run(pipeline, acme, beta)
    retriever = Retriever(WordHashEmbedder(), library.index, None, 8)
    engine = Engine(retriever, library.files, library.catalog.names, QuotationAnswerer(None), "quotation", 2, 0.0)
    assert [
        engine.ask("Chair?", before=[f"What does {each} sell?"]).evidence[0].document for each in ("Acme", "Beta")
    ] == [
        "acme.pdf",
        "beta.pdf",
    ]
