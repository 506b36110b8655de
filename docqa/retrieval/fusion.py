"""From several rankings of passages, pages and documents to one ranking of pages. Pure."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from docqa.types import FULLY_DRAWN, PICTURE, PassageKey, Ranked, Rankings

RRF_K = 10  # the authors of the rule took 60, for longer rankings: there the eighth page counts .9 of the first
DOCUMENT_WEIGHT = 0.2
NAMED_WEIGHT = 1.0  # of being a page that the question names: by its physical or its printed number
ONLY_NAMED_WEIGHT = 3.0  # if it hardly says more: as much as all three rankings
FITTING_WEIGHT = 1.0  # of being in a document that a question names by what it is: as much as one more ranking
FIRST_NEIGHBOUR = 0.25  # of the first page's score, for the pages before and after it
NEIGHBOUR = 0.2  # of any page's, for those below the best:
PICTURES_RAISED = 2  # pages without text that count as much as pages with text can
BY_THEMSELVES = 3  # as many as are quoted
RERANKER_WEIGHT = 1.5  # of the reranker's probability: between one ranking and two
DRAWING_WEIGHT = 0.5  # of being all picture, for a question about a drawing: half of a ranking
TEMPERATURE = 2.0  # of the reranker's log-odds: as they come, nearly every page is certain or impossible

Key = TypeVar("Key", bound=Hashable)


class PageKey(NamedTuple):
    document: str  # the first digits of the document's id
    page: int

    def beside(self) -> tuple["PageKey", "PageKey"]:
        """The pages before and after, whether or not they exist."""
        return self._replace(page=self.page - 1), self._replace(page=self.page + 1)


class RankedPage(NamedTuple):
    """A page with its score and the passages that speak for it, best first."""

    key: PageKey
    score: float
    passages: tuple[PassageKey, ...]  # never empty
    parts: tuple[int, ...] = ()  # of the question that it speaks of, 1-based, the one it fits best first
    also_on: tuple[PageKey, ...] = ()  # worse pages that have the same text

    @property
    def best_part(self) -> int:
        """The part of the question that it fits best; 0 if only the whole."""
        return self.parts[0] if self.parts else 0


def reciprocal_rank_fusion(rankings: Iterable[Sequence[Key]], *, k: int = RRF_K) -> dict[Key, float]:
    """Merge rankings by rank alone, so their scores need not be comparable.

    A key at rank r (1-based) of a ranking adds (k + 1) / (k + r): the first place of a ranking counts 1.

    Source: Cormack, Clarke and Buettcher, SIGIR 2009.
    """
    scores: dict[Key, float] = defaultdict(float)
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] += (k + 1) / (k + rank)
    return scores


def fuse(rankings: Rankings) -> list[RankedPage]:
    """Rank pages by three rankings: their best passage by meaning, their best passage by words, all their words.

    Where page images are embedded, they are a fourth. For the best pages without text, which nothing else can find, it
    counts as if the others were like it; not for more of them, or pictures would crowd out what can be read.
    A page of the document that the question's words fit best counts up to DOCUMENT_WEIGHT more, one of another
    document by its share of that fit: between alike pages of alike documents it is the document that decides. Best
    first; ties keep first-seen order.
    """
    fused = (rankings.dense, rankings.words, rankings.pages, rankings.visual)
    scores = reciprocal_rank_fusion([_pages(ranking) for ranking in fused])
    pictures = (ranked.key for ranked in rankings.visual if ranked.key.ordinal == PICTURE)
    for picture in islice(pictures, PICTURES_RAISED):
        scores[PageKey(picture.document, picture.page)] *= sum(map(bool, fused))
    fit = _document_fit(rankings.documents)
    spoken_for = _passages_by_page(rankings)
    pages = [
        RankedPage(key, score * (1 + DOCUMENT_WEIGHT * fit.get(key.document, 0.0)), spoken_for[key])
        for key, score in scores.items()
    ]
    return sorted(pages, key=lambda page: page.score, reverse=True)


def with_named(pages: Sequence[RankedPage], named: Sequence[RankedPage], *, weight: float) -> list[RankedPage]:
    """Let the pages that a question names by number count so much more, in the order of a search among them alone."""
    worth = reciprocal_rank_fusion([[page.key for page in named]])
    by_key = {page.key: page for page in (*named, *pages)}
    scored = [page._replace(score=page.score + weight * worth.get(page.key, 0.0)) for page in by_key.values()]
    return sorted(scored, key=lambda page: page.score, reverse=True)


def with_fitting(
    pages: Sequence[RankedPage], apart: Sequence[RankedPage], fit: Mapping[str, float]
) -> list[RankedPage]:
    """Raise pages of documents that fit what a question says of them, `apart` being a search among these alone.

    A page counts what it does in either search, in that apart by how well its document fits (0 to 1), and is raised by
    as much: pages of one that fits wholly come in the order of the search in it. The other pages keep their scores.
    """
    found = {page.key: page for page in pages}
    for page in apart:
        share = fit.get(page.key.document, 0.0)
        known = found.get(page.key, page._replace(score=0.0))
        found[page.key] = known._replace(score=max(known.score, share * page.score) + FITTING_WEIGHT * share)
    return sorted(found.values(), key=lambda page: page.score, reverse=True)


def with_parts(pages: Sequence[RankedPage], parts: Sequence[Sequence[RankedPage]]) -> list[RankedPage]:
    """Let a page count half for the whole question and half for the part of it that it fits best.

    Scores are by rank, so the best pages of all parts come before the second best of any. A page speaks of the part
    that it fits best, and of each of which it is the best page.
    """
    if not parts:
        return list(pages)
    by_key = {page.key: page for page in pages}
    best: dict[PageKey, RankedPage] = {}
    for number, ranking in enumerate(parts, start=1):
        for page in ranking:
            if page.key not in best or page.score > best[page.key].score:
                best[page.key] = page._replace(parts=(number,))
    leading = [ranking[0].key if ranking else None for ranking in parts]
    halves = {key: page._replace(score=page.score / 2) for key, page in by_key.items()}
    for key, page in best.items():
        whole = halves[key].score if key in halves else 0.0
        others = (number for number, first in enumerate(leading, start=1) if first == key and number not in page.parts)
        halves[key] = page._replace(score=whole + page.score / 2, parts=(*page.parts, *others))
    return sorted(halves.values(), key=lambda page: page.score, reverse=True)


def rerank(pages: Sequence[RankedPage], log_odds: Mapping[PageKey, float]) -> list[RankedPage]:
    """Let a cross-encoder's opinion of a page's best passage count like one and a half rankings: its probability.

    Pages it did not read get nothing.
    """
    worth = {key: logistic(odds / TEMPERATURE) for key, odds in log_odds.items()}
    scored = [page._replace(score=page.score + RERANKER_WEIGHT * worth.get(page.key, 0.0)) for page in pages]
    return sorted(scored, key=lambda page: page.score, reverse=True)


def with_neighbours(pages: Sequence[RankedPage]) -> list[RankedPage]:
    """Let pages speak for the ones before and after them: what is asked for often runs over.

    First the best page does; neither neighbour passes it that way. Then all pages do, by less, for those below the best
    so many, which they do not pass either. Ties keep their order.
    """
    if not pages:
        return []
    first = pages[0]
    pages = _raised(pages, {first.key: FIRST_NEIGHBOUR * first.score}, below=1)
    return _raised(pages, {page.key: NEIGHBOUR * page.score for page in pages}, below=BY_THEMSELVES)


def _raised(pages: Sequence[RankedPage], shares: Mapping[PageKey, float], *, below: int) -> list[RankedPage]:
    """The pages, those below the first so many raised by their better neighbour, up to the last of these."""
    best, others = pages[:below], pages[below:]
    most = best[-1].score
    raised = [
        page._replace(score=page.score + max(shares.get(key, 0.0) for key in page.key.beside())) for page in others
    ]
    raised.sort(key=lambda page: page.score, reverse=True)
    return [*best, *(page._replace(score=min(page.score, most)) for page in raised)]


def with_drawings(pages: Sequence[RankedPage], drawn: Mapping[PageKey, float]) -> list[RankedPage]:
    """Raise pages by the share of them that is drawn, for a question about a drawing: pages that speak of it abound."""
    scored = [
        page._replace(score=page.score + DRAWING_WEIGHT * min(1.0, drawn.get(page.key, 0.0) / FULLY_DRAWN))
        for page in pages
    ]
    return sorted(scored, key=lambda page: page.score, reverse=True)


def with_every_part(pages: Sequence[RankedPage], *, among: int) -> list[RankedPage]:
    """The best page of each part of a question among the first so many, at their end if it stood further down.

    So none of the parts is crowded out. A page that is moved up scores like the page before it.
    """
    best: dict[int, RankedPage] = {}
    for page in pages:
        for part in page.parts:
            best.setdefault(part, page)
    leading = {page.key for page in best.values()}
    late = [page for page in pages[among:] if page.key in leading]
    room = among - len(late)
    if not late or room < 1:
        return list(pages)
    others = [page for page in pages[:among] if page.key not in leading]
    spare = {page.key for page in others[max(0, len(others) - len(late)) :]}
    kept = [page for page in pages[:among] if page.key not in spare]
    moved = [page._replace(score=kept[-1].score) for page in late]
    taken = {page.key for page in (*kept, *moved)}
    return [*kept, *moved, *(page for page in pages if page.key not in taken)]


def logistic(log_odds: float) -> float:
    """The probability that log-odds stand for."""
    return 1 / (1 + math.exp(-max(log_odds, -700.0)))


def _pages(ranking: Sequence[Ranked]) -> list[PageKey]:
    """Pages in the order of their best passage."""
    return list(dict.fromkeys(PageKey(ranked.key.document, ranked.key.page) for ranked in ranking))


def _document_fit(documents: Sequence[Ranked]) -> dict[str, float]:
    """How well each document fits, as a share of the best one's score."""
    best = max((ranked.score for ranked in documents), default=0.0)
    return {ranked.key.document: ranked.score / best for ranked in documents} if best > 0 else {}


def _passages_by_page(rankings: Rankings) -> dict[PageKey, tuple[PassageKey, ...]]:
    """Passages of each page, best first by meaning and words; the first of the page where neither found any."""
    scores = reciprocal_rank_fusion(
        [[ranked.key for ranked in rankings.dense], [ranked.key for ranked in rankings.words]]
    )
    by_page: dict[PageKey, list[PassageKey]] = defaultdict(list)
    for key in sorted(scores, key=lambda key: -scores[key]):
        by_page[PageKey(key.document, key.page)].append(key)
    for ranked in (*rankings.pages, *rankings.visual):
        by_page.setdefault(PageKey(ranked.key.document, ranked.key.page), [ranked.key])
    return {page: tuple(keys) for page, keys in by_page.items()}
