"""Two evaluations of the same questions, side by side. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from docqa.errors import UsageError
from docqa.evaluation.outcomes import Outcome, Where

RESAMPLES = 10_000
INTERVAL = (2.5, 97.5)  # percentiles: 95 %
AT_ONCE = 500  # resamples in memory
NAMED = 5  # questions, in an error


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of both, over the questions that it applies to."""

    where: Where
    measure: str
    questions: int
    a: float
    b: float
    low: float  # of the 95 % interval of b - a
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question of which some measure differs."""

    a: Outcome
    b: Outcome
    measures: dict[str, tuple[float, float]]  # those that differ


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A."""

    differences: list[Difference]
    changed: list[Changed]


def compare(a: Sequence[Outcome], b: Sequence[Outcome], *, seed: int = 0) -> Comparison:
    """Every measure of both with the interval of its difference, and the questions that make it.

    Raises UsageError, naming some, if they are not about the same questions.
    """
    pairs = paired(a, b)
    measured = [(one, other, one.measures, other.measures) for one, other in pairs]
    values: dict[tuple[Where, str], list[tuple[float, float]]] = {}
    changed = []
    for one, other, before, after in measured:
        for name, value in before.items():
            values.setdefault((one.where, name), []).append((value, after[name]))
        if differing := {name: (value, after[name]) for name, value in before.items() if value != after[name]}:
            changed.append(Changed(one, other, differing))
    return Comparison([_difference(*key, each, seed) for key, each in values.items()], changed)


def paired(a: Sequence[Outcome], b: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """Each question of A with the same one of B.

    Raises UsageError, naming some, if one of them has a question that the other lacks or asks or judges otherwise.
    """
    first = {(each.where, each.question.id): each for each in a}
    second = {(each.where, each.question.id): each for each in b}
    complaints = [
        f"{text}: {', '.join(sorted(ids)[:NAMED])}{' …' if len(ids) > NAMED else ''}"
        for text, ids in (
            ("only in the first", {key[1] for key in first.keys() - second.keys()}),
            ("only in the second", {key[1] for key in second.keys() - first.keys()}),
            (
                "different in the second",
                {key[1] for key in first.keys() & second.keys() if first[key].question != second[key].question},
            ),
        )
        if ids
    ]
    if complaints:
        raise UsageError(
            f"The two evaluations are not of the same questions; {'; '.join(complaints)}."
            " Run both with the same question file."
        )
    return [(each, second[key]) for key, each in first.items()]


def interval_of_mean(differences: Sequence[float], *, seed: int) -> tuple[float, float]:
    """The 95 % interval of a mean: percentiles of the means of 10,000 resamples, drawn with replacement.

    With the differences of each question between two systems this is the paired bootstrap.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993; Sakai, SIGIR 2006, for retrieval.
    """
    values = np.asarray(differences, dtype=np.float64)
    if not values.any():
        return 0.0, 0.0
    random = np.random.default_rng(seed)
    means = [
        values[random.integers(len(values), size=(AT_ONCE, len(values)))].mean(axis=1)
        for _ in range(RESAMPLES // AT_ONCE)
    ]
    low, high = np.percentile(np.concatenate(means), INTERVAL)
    return float(low), float(high)


def _difference(where: Where, measure: str, values: Sequence[tuple[float, float]], seed: int) -> Difference:
    a, b = np.asarray(values, dtype=np.float64).T
    low, high = interval_of_mean((b - a).tolist(), seed=seed)
    return Difference(where, measure, len(values), float(a.mean()), float(b.mean()), low, high)
