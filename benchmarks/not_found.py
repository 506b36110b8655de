"""Fit and test when to say not_found.

    python benchmarks/not_found.py QUESTIONS.jsonl [--data LIBRARY]

Asks the answerable questions of a file (docs/evaluation.md), each of its own document and, if it stands alone, of all
of them, and questions about something else entirely (foreign_fit.txt, foreign_questions.txt), of all documents and of
one at a time. Fits a logistic regression on the questions and foreign_fit.txt; prints its coefficients, and what the
constants in docqa/answerability.py refuse, with foreign_questions.txt as the test.
"""

import argparse
import math
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from docqa import answerability, build
from docqa.evaluation import questions
from docqa.retrieval import Retriever
from docqa.settings import load
from docqa.types import Retrieval, Scope

HERE = Path(__file__).parent
EVERYWHERE = Scope()


def main() -> None:
    """Ask, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--data", type=Path, help="library that holds the PDFs (docqa ingest)")
    options = parser.parse_args()
    settings = load(options.data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="benchmark") as library:
        retriever = build.retriever(settings, library, model)
        ids = {document.name: document.id for document in library.catalog.documents()}
        asked = [
            question for question in questions.load(options.questions) if question.answerable and question.doc in ids
        ]
        answerable = {
            "answerable, in document": _ask(
                retriever, [(each.question, Scope((ids[each.doc],))) for each in asked if each.doc]
            ),
            "answerable, all documents": _ask(
                retriever, [(each.question, EVERYWHERE) for each in asked if each.standalone]
            ),
        }
        fit = _ask(retriever, _foreign("foreign_fit.txt", ids.values()))
        test = {
            "foreign, in one document": _ask(
                retriever, [pair for pair in _foreign("foreign_questions.txt", ids.values()) if pair[1] != EVERYWHERE]
            ),
            "foreign, all documents": _ask(
                retriever, [pair for pair in _foreign("foreign_questions.txt", ids.values()) if pair[1] == EVERYWHERE]
            ),
        }
    good = [retrieval for group in answerable.values() for retrieval in group]
    if settings.reranking.enabled:
        print(
            "fitted: similarity {:.1f}, log-odds {:.2f}, log passages {:.2f}, bias {:.1f}".format(
                *_fitted(good, fit, with_reranker=True)
            )
        )
    else:
        print(
            "fitted: similarity {:.1f}, log passages {:.2f}, bias {:.1f}".format(
                *_fitted(good, fit, with_reranker=False)
            )
        )
    print(f"\n{'':28}{'asked':>6}{'refused':>9}")
    for name, group in {**answerable, **test}.items():
        refused = sum(answerability.probability(retrieval) < settings.answer.not_found_below for retrieval in group)
        print(f"{name:28}{len(group):>6}{refused / len(group):>9.1%}")


def _foreign(name: str, document_ids: Iterable[str]) -> list[tuple[str, Scope]]:
    """Each question of a list, for all documents and for one of them in turn."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [
        (line, scope)
        for line, document_id in zip(lines, cycle(document_ids))
        for scope in (EVERYWHERE, Scope((document_id,)))
    ]


def _ask(retriever: Retriever, asked: Iterable[tuple[str, Scope]]) -> list[Retrieval]:
    return [retriever.retrieve(question, scope=scope, limit=5) for question, scope in asked]


def _fitted(good: Sequence[Retrieval], foreign: Sequence[Retrieval], *, with_reranker: bool) -> list[float]:
    """Coefficients of a logistic regression, both classes weighted alike, lightly regularised; the bias last."""
    rows = np.array([_features(each, with_reranker=with_reranker) for each in [*good, *foreign]])
    wanted = np.array([1.0] * len(good) + [0.0] * len(foreign))
    weights = np.where(wanted == 1, 0.5 / len(good), 0.5 / len(foreign))
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    design = np.column_stack([(rows - mean) / deviation, np.ones(len(rows))])
    theta = np.zeros(design.shape[1])
    for _ in range(50):  # Newton's method
        guess = 1 / (1 + np.exp(-design @ theta))
        gradient = design.T @ (weights * (guess - wanted)) + 1e-3 * theta
        hessian = (design * (weights * guess * (1 - guess))[:, None]).T @ design + 1e-3 * np.eye(len(theta))
        theta -= np.linalg.solve(hessian, gradient)
    slopes = theta[:-1] / deviation
    return [*slopes.tolist(), float(theta[-1] - slopes @ mean)]


def _features(retrieval: Retrieval, *, with_reranker: bool) -> list[float]:
    log_odds = [] if not with_reranker else [retrieval.log_odds or 0.0]
    return [retrieval.similarity, *log_odds, math.log(retrieval.searched)]


if __name__ == "__main__":
    main()
