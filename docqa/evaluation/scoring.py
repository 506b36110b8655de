"""How good rankings and answers are. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from docqa.evaluation.questions import Question
from docqa.types import Answer, Box

DEPTHS = (1, 3, 5, 10)

Place = tuple[str, int]  # document (file name), page

_NUMBER = re.compile(r"\(?-?[$€£]?\d[\d,]*(?:\.\d+)?\)?")


def page_scores(question: Question, found: Sequence[Place]) -> dict[str, float]:
    """R@k, MRR and all@k of one ranking, each 0 to 1; `found` best first, repeats counted once.

    R@k is the share of the gold pages among the first k, or 1 as soon as one is there if any of them suffices; all@k
    is 1 if every gold page (any, if one suffices) is there.
    """
    gold = {(question.doc, page) for page in question.evidence_pages}
    ranking = list(dict.fromkeys(found))
    first = next((rank for rank, place in enumerate(ranking, start=1) if place in gold), None)
    scores = {"MRR": 1 / first if first else 0.0}
    for depth in DEPTHS:
        hits = len(gold & set(ranking[:depth]))
        enough = float(hits > 0) if question.evidence_mode == "any" else float(hits == len(gold))
        scores[f"R@{depth}"] = enough if question.evidence_mode == "any" else hits / len(gold)
        scores[f"all@{depth}"] = enough
    return scores


def averaged(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means of equal keys, with the number of questions; only that if there is none."""
    names = scores[0] if scores else ()
    return {"questions": len(scores), **{name: mean(score[name] for score in scores) for name in names}}


def contains(text: str, gold_answers: Sequence[str]) -> bool:
    """Whether a text holds every gold answer, case, punctuation and the writing of numbers aside."""
    held, numbers = _plain(text), _numbers(text)
    return bool(gold_answers) and all(_holds(held, numbers, gold) for gold in gold_answers)


def _holds(held: str, numbers: set[float], gold: str) -> bool:
    wanted = _plain(gold)
    if wanted and f" {wanted} " in f" {held} ":
        return True
    figures = _numbers(gold)
    return bool(figures) and len(gold.split()) <= 3 and figures <= numbers


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w.%]+", " ", folded).replace(". ", " ").rstrip(".").split())


def _numbers(text: str) -> set[float]:
    return {float(re.sub(r"[^\d.]", "", found)) for found in _NUMBER.findall(text)}


@dataclass(frozen=True, slots=True)
class Refusals:
    """How well not_found was said."""

    unanswerable: int
    refused: int  # of the unanswerable
    answerable: int
    refused_wrongly: int  # of the answerable

    @property
    def precision(self) -> float | None:
        """Share of refusals that were right; None if nothing was refused."""
        total = self.refused + self.refused_wrongly
        return self.refused / total if total else None

    @property
    def recall(self) -> float | None:
        """Share of unanswerable questions that were refused; None if there were none."""
        return self.refused / self.unanswerable if self.unanswerable else None


def refusals(pairs: Sequence[tuple[Question, Answer]]) -> Refusals:
    """Count refusals."""
    refused = [question.answerable for question, answer in pairs if answer.status == "not_found"]
    answerable = sum(question.answerable for question, _ in pairs)
    return Refusals(len(pairs) - answerable, refused.count(False), answerable, refused.count(True))


def cites_gold_first(question: Question, answer: Answer) -> bool:
    """Whether the first citation is of a gold page."""
    first = answer.citations[0] if answer.citations else None
    return first is not None and (first.document, first.page) in {
        (question.doc, page) for page in question.evidence_pages
    }


def boxes_overlap(question: Question, answer: Answer) -> bool:
    """Whether a box of a citation touches a gold box of the same page."""
    gold = {(box.page, Box(*box.bbox)) for box in question.evidence_boxes}
    return any(
        citation.document == question.doc and citation.page == page and _touch(box, wanted)
        for citation in answer.citations
        for box in citation.boxes
        for page, wanted in gold
    )


def _touch(a: Box, b: Box) -> bool:
    return min(a.x1, b.x1) > max(a.x0, b.x0) and min(a.y1, b.y1) > max(a.y0, b.y0)
