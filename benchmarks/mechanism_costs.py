"""What the mechanisms of the search cost: the time that each adds to a search."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, NamedTuple

from mechanisms import CONCERNS, DENSE, MECHANISMS, OF_CROSS_ENCODER, without

from docqa.evaluation import run
from docqa.evaluation.questions import Question
from docqa.retrieval.retriever import PASSAGES_RANKED, Retriever
from docqa.types import Query, Scope

TIMED_WITH_MODEL = 24  # searches, evenly spread: one takes as long as all the others together


@dataclass(frozen=True, slots=True)
class Search:
    """A question and where it is asked."""

    question: Question
    scope: Scope


class Took(NamedTuple):
    """The time of something."""

    ms: float
    cpu_ms: float  # of all processors together


def print_costs(whole: Retriever, searches: Sequence[Search], runs: int) -> None:
    """What each mechanism adds to the time of a search."""
    costs: dict[str, list[Took]] = defaultdict(list)
    without_model = replace(whole, reranker=None)
    for each in searches:
        names = [name for name in MECHANISMS if CONCERNS.get(name, bool)(each.question.question)]
        for name, took in _costs(without_model, [name for name in names if name not in OF_CROSS_ENCODER], each, runs):
            costs[name].append(took)
    for each in searches[:: max(len(searches) // TIMED_WITH_MODEL, 1)] if whole.reranker else ():
        for name, took in _costs(whole, [name for name in MECHANISMS if name in OF_CROSS_ENCODER], each, runs):
            costs[name].append(took)
    print("\n| mechanism | searches timed | ms | CPU ms |\n| --- | --- | --- | --- |")
    for name in MECHANISMS:
        if name in costs:
            print(f"| {name} | {len(costs[name])} | {_medians(costs[name])} |")
    alone = [_least([_took(_asking_vectors_alone(whole, each)) for _ in range(runs)]) for each in searches]
    print(f"| the query of {DENSE}, above only embedding | {len(alone)} | {_medians(alone)} |")


def _costs(whole: Retriever, names: Sequence[str], search: Search, runs: int) -> list[tuple[str, Took]]:
    """What each of some mechanisms adds to a search, by runs that take turns."""
    took: dict[str, list[Took]] = defaultdict(list)
    for _ in range(runs):
        for name in ("", *names):
            with without(whole, {name}) as retriever:
                took[name].append(_took(_asking(retriever, search)))
    all_of_it, *less = (_least(each) for each in took.values())
    return [
        (name, Took(all_of_it.ms - each.ms, all_of_it.cpu_ms - each.cpu_ms))
        for name, each in zip(names, less, strict=True)
    ]


def _least(runs: Sequence[Took]) -> Took:
    return Took(min(run.ms for run in runs), min(run.cpu_ms for run in runs))


def _medians(costs: Sequence[Took]) -> str:
    return f"{median(each.ms for each in costs):.1f} | {median(each.cpu_ms for each in costs):.1f}"


def print_stages(whole: Retriever, searches: Sequence[Search]) -> None:
    """Where the time of a search goes."""
    timings = [_asking(whole, search)().timings for search in searches]
    medians = {stage: median(each.get(stage, 0.0) for each in timings) for stage in timings[0]}
    print("\n| stage | median, ms | share |\n| --- | --- | --- |")
    for stage, ms in medians.items():
        print(f"| {stage} | {ms:.1f} | {ms / sum(medians.values()):.0%} |")


def _asking(retriever: Retriever, search: Search) -> Callable[[], Any]:
    return lambda: retriever.retrieve(search.question.question, scope=search.scope, limit=run.DEPTH)


def _asking_vectors_alone(whole: Retriever, search: Search) -> Callable[[], Any]:
    vector = whole.embedder.embed_query(search.question.question)
    return lambda: whole.index.rank(Query("", vector, search.scope), limit=PASSAGES_RANKED)


def _took(work: Callable[[], object]) -> Took:
    start, cpu_start = time.perf_counter(), time.process_time()
    work()
    return Took(1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu_start))
