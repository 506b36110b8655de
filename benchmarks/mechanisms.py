"""The mechanisms of the search, and the search without some of them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from docqa.index import bm25, schema
from docqa.protocols import Searcher
from docqa.question.accounting import words_of_statements
from docqa.question.drawings import asks_about_drawing
from docqa.question.pagenames import pages_named
from docqa.question.parts import parts
from docqa.retrieval import fusion, retriever, twins
from docqa.retrieval.retriever import Retriever
from docqa.types import Card, Passage, PassageKey, Query, Rankings, Scope, Vector

DENSE = "dense ranking"
PASSAGE_WORDS = "passage BM25"
PAGE_WORDS = "page BM25"
DOCUMENT_FIT = "document fit"
STATEMENTS = "words of statements"
NAMED = "pages named by number"
PARTS = "parts of a question"
CROSS_ENCODER = "cross-encoder"
CONTEXT = "its text under headings"
CLOSEST = f"its text cut to {retriever.WORDS_READ} words"
NEIGHBOURS = "neighbouring pages"
FACTS = "documents named by what they are"
TEMPERATURE = "its log-odds halved"
SAME_TEXT = "the same text once"
DRAWINGS = "pages with drawings"
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
    DRAWINGS,
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
    STATEMENTS: (retriever, "words_of_statements", lambda question: ""),
    NAMED: (retriever, "pages_named", lambda question: ()),
    CONTEXT: (retriever, "in_context", lambda passage, text: text),
    CLOSEST: (retriever, "closest_part", lambda text, worth, words: text),
    TEMPERATURE: (fusion, "TEMPERATURE", 1.0),
    NEIGHBOURS: (fusion, "with_neighbours", list),
    SAME_TEXT: (twins, "collapsed", lambda pages, same: list(pages)),
    DRAWINGS: (retriever, "asks_about_drawing", lambda question: False),
}
CONCERNS: dict[str, Callable[[str], object]] = {
    STATEMENTS: words_of_statements,
    NAMED: pages_named,
    PARTS: parts,
    DRAWINGS: asks_about_drawing,
}


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


@contextmanager
def without(whole: Retriever, mechanisms: Collection[str]) -> Iterator[Retriever]:
    """The search without these mechanisms, as long as the block lasts."""
    left_out = {VECTOR_OF[name] for name in mechanisms if name in VECTOR_OF}
    all_vectors = bm25.query_vectors

    def vectors(text: str, also: str = "") -> dict[str, Any]:
        return {name: vector for name, vector in all_vectors(text, also).items() if name not in left_out}

    remaining = whole
    if PARTS in mechanisms:
        remaining = replace(remaining, split=lambda question: ())
    if CROSS_ENCODER in mechanisms:
        remaining = replace(remaining, reranker=None)
    if DENSE in mechanisms:
        embedder = NoVectors(whole.embedder.name, whole.embedder.dimension)
        remaining = replace(remaining, embedder=embedder, index=NoDense(whole.index))
    with ExitStack() as patched:
        patched.enter_context(patch.object(bm25, "query_vectors", vectors))
        for name in mechanisms:
            if name in PATCHES:
                patched.enter_context(patch.object(*PATCHES[name]))
        yield remaining
