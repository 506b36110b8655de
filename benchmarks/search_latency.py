"""Search latency of the embedded index at several sizes.

    python benchmarks/search_latency.py [--sizes 1000 10000 100000] [--queries 100]

Passages are 110 words drawn by Zipf's law, the most frequent of them English stop words; four make a page, and
twenty pages a document. Vectors are random directions of 384 dimensions. Measured for each question of 12 words:
everything between its vector and the ten pages with their passages (four rankings, fusion, reading the passages),
over all documents and within one; and embedding the question, apart.
"""

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from machine import machine

from docqa import build
from docqa.index.edge import EdgeIndex
from docqa.protocols import Entry
from docqa.retrieval.retriever import Retriever
from docqa.settings import Settings
from docqa.types import Box, Passage, Scope, Vector

DIMENSION, WORDS, PASSAGES_PER_PAGE, PAGES_PER_DOCUMENT = 384, 110, 4, 20
BATCH = 512


class FixedVector:
    """Stands in for the embedder, whose time is measured apart."""

    name, dimension = "random", DIMENSION

    def __init__(self, vector: Vector) -> None:
        self._vector = vector

    def embed_query(self, text: str) -> Vector:
        return self._vector

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self._vector for _ in texts]


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--queries", type=int, default=100)
    options = parser.parse_args()
    print(f"{machine()}; {options.queries} questions\n")
    print(
        "| passages | write, /s | open, s | search p50, ms | p95, ms | within a document p50, ms |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            _measure(size, options.queries, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        embedder = build.embedder(Settings(data=Path(folder)))
        texts = _texts(options.queries, words=12)
        embedder.embed_query(texts[0])
        p50 = statistics.median(_ms(lambda t=text: embedder.embed_query(t)) for text in texts)
        print(f"\nEmbedding a question of 12 words: p50 {p50:.1f} ms")


def _measure(size: int, queries: int, folder: Path) -> None:
    vectors = np.random.default_rng(1).standard_normal((size + queries, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = EdgeIndex(folder, dimension=lambda: DIMENSION)
    entries = _entries(_texts(size, words=WORDS), vectors)
    start = time.perf_counter()
    for place in range(0, size, BATCH):
        index.upsert(entries[place : place + BATCH])
    rate = size / (time.perf_counter() - start)
    index.close()
    start = time.perf_counter()
    index = EdgeIndex(folder, dimension=lambda: DIMENSION)
    opening = time.perf_counter() - start
    asked = [
        (text, FixedVector(vectors[size + place].tolist()))
        for place, text in enumerate(_texts(queries, words=12, seed=2))
    ]
    everywhere = [
        _ms(lambda t=text, e=vector: Retriever(e, index, None, 1).retrieve(t, limit=10)) for text, vector in asked
    ]
    one = Scope((entries[0].passage.document_id,))
    within = [
        _ms(lambda t=text, e=vector: Retriever(e, index, None, 1).retrieve(t, scope=one, limit=10))
        for text, vector in asked
    ]
    index.close()
    p50, p95 = statistics.median(everywhere), statistics.quantiles(everywhere, n=20)[-1]
    within_p50 = statistics.median(within)
    print(f"| {size:,} | {rate:,.0f} | {opening:.2f} | {p50:.1f} | {p95:.1f} | {within_p50:.1f} |")


def _entries(texts: list[str], vectors: np.ndarray) -> list[Entry]:
    entries = []
    for place, text in enumerate(texts):
        page, ordinal = divmod(place, PASSAGES_PER_PAGE)
        document, number = divmod(page, PAGES_PER_DOCUMENT)
        document_id = hashlib.sha256(str(document).encode()).hexdigest()
        boxes = tuple(Box(72, 72 + 14 * row, 520, 84 + 14 * row) for row in range(10))
        passage = Passage(document_id, number + 1, ordinal, 0, text, (f"document {document}", "heading"), boxes)
        page_words = " ".join(texts[place : place + PASSAGES_PER_PAGE]) if ordinal == 0 else ""
        entries.append(
            Entry(passage, ("default",), vectors[place].tolist(), text, page_words, page_words if number == 0 else "")
        )
    return entries


def _texts(count: int, *, words: int, seed: int = 1) -> list[str]:
    """Texts of made-up words whose frequencies follow Zipf's law."""
    chance = random.Random(seed)
    vocabulary = [
        "".join(chance.choices("bcdfglmnprst", k=1) + chance.choices("aeiou", k=1)) * 2 + str(n) for n in range(50_000)
    ]
    ranks = np.minimum(np.random.default_rng(seed).zipf(1.2, (count, words)), len(vocabulary)) - 1
    return [" ".join(vocabulary[rank] for rank in row) for row in ranks]


def _ms(call: object) -> float:
    start = time.perf_counter()
    call()  # type: ignore[operator]
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
