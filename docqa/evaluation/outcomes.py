"""What became of each question, as `docqa eval run --json` writes it and `docqa eval compare` reads it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from docqa.errors import UsageError
from docqa.evaluation import calibration, scoring
from docqa.evaluation.questions import Question
from docqa.evaluation.run import Asked, Evaluation
from docqa.evaluation.scoring import Place

Where = Literal["in_document", "corpus_standalone"]


class Outcome(BaseModel):
    """One question asked in one place: what it is, what was found and what was answered."""

    model_config = ConfigDict(frozen=True)

    where: Where
    question: Question
    found: tuple[Place, ...]  # pages, best first
    refused: bool
    answerable: float  # 0 to 1, as the answer says
    gold_in_evidence: bool
    gold_page_cited_first: bool
    answer_contained: bool
    answer: str

    @property
    def measures(self) -> dict[str, float]:
        """Each measure that applies to the question, 0 to 1, more is better."""
        if not self.question.answerable:
            return {"refused rightly": float(self.refused)}
        scores = scoring.page_scores(self.question, self.found)
        measures = {name: scores[name] for name in ("R@1", "R@5", "all@5", "MRR")}
        measures["gold page cited first"] = float(self.gold_page_cited_first)
        if self.question.gold_answers:
            measures["answer contained"] = float(self.answer_contained)
        return measures | {"not refused": float(not self.refused)}


def outcomes(evaluation: Evaluation) -> list[Outcome]:
    """Of every question, in the order they were asked."""
    return [
        *(_outcome("in_document", asked) for asked in evaluation.in_document),
        *(_outcome("corpus_standalone", asked) for asked in evaluation.corpus),
    ]


def _outcome(where: Where, asked: Asked) -> Outcome:
    question, answer = asked.question, asked.answer
    return Outcome(
        where=where,
        question=question,
        found=asked.found,
        refused=answer.status == "not_found",
        answerable=answer.answerable,
        gold_in_evidence=calibration.is_answerable_from_evidence(question, answer),
        gold_page_cited_first=scoring.cites_gold_first(question, answer),
        answer_contained=scoring.contains(answer.text, question.gold_answers),
        answer=answer.text,
    )


def load(path: Path) -> Sequence[Outcome]:
    """Read what `docqa eval run --json` has written.

    Raises UsageError if it is something else.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["questions"]
        return [Outcome.model_validate(row) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        detail = f": {error.errors()[0]['msg']}" if isinstance(error, ValidationError) else ""
        raise UsageError(
            f"{path} is not what `docqa eval run QUESTIONS --json > {path}` writes{detail}: run that again"
        ) from error
