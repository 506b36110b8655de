"""A search as it would be were some pages not there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from docqa.answers.engine import Engine
from docqa.protocols import Searcher
from docqa.types import Card, Passage, PassageKey, Query, Ranked, Rankings, Scope


@dataclass(frozen=True, slots=True)
class Hiding:
    """An index without certain pages of a document.

    It asks for as many passages more as the hidden pages have and leaves those out, so no ranking is shorter than it
    would be. How rare a word is, is counted with them, and what a document's name and first page say of it stays.
    """

    index: Searcher
    document_id: str
    pages: frozenset[int]

    def rank(self, query: Query, *, limit: int) -> Rankings:
        found = self.index.rank(query, limit=limit + self._hidden(query.scope))
        ranked = (found.dense, found.words, found.pages, found.visual)
        dense, words, pages, visual_ = (self._shown(each)[:limit] for each in ranked)
        return replace(found, dense=dense, words=words, pages=pages, visual=visual_)

    def passages(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        return self.index.passages([key for key in keys if not self._is_hidden(key)])

    def cards(self, keys: Sequence[PassageKey]) -> dict[str, Card]:
        return self.index.cards(keys)

    def size(self, scope: Scope) -> int:
        return max(self.index.size(scope) - self._hidden(scope), 0)

    def _hidden(self, scope: Scope) -> int:
        """How many passages of the scope are hidden."""
        if scope.document_ids and self.document_id not in scope.document_ids:
            return 0
        pages = [page for page in self.pages if _is_within(page, scope)]
        ranges = tuple((page, page) for page in sorted(pages))
        return self.index.size(Scope((self.document_id,), scope.collections, ranges)) if ranges else 0

    def _shown(self, ranking: Sequence[Ranked]) -> list[Ranked]:
        return [each for each in ranking if not self._is_hidden(each.key)]

    def _is_hidden(self, key: PassageKey) -> bool:
        return key.page in self.pages and self.document_id.startswith(key.document)


def without(engine: Engine, document_id: str, pages: Collection[int]) -> Engine:
    """The engine as if these pages of a document had never been read."""
    index = Hiding(engine.retriever.index, document_id, frozenset(pages))
    return replace(engine, retriever=replace(engine.retriever, index=index))


def _is_within(page: int, scope: Scope) -> bool:
    return not scope.pages or any(first <= page <= last for first, last in scope.pages)
