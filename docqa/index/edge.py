"""The index inside this process, in a directory: Qdrant Edge."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from docqa.errors import LibraryBusy, LibraryDamaged, LibraryMismatch
from docqa.index import bm25, schema
from docqa.protocols import Entry, Indexed
from docqa.types import Card, Passage, PassageKey, Query, Ranked, Rankings, Scope, Vector

KEYS_AT_ONCE = 10_000

_KINDS = {"keyword": edge.PayloadSchemaType.Keyword, "integer": edge.PayloadSchemaType.Integer}


class EdgeIndex:
    """One shard in one directory, owned by one process; what a write method returned from survives a crash.

    `dimension` of the vectors is asked only if the index is new. Opening it raises LibraryBusy or LibraryDamaged.
    """

    def __init__(self, folder: Path, *, dimension: Callable[[], int]) -> None:
        self._shard = _loaded(folder) if any(folder.glob("segments/*")) else _created(folder, dimension())
        self._has_visual = _knows(self._shard, schema.VISUAL)
        for field in schema.FILTERED.keys() - self._shard.info().payload_schema.keys():
            self._shard.update(edge.UpdateOperation.create_field_index(field, _KINDS[schema.FILTERED[field]]))

    def close(self) -> None:
        self._shard.close()

    def rank(self, query: Query, *, limit: int) -> Rankings:
        vectors: dict[str, Any] = {schema.DENSE: query.vector, **bm25.query_vectors(query.text, query.also)}
        if query.visual is not None and self._has_visual:
            vectors[schema.VISUAL] = query.visual
        where = _filter(query.scope)
        requests = [
            edge.QueryRequest(
                query=edge.Query.Nearest(vector, using=schema.vector_of(name)),
                filter=where,
                limit=schema.limit_of(name, limit),
                with_payload=False,
            )
            for name, vector in vectors.items()
        ]
        with _sized():
            found = self._shard.query_batch(edge.QueryBatchRequest(requests))
        rankings = [[Ranked(schema.key_of(point.id), point.score) for point in points] for points in found]
        return schema.rankings(dict(zip(vectors, rankings, strict=True)))

    def passages(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        ids: list[int | uuid.UUID | str] = [schema.point_id(key) for key in keys]
        records = self._shard.retrieve(ids, with_payload=True, with_vector=False)
        return {schema.key_of(record.id): schema.passage_of(record.payload) for record in records if record.payload}

    def cards(self, keys: Sequence[PassageKey]) -> dict[str, Card]:
        ids: list[int | uuid.UUID | str] = [schema.point_id(key) for key in keys]
        records = self._shard.retrieve(ids, with_payload=True, with_vector=False)
        return schema.cards(record.payload for record in records)

    def size(self, scope: Scope) -> int:
        exact = bool(scope.document_ids)  # few points: fast, and an estimate would be far off
        return int(self._shard.count(edge.CountRequest(exact=exact, filter=_filter(scope))))

    def upsert(self, entries: Sequence[Entry]) -> None:
        self.adopt([bm25.indexed(entry) for entry in entries])

    def set_visual(self, vectors: Mapping[PassageKey, Vector]) -> None:
        for vector in vectors.values():
            self._make_visual(len(vector))
        points = [edge.PointVectors(schema.point_id(key), {schema.VISUAL: each}) for key, each in vectors.items()]
        if points:
            with _sized():
                self._shard.update(edge.UpdateOperation.update_vectors(points))

    def _make_visual(self, dimension: int) -> None:
        """Let points have vectors of images, if they could not have any yet."""
        if not self._has_visual:
            make = edge.UpdateOperation.create_dense_vector
            self._shard.update(make(schema.VISUAL, dimension, edge.Distance.Dot))
            self._has_visual = True

    def set_collections(self, document_id: str, collections: Sequence[str]) -> None:
        payload = {schema.COLLECTIONS: list(collections)}
        self._shard.update(edge.UpdateOperation.set_payload_by_filter(_only(document_id), payload))

    def describe(self, key: PassageKey, document_id: str, *, words: str, card: Card) -> None:
        point, vector = schema.point_id(key), bm25.document_vector(words, card)
        update = edge.UpdateOperation
        self._shard.update(update.delete_vectors_by_filter(_only(document_id), [schema.DOCUMENT_WORDS]))
        self._shard.update(update.update_vectors([edge.PointVectors(point, {schema.DOCUMENT_WORDS: vector})]))
        self._shard.update(update.set_payload([point], schema.card_payload(card)))

    def delete(self, document_id: str) -> int:
        count = self.count(Scope((document_id,)))
        self._shard.update(edge.UpdateOperation.delete_points_by_filter(_only(document_id)))
        return count

    def count(self, scope: Scope) -> int:
        return int(self._shard.count(edge.CountRequest(exact=True, filter=_filter(scope))))

    def keys(self, scope: Scope) -> list[PassageKey]:
        found: list[PassageKey] = []
        offset = None
        while True:
            request = edge.ScrollRequest(offset=offset, limit=KEYS_AT_ONCE, filter=_filter(scope), with_payload=False)
            records, offset = self._shard.scroll(request)
            found += [schema.key_of(record.id) for record in records]
            if offset is None:
                return found

    def remove(self, keys: Sequence[PassageKey]) -> None:
        ids: list[int | uuid.UUID | str] = [schema.point_id(key) for key in keys]
        if ids:
            self._shard.update(edge.UpdateOperation.delete_points(ids))

    def vectors(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Vector]:
        ids: list[int | uuid.UUID | str] = [schema.point_id(key) for key in keys]
        records = self._shard.retrieve(ids, with_payload=False, with_vector=[schema.DENSE])
        found: Any = {record.id: record.vector for record in records}  # each a mapping by name
        return {schema.key_of(point): list(named[schema.DENSE]) for point, named in found.items() if named}

    def export(self, start: PassageKey | None, limit: int) -> tuple[list[Indexed], PassageKey | None]:
        offset = None if start is None else schema.point_id(start)
        request = edge.ScrollRequest(offset=offset, limit=limit, with_payload=True, with_vector=True)
        records, following = self._shard.scroll(request)
        found = [schema.indexed(record.payload, record.vector) for record in records]  # type: ignore[arg-type]
        return found, None if following is None else schema.key_of(following)

    def adopt(self, passages: Sequence[Indexed]) -> None:
        for vector in (each.visual for each in passages if each.visual is not None):
            self._make_visual(len(vector))
        if points := [_point(each) for each in passages]:
            with _sized():
                self._shard.update(edge.UpdateOperation.upsert_points(points))


def _created(folder: Path, dimension: int) -> edge.EdgeShard:
    folder.mkdir(parents=True, exist_ok=True)
    dense = edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Dot)
    sparse = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
    config = edge.EdgeConfig(vectors={schema.DENSE: dense}, sparse_vectors=dict.fromkeys(schema.SPARSE, sparse))
    return edge.EdgeShard.create(str(folder), config)


def _loaded(folder: Path) -> edge.EdgeShard:
    try:
        return edge.EdgeShard.load(str(folder))
    except Exception as error:  # Edge raises nothing more particular
        if "WouldBlock" in str(error):
            raise LibraryBusy(f"The index in {folder} is in use by another process: wait for it to end") from error
        raise LibraryDamaged(
            f"The index in {folder} cannot be opened: {error}."
            " Restore it from a copy, or read the PDFs into another --data."
        ) from error


@contextmanager
def _sized() -> Iterator[None]:
    """Raises LibraryMismatch if a vector has another size than those of the library."""
    try:
        yield
    except Exception as error:  # Edge raises nothing more particular
        if "expected dim" not in str(error):
            raise
        raise LibraryMismatch(
            f"A model of the same name gives vectors of another size than those of this library ({error})."
            " Change it back, or read the PDFs into another --data."
        ) from error


def _knows(shard: edge.EdgeShard, vector: str) -> bool:
    """Whether points may have a vector of this name."""
    probe = edge.QueryRequest(query=edge.Query.Nearest([0.0], using=vector), limit=1)
    try:
        shard.query(probe)
    except Exception as error:  # Edge raises nothing more particular
        return "Not existing vector name" not in str(error)
    return True


def _point(indexed: Indexed) -> edge.Point:
    vectors: dict[str, Any] = {name: edge.SparseVector(*terms) for name, terms in indexed.terms.items()}
    payload = schema.payload(indexed)
    return edge.Point(schema.point_id(indexed.passage.key), {**schema.vectors(indexed), **vectors}, payload)


def _only(document_id: str) -> edge.Filter:
    return edge.Filter(must=[_any_of(schema.DOCUMENT_ID, (document_id,))])


def _filter(scope: Scope) -> edge.Filter | None:
    wanted = {schema.DOCUMENT_ID: scope.document_ids, schema.COLLECTIONS: scope.collections}
    must = [_any_of(field, values) for field, values in wanted.items() if values]
    if scope.pages:
        must.append(edge.Filter(should=[_within(schema.PAGE, each) for each in scope.pages]))
    if scope.called:
        names = [_within(field, each) for field in (schema.PAGE, schema.PRINTED) for each in scope.called]
        must.append(edge.Filter(should=names))
    return edge.Filter(must=must) if must else None


def _within(field: str, pages: tuple[int, int]) -> Any:  # noqa: ANN401  the stubs want an invariant union
    first, last = pages
    return edge.FieldCondition(key=field, range=edge.RangeFloat(gte=first, lte=last))


def _any_of(field: str, values: Sequence[str]) -> Any:  # noqa: ANN401  the stubs want an invariant union
    return edge.FieldCondition(key=field, match=edge.MatchAny(any=list(values)))
