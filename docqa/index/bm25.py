"""Words to sparse vectors: BM25 with stemming and stop words of the text's language, the same for both indexes.

The term weights are computed here; the index multiplies in each term's rarity (IDF) among the points that have the
vector.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from docqa.index import schema
from docqa.protocols import Entry, Indexed
from docqa.question import routing
from docqa.retrieval.context import searchable
from docqa.text.scripts import language, languages
from docqa.types import Card


def indexed(entry: Entry) -> Indexed:
    """The entry with its words weighed; what it has no words for is left out."""
    words = {
        schema.PASSAGE_WORDS: entry.words,
        schema.PAGE_WORDS: entry.page_words,
        schema.DOCUMENT_WORDS: entry.document_words,
    }
    vectors = {
        name: _model(schema.AVERAGE_TERMS[name], language(text)).embed_document(searchable(text))
        for name, text in words.items()
        if text
    }
    terms = {name: (list(vector.indices), list(vector.values)) for name, vector in vectors.items() if vector.indices}
    return Indexed(entry.passage, entry.collections, entry.vector, terms)


def document_vector(words: str, card: Card) -> Any:  # noqa: ANN401  qdrant_edge.SparseVector
    """The sparse vector of a document: its words, and what it can be named by."""
    model = _model(schema.AVERAGE_TERMS[schema.DOCUMENT_WORDS], language(words))
    by_words = model.embed_document(searchable(words))
    weights = _weights(dict.fromkeys(routing.tokens(card), 1.0)) | dict(
        zip(by_words.indices, by_words.values, strict=True)
    )
    return _vector(weights)


def query_vectors(text: str, also: str = "") -> dict[str, Any]:
    """Sparse vectors of a question by name, as qdrant_edge.SparseVector; empty ones are left out.

    Passages and pages are searched for the words of `also`, too. The stems of every language that the question may be
    in are looked for.
    """
    spoken = languages(text)
    asked = _query(text, spoken)
    widened = _query(f"{text} {also}", spoken) if also else asked
    vectors = {schema.PASSAGE_WORDS: widened, schema.PAGE_WORDS: widened, schema.DOCUMENT_WORDS: asked}
    vectors[schema.FACTS] = _sparse(routing.tokens_asked(routing.asked(text)))
    return {name: vector for name, vector in vectors.items() if vector.indices}


def _query(text: str, spoken: Sequence[str]) -> Any:  # noqa: ANN401  qdrant_edge.SparseVector
    found = [_model(schema.AVERAGE_TERMS[schema.PASSAGE_WORDS], each).embed_query(searchable(text)) for each in spoken]
    return _vector({index: value for each in found for index, value in zip(each.indices, each.values, strict=True)})


def _sparse(tokens: Mapping[str, float]) -> Any:  # noqa: ANN401
    return _vector(_weights(tokens))


def _weights(tokens: Mapping[str, float]) -> dict[int, float]:
    """Weights by index: like a word's, it is the token's hash."""
    return {int.from_bytes(sha256(token.encode()).digest()[:4]): weight for token, weight in tokens.items()}


def _vector(weights: Mapping[int, float]) -> Any:  # noqa: ANN401
    from qdrant_edge import SparseVector

    return SparseVector(list(weights), list(weights.values()))


@cache
def _model(average_terms: float, language: str) -> Any:  # noqa: ANN401
    from qdrant_edge import Bm25, Bm25Config

    return Bm25(Bm25Config(language=language, avg_len=average_terms))
