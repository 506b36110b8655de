"""How well stated probabilities agree with what came true. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from docqa.answers.answerability import FITTED_ANSWERABLE, restated
from docqa.evaluation.questions import Question
from docqa.types import Answer

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases whose probability was in one range."""

    low: float  # inclusive
    high: float  # exclusive, but for 1
    questions: int
    predicted: float  # mean probability
    observed: float  # share that came true


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was said, beside what came true."""

    questions: int
    brier: float
    expected_calibration_error: float
    came_true: float  # share of the cases
    error_if_expected: float | None  # calibration error if just this share had been expected; None if it is 0 or 1
    bins: list[Bin]  # those that hold any, lowest first


def is_answerable_from_evidence(question: Question, answer: Answer) -> bool:
    """What the probability is about: the question has an answer, and a page with it is among the evidence."""
    gold = {(question.doc, page) for page in question.evidence_pages}
    return question.answerable and any((shown.document, shown.page.number) in gold for shown in answer.evidence)


def reliability(
    probabilities: Sequence[float], outcomes: Sequence[bool], *, expected: float = FITTED_ANSWERABLE
) -> Reliability | None:
    """All of it; None if there is no case. `expected`: the share of questions that they suppose to have an answer."""
    if not probabilities:
        return None
    came_true = mean(map(float, outcomes))
    told = [restated(each, came_true, instead_of=expected) for each in probabilities] if 0 < came_true < 1 else None
    return Reliability(
        questions=len(probabilities),
        brier=brier_score(probabilities, outcomes),
        expected_calibration_error=expected_calibration_error(probabilities, outcomes),
        came_true=came_true,
        error_if_expected=expected_calibration_error(told, outcomes) if told else None,
        bins=binned(probabilities, outcomes),
    )


def binned(probabilities: Sequence[float], outcomes: Sequence[bool], *, bins: int = BINS) -> list[Bin]:
    """The cases by their probability, in bins of equal width; empty bins are left out."""
    places: dict[int, list[tuple[float, bool]]] = {}
    for probability, outcome in zip(probabilities, outcomes, strict=True):
        places.setdefault(min(int(probability * bins), bins - 1), []).append((probability, outcome))
    return [
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            questions=len(cases),
            predicted=mean(probability for probability, _ in cases),
            observed=mean(float(outcome) for _, outcome in cases),
        )
        for place, cases in sorted(places.items())
    ]


def expected_calibration_error(probabilities: Sequence[float], outcomes: Sequence[bool], *, bins: int = BINS) -> float:
    """The mean distance of what was said from what came true, over bins weighted by their cases; 0 is perfect.

    Source: Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017.
    """
    held = binned(probabilities, outcomes, bins=bins)
    return sum(each.questions * abs(each.predicted - each.observed) for each in held) / len(probabilities)


def brier_score(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float:
    """The mean squared distance of each probability from its outcome; 0 is perfect, always saying 0.5 has 0.25.

    Source: Brier, Monthly Weather Review 1950, in the form for two outcomes.
    """
    pairs = zip(probabilities, outcomes, strict=True)
    return mean((probability - outcome) ** 2 for probability, outcome in pairs)
