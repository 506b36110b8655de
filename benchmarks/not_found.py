"""Fit and test when to say not_found, and how likely it is that the pages found hold the answer.

    docqa eval make MADE.jsonl
    python benchmarks/not_found.py QUESTIONS.jsonl --made MADE.jsonl [--data LIBRARY]

Fits the regressions of docqa/answers/answerability.py on made questions and their near misses, and on questions about
something else entirely (foreign_fit.txt). Prints their coefficients. Then tests those that are in the code on the
questions of a file (docs/evaluation.md), each of its own document and, if it stands alone, of all of them, with its
gold pages there and with them hidden from the search, and on other foreign questions (foreign_questions.txt).
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

from docqa import build
from docqa.answers import answerability
from docqa.answers.answerability import Regression
from docqa.answers.engine import Engine
from docqa.answers.extractive import QuotationAnswerer
from docqa.evaluation import calibration, hiding, questions
from docqa.evaluation.questions import Question
from docqa.settings import load
from docqa.types import Retrieval, Scope

HERE = Path(__file__).parent
EVERYWHERE = Scope()
STRICT = (0.3, 0.4, 0.5)  # of DOCQA_ANSWER__MIN_ANSWERABLE
RIDGE = 1e-3  # of what tells documents of the matter from others
STRONG_RIDGE = 5e-2  # of what tells pages with the answer: made questions share more words with theirs than people's do


@dataclass(frozen=True, slots=True)
class Case:
    """What came of a question."""

    retrieval: Retrieval
    quote_odds: float | None
    holds: bool  # a page with the answer is among those found

    @property
    def answerable(self) -> float:
        return answerability.answerable(self.retrieval, quote_odds=self.quote_odds)


def main() -> None:
    """Ask, fit, test, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--made", type=Path, required=True, help="questions that docqa eval make made")
    parser.add_argument("--data", type=Path, help="library that holds the PDFs of both (docqa ingest)")
    options = parser.parse_args()
    settings = load(options.data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="benchmark") as library:
        engine = build.engine(settings, library, model)
        ids = {document.name: document.id for document in library.catalog.documents()}
        _fit(engine, [each for each in questions.load(options.made) if each.doc in ids], ids)
        _test(engine, [each for each in questions.load(options.questions) if each.doc in ids], ids)


def _fit(engine: Engine, made: Sequence[Question], ids: dict[str, str]) -> None:
    good = [case for each in made if each.answerable for case in _asked(engine, each, ids) if case.holds]
    near = [case for each in made if not each.answerable for case in _asked(engine, each, ids)]
    foreign = list(_foreign(engine, "foreign_fit.txt", ids.values()))
    whole = [[case.retrieval.match for case in group if not case.retrieval.parts] for group in (good, foreign)]
    match = [[answerability.related_signals(each) for each in group] for group in whole]
    print("RELATED", _fitted(*match, ridge=RIDGE))
    print("RELATED_ALONE", _fitted(*([(signals[0], signals[-1]) for signals in group] for group in match), ridge=RIDGE))
    held = [
        [answerability.held_signals(case.retrieval, case.quote_odds) for case in group if case.quote_odds is not None]
        for group in (good, near)
    ]
    print("HELD", _fitted(*held, ridge=STRONG_RIDGE))
    without = [[answerability.held_signals(case.retrieval, None) for case in group] for group in (good, near)]
    print("HELD_ALONE", _fitted(*without, ridge=STRONG_RIDGE))


def _test(engine: Engine, asked: Sequence[Question], ids: dict[str, str]) -> None:
    there = [each for each in asked if each.answerable]
    hidden = [each.model_copy(update={"hidden_pages": each.evidence_pages}) for each in there]
    groups = {
        "answerable": [case for each in there for case in _asked(engine, each, ids)],
        "the same without their gold pages": [case for each in hidden for case in _asked(engine, each, ids)],
        "near misses": [case for each in asked if not each.answerable for case in _asked(engine, each, ids)],
        "about something else": list(_foreign(engine, "foreign_questions.txt", ids.values())),
    }
    heads = " | ".join(f"answerable < {least}" for least in STRICT)
    print(f"\n| | asked | not related | {heads} |\n| --- | --- | --- |{' --- |' * len(STRICT)}")
    for name, cases in groups.items():
        unrelated = [answerability.related(case.retrieval) < engine.not_found_below for case in cases]
        doubtful = (f"{np.mean([case.answerable < least for case in cases]):.1%}" for least in STRICT)
        print(f"| {name} | {len(cases)} | {np.mean(unrelated):.1%} | {' | '.join(doubtful)} |")
    cases = [case for name, group in groups.items() if name != "about something else" for case in group]
    found = calibration.reliability([case.answerable for case in cases], [case.holds for case in cases])
    assert found is not None
    print(f"\nexpected calibration error {found.expected_calibration_error:.3f}, Brier score {found.brier:.3f}")
    print("\n| stated | came true | questions |\n| --- | --- | --- |")
    for each in found.bins:
        print(f"| {each.predicted:.2f} | {each.observed:.2f} | {each.questions} |")


def _asked(engine: Engine, question: Question, ids: dict[str, str]) -> Iterator[Case]:
    own = ids[question.doc or ""]
    engine = hiding.without(engine, own, question.hidden_pages) if question.hidden_pages else engine
    gold = {(own, page) for page in question.evidence_pages} - {(own, page) for page in question.hidden_pages}
    for scope in (Scope((own,)), *([EVERYWHERE] if question.standalone else [])):
        yield _case(engine, question.question, scope, gold)


def _foreign(engine: Engine, name: str, document_ids: Iterable[str]) -> Iterator[Case]:
    """Each question of a list, asked of all documents and of one of them in turn."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    for line, document_id in zip(lines, cycle(document_ids)):
        for scope in (EVERYWHERE, Scope((document_id,))):
            yield _case(engine, line, scope, set())


def _case(engine: Engine, question: str, scope: Scope, gold: set[tuple[str, int]]) -> Case:
    retrieval = engine.retriever.retrieve(question, scope=scope, limit=engine.evidence_pages)
    answerer = QuotationAnswerer(engine.retriever.reranker)
    draft = answerer.answer(question, engine.evidence(retrieval), say=lambda _: None, show=lambda _: None)
    return Case(retrieval, draft.log_odds, any((hit.document_id, hit.page) in gold for hit in retrieval.hits))


def _fitted(good: Sequence[Sequence[float]], bad: Sequence[Sequence[float]], *, ridge: float) -> Regression:
    """Both classes weighted alike, by Newton's method."""
    rows = np.array([*good, *bad], dtype=float)
    wanted = np.array([1.0] * len(good) + [0.0] * len(bad))
    weights = np.where(wanted == 1, 0.5 / len(good), 0.5 / len(bad))
    mean, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([(rows - mean) / deviation, np.ones(len(rows))])
    theta = np.zeros(design.shape[1])
    penalty = np.array([ridge] * (len(theta) - 1) + [1e-6])  # but not of the bias
    for _ in range(50):
        guess = 1 / (1 + np.exp(-design @ theta))
        gradient = design.T @ (weights * (guess - wanted)) + penalty * theta
        hessian = (design * (weights * guess * (1 - guess))[:, None]).T @ design + np.diag(penalty)
        theta -= np.linalg.solve(hessian, gradient)
    slopes = theta[:-1] / deviation
    return Regression(tuple(round(slope, 3) for slope in slopes.tolist()), round(float(theta[-1] - slopes @ mean), 2))


if __name__ == "__main__":
    main()
