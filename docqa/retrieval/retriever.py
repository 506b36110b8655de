"""Question to pages."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

from docqa.protocols import Embedder, Reranker, Searcher, VisualEmbedder
from docqa.question import routing
from docqa.question.accounting import words_of_statements
from docqa.question.drawings import asks_about_drawing
from docqa.question.pagenames import only_pages_named, pages_named
from docqa.question.parts import parts
from docqa.retrieval import fusion, twins
from docqa.retrieval.context import in_context
from docqa.retrieval.fusion import PageKey, RankedPage
from docqa.text.hyphens import unbroken
from docqa.text.words import closest_part, rarity, stems
from docqa.types import PREFIX, Match, PageHit, Passage, PassageKey, Query, Rankings, Retrieval, SamePage, Scope

PASSAGES_RANKED = 50  # of each ranking; with 400 the first ten pages are nearly the same
PASSAGES_PER_PAGE = 3  # that are read for a page
BEGINNING = 30  # words of a page that tell whether it may have the same text as another
MOST_PASSAGES = 64  # of a page that is compared as a whole
PARTS_AMONG = 5  # pages among which every part of a question has one: as many as an answer by quotation shows
READ_AT_ONCE = 4  # pages that the reranker reads before it looks at the clock
WORDS_READ = 40  # of its best passage by the reranker: those that share most rare words with the question


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
class _Search:
    """What was found for one wording of a question."""

    question: str
    pages: list[RankedPage]  # best first
    similarity: float  # of the nearest passage
    named: bool


@dataclass(frozen=True, slots=True)
class Retriever:
    """Finds the pages that speak of a question."""

    embedder: Embedder
    index: Searcher
    reranker: Reranker | None
    rerank_pages: int  # how many of the best the reranker reads
    rerank_budget_ms: float | None = None  # no further pages are read after so long; None reads them all
    split: Callable[[str], tuple[str, ...]] = parts  # a question into a question for each thing it asks for
    visual: VisualEmbedder | None = None  # finds pages by their images

    def retrieve(self, question: str, *, scope: Scope = Scope(), limit: int, divide: bool = True) -> Retrieval:
        """Embed, search, fuse and rerank; at most `limit` pages. If it may `divide` it, each part of a question, too.

        Raises IndexUnavailable; ModelUnavailable or ModelRefused if a model splits questions or embeds page images.
        """
        watch = Stopwatch()
        whole, *of_parts = (
            self._search(each, scope, watch) for each in (question, *self._parts(question, watch, divide=divide))
        )
        pages = fusion.with_parts(whole.pages, [part.pages for part in of_parts])
        with watch.time("rerank"):
            log_odds = self._opinions((whole, *of_parts), pages[: self.rerank_pages])
        with watch.time("search"):
            searched = self.index.size(scope)
            merged = {key: odds for each in log_odds for key, odds in each.items()}
            pages = self._distinct(fusion.with_neighbours(fusion.rerank(pages, merged)), limit=limit)
            if asks_about_drawing(question):
                pages = [*self._with_drawings(pages[:limit]), *pages[limit:]]
            pages = fusion.with_every_part(pages, among=PARTS_AMONG)[:limit]
            found = self.index.passages(
                [key for page in pages for key in page.passages[:PASSAGES_PER_PAGE]]
                + [PassageKey(*key, 0) for page in pages for key in page.also_on]
            )
        hits = [_hit(page, found) for page in pages if page.passages[0] in found]  # one may have been deleted meanwhile
        matches = tuple(
            Match(search.question, searched, search.similarity, max(odds.values(), default=None))
            for search, odds in zip((whole, *of_parts), log_odds, strict=True)
        )
        return Retrieval(hits, matches[0], matches[1:], whole.named, watch.timings)

    def opinions(self, question: str, pages: Sequence[PageHit]) -> list[float]:
        """The reranker's log-odds that pages which were found for another wording answer a question; without it 0."""
        if self.reranker is None:
            return [0.0] * len(pages)
        read = [(number, passage) for number, page in enumerate(pages) for passage in page.passages if passage.text]
        scores = self._scores(self.reranker, question, [passage for _, passage in read])
        odds = [-math.inf] * len(pages)
        for (number, _), score in zip(read, scores, strict=True):
            odds[number] = max(odds[number], score)
        return odds

    def _parts(self, question: str, watch: Stopwatch, *, divide: bool) -> tuple[str, ...]:
        with watch.time("split"):
            return self.split(question) if divide else ()

    def _search(self, question: str, scope: Scope, watch: Stopwatch) -> _Search:
        with watch.time("embed"):
            vector = self.embedder.embed_query(question)
            query = Query(question, vector, scope, also=words_of_statements(question))
        if self.visual:
            with watch.time("visual"):
                query = replace(query, visual=self.visual.embed_question(question))
        with watch.time("search"):
            rankings = self._rankings(query)
            named = pages_named(question) if not scope.pages else ()
            called = replace(query, scope=replace(scope, called=named))
            there = fusion.fuse(self._rankings(called)) if named else []
            weight = fusion.ONLY_NAMED_WEIGHT if only_pages_named(question) else fusion.NAMED_WEIGHT
            pages = self._with_fitting(fusion.fuse(rankings), rankings, query)
            pages = fusion.with_named(pages, there, weight=weight)
        similarity = max((ranked.score for ranked in rankings.dense), default=0.0)
        return _Search(question, pages, similarity, bool(there))

    def _with_fitting(self, pages: list[RankedPage], rankings: Rankings, query: Query) -> list[RankedPage]:
        """The pages, those of documents raised that the question names by what they are."""
        ranked = routing.without_tie(rankings.facts)
        if not ranked or len(query.scope.document_ids) == 1:
            return pages
        cards = self.index.cards([each.key for each in ranked])
        fit = routing.fits(routing.asked(query.text), cards)
        if not fit:
            return pages
        apart = self._rankings(replace(query, scope=replace(query.scope, document_ids=tuple(fit))))
        by_prefix = {document_id[:PREFIX]: share for document_id, share in fit.items()}
        return fusion.with_fitting(pages, fusion.fuse(apart), routing.believed(by_prefix, apart.pages, rankings.pages))

    def _with_drawings(self, pages: list[RankedPage]) -> list[RankedPage]:
        """The pages, those raised that show drawings."""
        found = self.index.passages([page.passages[0] for page in pages])
        return fusion.with_drawings(pages, {PageKey(*key[:2]): passage.drawn for key, passage in found.items()})

    def _distinct(self, pages: list[RankedPage], *, limit: int) -> list[RankedPage]:
        """The pages, with those left out that have the same text as a better one; as many as it takes are compared."""
        among = 2 * limit
        while True:
            distinct = twins.collapsed(pages[:among], self._texts([page.key for page in pages[:among]]))
            if len(distinct) >= limit or among >= len(pages):
                return distinct + pages[among:]
            among *= 2

    def _texts(self, pages: Sequence[PageKey]) -> dict[PageKey, tuple[str, ...]]:
        """What pages hold of which another one begins alike."""
        firsts = self.index.passages([PassageKey(*page, 0) for page in pages])
        beginnings = {PageKey(*key[:2]): _signature([first])[:BEGINNING] for key, first in firsts.items()}
        alike = twins.suspects(beginnings)
        if not alike:
            return {}
        found = self.index.passages([PassageKey(*page, each) for page in alike for each in range(MOST_PASSAGES)])
        whole: dict[PageKey, list[Passage]] = {page: [] for page in alike}
        for key in sorted(found):
            whole[PageKey(*key[:2])].append(found[key])
        return {page: _signature(each) for page, each in whole.items() if 0 < len(each) < MOST_PASSAGES}

    def _rankings(self, query: Query) -> Rankings:
        return self.index.rank(query, limit=PASSAGES_RANKED)

    def _opinions(self, searches: Sequence[_Search], pages: Sequence[RankedPage]) -> list[dict[PageKey, float]]:
        """The reranker's log-odds of these pages by the part of the question they fit, as far as the budget goes."""
        odds: list[dict[PageKey, float]] = [{} for _ in searches]
        start = perf_counter()
        at_once = READ_AT_ONCE if self.rerank_budget_ms is not None else max(len(pages), 1)
        for first in range(0, len(pages), at_once):
            if first and 1000 * (perf_counter() - start) > (self.rerank_budget_ms or 0):
                break
            for number, search in enumerate(searches):
                read = [page for page in pages[first : first + at_once] if page.best_part == number]
                odds[number] |= self._log_odds(search.question, read)
        return odds

    def _log_odds(self, question: str, pages: Sequence[RankedPage]) -> dict[PageKey, float]:
        """The reranker's, that each page's best passage answers the question; of pages that have text."""
        if self.reranker is None or not pages:
            return {}
        found = self.index.passages([page.passages[0] for page in pages])
        best = {page.key: found[page.passages[0]] for page in pages if page.passages[0] in found}
        read = {key: passage for key, passage in best.items() if passage.text}
        return dict(zip(read, self._scores(self.reranker, question, list(read.values())), strict=True))

    def _scores(self, reranker: Reranker, question: str, passages: Sequence[Passage]) -> Sequence[float]:
        worth = rarity(stems(question), [stems(passage.text) for passage in passages])
        closest = [closest_part(unbroken(passage.text), worth, words=WORDS_READ) for passage in passages]
        return reranker.score(question, [in_context(*each) for each in zip(passages, closest, strict=True)])


def _signature(passages: Sequence[Passage]) -> tuple[str, ...]:
    """What a page holds, given all of its passages in order."""
    first = passages[0]
    text = "\n".join(passage.text for passage in passages)
    return twins.signature(text, own=filter(None, (str(first.page), first.printed)))


def _hit(page: RankedPage, found: dict[PassageKey, Passage]) -> PageHit:
    passages = tuple(found[key] for key in page.passages[:PASSAGES_PER_PAGE] if key in found)
    others = (found[key] for place in page.also_on if (key := PassageKey(*place, 0)) in found)
    also_on = tuple(SamePage(other.document_id, "", other.page, other.printed) for other in others)
    return PageHit(passages[0].document_id, page.key.page, page.score, passages, page.parts, also_on)
