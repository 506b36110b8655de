"""What each mechanism of the search brings and costs.

    python benchmarks/ablation.py QUESTIONS.jsonl [--data LIBRARY] [--runs 5]

Asks the answerable questions of a file (docs/evaluation.md), each of its own document and, if it stands alone, of all
of the library: with the whole search, then with one mechanism left out after the other, then with several.
Prints how much more the whole search finds, in points with the 95 % interval of the paired bootstrap; an asterisk marks
intervals that leave out zero. Vectors and the cross-encoder's scores are computed once for all of these.

Then the time, by the clock and of all processors together, which is steadier where other programs run: for each
search, the least of so many runs of the whole search and of the search without the mechanism, run in turn and from no
cache; the median of their differences, over the searches that the mechanism concerns. Only the cross-encoder's own
mechanisms are timed with it, on some of the searches: its time varies by more than the others take.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple
from unittest.mock import patch

from machine import machine

from docqa import build, fusion, retrieval, twins
from docqa.accounting import words_of_statements
from docqa.evaluation import questions, run, scoring
from docqa.evaluation.comparison import interval_of_mean
from docqa.evaluation.questions import Question
from docqa.evaluation.scoring import Place
from docqa.index import bm25, schema
from docqa.pagenames import pages_named
from docqa.parts import parts
from docqa.protocols import Embedder, Reranker, Searcher
from docqa.retrieval import Retriever
from docqa.settings import load
from docqa.types import Card, Passage, PassageKey, Query, Rankings, Scope, Vector

MEASURES = ("R@1", "R@5", "all@5")
FIRST = 5  # pages: what the measures look at
TIMED_WITH_MODEL = 24  # searches, evenly spread: one takes as long as all the others together

DENSE = "dense ranking"
PASSAGE_WORDS = "passage BM25"
PAGE_WORDS = "page BM25"
DOCUMENT_FIT = "document fit"
STATEMENTS = "words of statements"
NAMED = "pages named by number"
PARTS = "parts of a question"
CROSS_ENCODER = "cross-encoder"
CONTEXT = "its text under headings"
CLOSEST = f"its text cut to {retrieval.WORDS_READ} words"
NEIGHBOURS = "neighbouring pages"
FACTS = "documents named by what they are"
TEMPERATURE = "its log-odds halved"
SAME_TEXT = "the same text once"
MECHANISMS = (
    DENSE,
    PASSAGE_WORDS,
    PAGE_WORDS,
    DOCUMENT_FIT,
    STATEMENTS,
    NAMED,
    PARTS,
    CROSS_ENCODER,
    CONTEXT,
    CLOSEST,
    TEMPERATURE,
    NEIGHBOURS,
    FACTS,
    SAME_TEXT,
)

Mechanisms = frozenset[str]
RANKINGS = frozenset([DENSE, PASSAGE_WORDS, PAGE_WORDS])
OF_CROSS_ENCODER = frozenset([CROSS_ENCODER, CONTEXT, CLOSEST, TEMPERATURE])
LEFT_OUT: dict[str, Mechanisms] = {
    **{name: frozenset([name]) for name in MECHANISMS},
    "BM25 of passages and of pages": frozenset([PASSAGE_WORDS, PAGE_WORDS]),
    "both models": frozenset([DENSE, *OF_CROSS_ENCODER]),
    "all but the three rankings": frozenset(MECHANISMS) - RANKINGS,
    **{f"all but {name}": frozenset(MECHANISMS) - {name} for name in (DENSE, PASSAGE_WORDS, PAGE_WORDS)},
}

VECTOR_OF = {
    PASSAGE_WORDS: schema.PASSAGE_WORDS,
    PAGE_WORDS: schema.PAGE_WORDS,
    DOCUMENT_FIT: schema.DOCUMENT_WORDS,
    FACTS: schema.FACTS,
}
PATCHES: dict[str, tuple[Any, str, object]] = {
    STATEMENTS: (retrieval, "words_of_statements", lambda question: ""),
    NAMED: (retrieval, "pages_named", lambda question: ()),
    CONTEXT: (retrieval, "in_context", lambda passage, text: text),
    CLOSEST: (retrieval, "closest_part", lambda text, worth, words: text),
    TEMPERATURE: (fusion, "TEMPERATURE", 1.0),
    NEIGHBOURS: (fusion, "with_neighbours", list),
    SAME_TEXT: (twins, "collapsed", lambda pages, same: list(pages)),
}
CONCERNS: dict[str, Callable[[str], object]] = {STATEMENTS: words_of_statements, NAMED: pages_named, PARTS: parts}


@dataclass(frozen=True, slots=True)
class Search:
    """A question and where it is asked."""

    question: Question
    scope: Scope


class Took(NamedTuple):
    """The time of something."""

    ms: float
    cpu_ms: float  # of all processors together


@dataclass(frozen=True, slots=True)
class KeptVectors:
    """An embedder that embeds each question once."""

    embedder: Embedder
    kept: dict[str, Vector] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.embedder.name

    @property
    def dimension(self) -> int:
        return self.embedder.dimension

    def embed_query(self, text: str) -> Vector:
        if text not in self.kept:
            self.kept[text] = self.embedder.embed_query(text)
        return self.kept[text]

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return self.embedder.embed_passages(texts)


@dataclass(frozen=True, slots=True)
class KeptScores:
    """A cross-encoder that reads each question with each text once."""

    reranker: Reranker
    kept: dict[tuple[str, str], float] = field(default_factory=dict)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        new = [text for text in dict.fromkeys(texts) if (question, text) not in self.kept]
        for text, odds in zip(new, self.reranker.score(question, new), strict=True):
            self.kept[question, text] = odds
        return [self.kept[question, text] for text in texts]


@dataclass(frozen=True, slots=True)
class NoVectors:
    """An embedder that takes no time and says nothing."""

    name: str
    dimension: int

    def embed_query(self, text: str) -> Vector:
        return [0.0] * self.dimension

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self.embed_query(text) for text in texts]


@dataclass(frozen=True, slots=True)
class NoDense:
    """An index without the ranking by vectors. It is still asked for: that is timed apart."""

    index: Searcher

    def rank(self, query: Query, *, limit: int) -> Rankings:
        return replace(self.index.rank(query, limit=limit), dense=[])

    def passages(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        return self.index.passages(keys)

    def cards(self, keys: Sequence[PassageKey]) -> dict[str, Card]:
        return self.index.cards(keys)

    def size(self, scope: Scope) -> int:
        return self.index.size(scope)


def main() -> None:
    """Ask, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--data", type=Path, help="library that holds the PDFs (docqa ingest)")
    parser.add_argument("--runs", type=int, default=5, help="of each search, to time it")
    options = parser.parse_args()
    settings = load(options.data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="benchmark") as library:
        documents = library.catalog.documents()
        ids = {document.name: document.id for document in documents}
        asked = [each for each in questions.load(options.questions) if each.answerable and not each.hidden_pages]
        run.check(asked, ids, {document.id: document.pages for document in documents})
        places = {
            "in document": [Search(each, Scope((ids[each.doc],))) for each in asked if each.doc],
            "corpus-wide": [Search(each, Scope()) for each in asked if each.standalone],
        }
        whole = build.retriever(settings, library, model)
        kept = replace(whole, embedder=KeptVectors(model), reranker=whole.reranker and KeptScores(whole.reranker))
        names = {document.id: document.name for document in documents}
        pages = sum(document.pages for document in documents)
        print(f"{machine()}; {len(documents)} documents with {pages:,} pages, {library.index.size(Scope()):,} passages")
        for place, searches in places.items():
            if searches:
                _print_gains(place, kept, searches, names)
        searches = [each for those in places.values() for each in those]
        _print_costs(whole, searches, options.runs)
        _print_stages(whole, searches)


@contextmanager
def _without(whole: Retriever, mechanisms: Collection[str]) -> Iterator[Retriever]:
    """The search without these mechanisms, as long as the block lasts."""
    left_out = {VECTOR_OF[name] for name in mechanisms if name in VECTOR_OF}
    all_vectors = bm25.query_vectors

    def vectors(text: str, also: str = "") -> dict[str, Any]:
        return {name: vector for name, vector in all_vectors(text, also).items() if name not in left_out}

    retriever = whole
    if PARTS in mechanisms:
        retriever = replace(retriever, split=lambda question: ())
    if CROSS_ENCODER in mechanisms:
        retriever = replace(retriever, reranker=None)
    if DENSE in mechanisms:
        embedder = NoVectors(whole.embedder.name, whole.embedder.dimension)
        retriever = replace(retriever, embedder=embedder, index=NoDense(whole.index))
    with ExitStack() as patched:
        patched.enter_context(patch.object(bm25, "query_vectors", vectors))
        for name in mechanisms:
            if name in PATCHES:
                patched.enter_context(patch.object(*PATCHES[name]))
        yield retriever


def _found(
    whole: Retriever, mechanisms: Collection[str], searches: Sequence[Search], names: dict[str, str]
) -> list[list[Place]]:
    """The first pages of every search without these mechanisms."""
    with _without(whole, mechanisms) as retriever:
        found = [retriever.retrieve(each.question.question, scope=each.scope, limit=run.DEPTH) for each in searches]
    return [[(names[hit.document_id], hit.page) for hit in each.hits] for each in found]


def _print_gains(place: str, whole: Retriever, searches: Sequence[Search], names: dict[str, str]) -> None:
    """How much more the whole search finds than each lesser one."""
    best = _found(whole, (), searches, names)
    scores = _scores(searches, best)
    levels = [f"{mean(score[name] for score in scores):.3f}".lstrip("0") for name in MEASURES]
    print(f"\n| {place}, left out | first {FIRST} differ | {' | '.join(MEASURES)} |")
    print("| --- " * (2 + len(MEASURES)) + "|")
    print(f"| nothing | of {len(searches)} | {' | '.join(levels)} |")
    for name, mechanisms in LEFT_OUT.items():
        found = _found(whole, mechanisms, searches, names)
        differ = sum(one[:FIRST] != other[:FIRST] for one, other in zip(best, found, strict=True))
        gains = [_gain(scores, _scores(searches, found), measure) for measure in MEASURES]
        print(f"| {name} | {differ} | {' | '.join(gains)} |", flush=True)


def _scores(searches: Sequence[Search], found: Sequence[Sequence[Place]]) -> list[dict[str, float]]:
    return [scoring.page_scores(each.question, places) for each, places in zip(searches, found, strict=True)]


def _gain(whole: Sequence[dict[str, float]], lesser: Sequence[dict[str, float]], measure: str) -> str:
    """Points that the whole has more, with their interval."""
    gains = [100 * (one[measure] - other[measure]) for one, other in zip(whole, lesser, strict=True)]
    if not any(gains):
        return "0"
    low, high = interval_of_mean(gains, seed=0)
    return f"{mean(gains):+.1f} ({low:+.1f} to {high:+.1f}){'*' if low > 0 or high < 0 else ''}"


def _print_costs(whole: Retriever, searches: Sequence[Search], runs: int) -> None:
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
            with _without(whole, {name}) as retriever:
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


def _print_stages(whole: Retriever, searches: Sequence[Search]) -> None:
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
    return lambda: whole.index.rank(Query("", vector, search.scope), limit=retrieval.PASSAGES_RANKED)


def _took(work: Callable[[], object]) -> Took:
    start, cpu_start = time.perf_counter(), time.process_time()
    work()
    return Took(1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu_start))


if __name__ == "__main__":
    main()
