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
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean

from machine import machine
from mechanism_costs import Search, print_costs, print_stages
from mechanisms import LEFT_OUT, without

from docqa import build
from docqa.evaluation import questions, run, scoring
from docqa.evaluation.comparison import interval_of_mean
from docqa.evaluation.scoring import Place
from docqa.protocols import Embedder, Reranker
from docqa.retrieval.retriever import Retriever
from docqa.settings import load
from docqa.types import Scope, Vector

MEASURES = ("R@1", "R@5", "all@5")
FIRST = 5  # pages: what the measures look at


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
        print_costs(whole, searches, options.runs)
        print_stages(whole, searches)


def _found(
    whole: Retriever, mechanisms: Collection[str], searches: Sequence[Search], names: dict[str, str]
) -> list[list[Place]]:
    """The first pages of every search without these mechanisms."""
    with without(whole, mechanisms) as retriever:
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


if __name__ == "__main__":
    main()
