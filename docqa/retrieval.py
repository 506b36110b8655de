"""Question to pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

from docqa import fusion
from docqa.accounting import words_of_statements
from docqa.context import in_context
from docqa.fusion import PageKey, RankedPage
from docqa.pagenames import only_pages_named, pages_named
from docqa.protocols import Embedder, Reranker, Searcher
from docqa.types import PageHit, Passage, PassageKey, Rankings, Retrieval, Scope, Vector
from docqa.words import closest_part

PASSAGES_RANKED = 50  # of each ranking; with 400 the first ten pages are nearly the same
PASSAGES_PER_PAGE = 3  # that are read for a page
WORDS_READ = 60  # of its best passage by the reranker: those that share most with the question


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by stage."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.timings[stage] = self.timings.get(stage, 0.0) + 1000 * (perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Retriever:
    """Finds the pages that speak of a question."""

    embedder: Embedder
    index: Searcher
    reranker: Reranker | None
    rerank_pages: int  # how many of the best the reranker reads

    def retrieve(self, question: str, *, scope: Scope = Scope(), limit: int) -> Retrieval:
        """Embed, search, fuse and rerank; at most `limit` pages.

        Raises IndexUnavailable.
        """
        watch = Stopwatch()
        with watch.time("embed"):
            vector = self.embedder.embed_query(question)
        with watch.time("search"):
            searched = self.index.size(scope)
            rankings = self._rankings(question, vector, scope)
            named = pages_named(question) if not scope.pages else ()
            there = fusion.fuse(self._rankings(question, vector, replace(scope, pages=named))) if named else []
            weight = fusion.ONLY_NAMED_WEIGHT if only_pages_named(question) else fusion.NAMED_WEIGHT
            pages = fusion.with_named(fusion.fuse(rankings), there, weight=weight)[: max(limit, self.rerank_pages)]
            found = self.index.passages([key for page in pages for key in page.passages[:PASSAGES_PER_PAGE]])
            pages = [page for page in pages if page.passages[0] in found]  # one may have been deleted meanwhile
        with watch.time("rerank"):
            pages, log_odds = self._reranked(question, pages, found)
        hits = [_hit(page, found) for page in pages[:limit]]
        similarity = max((ranked.score for ranked in rankings.dense), default=0.0)
        return Retrieval(hits, searched, similarity, max(log_odds.values(), default=None), bool(there), watch.timings)

    def _rankings(self, question: str, vector: Vector, scope: Scope) -> Rankings:
        also = words_of_statements(question)
        return self.index.rank(question, vector, also=also, limit=PASSAGES_RANKED, scope=scope)

    def _reranked(
        self, question: str, pages: list[RankedPage], found: dict[PassageKey, Passage]
    ) -> tuple[list[RankedPage], dict[PageKey, float]]:
        if self.reranker is None:
            return pages, {}
        read = pages[: self.rerank_pages]
        best = [found[page.passages[0]] for page in read]
        parts = [closest_part(passage.text, question, words=WORDS_READ) for passage in best]
        scores = self.reranker.score(question, [in_context(*each) for each in zip(best, parts, strict=True)])
        log_odds = {page.key: score for page, score in zip(read, scores, strict=True)}
        return fusion.rerank(pages, log_odds), log_odds


def _hit(page: RankedPage, found: dict[PassageKey, Passage]) -> PageHit:
    passages = tuple(found[key] for key in page.passages[:PASSAGES_PER_PAGE] if key in found)
    return PageHit(passages[0].document_id, page.key.page, page.score, passages)
