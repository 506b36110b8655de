"""The index on a Qdrant server or cluster: qdrant-client."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from docqa.errors import IndexUnavailable
from docqa.index import bm25, schema
from docqa.index.collection import Layout, as_first_vectors, creation, differences, later_vectors, search_params
from docqa.protocols import Entry, Indexed
from docqa.types import Card, Passage, PassageKey, Query, Ranked, Rankings, Scope, Vector

KEYS_AT_ONCE = 10_000
NO_LAYOUT = Layout()


class ServerIndex:
    """One collection on a Qdrant server; every write is on the server when the method returns.

    A new one is made as `layout` says; only then `dimension` of the vectors is asked. Methods raise IndexUnavailable
    if the server does not answer or refuses.
    """

    def __init__(
        self, client: QdrantClient, collection: str, *, dimension: Callable[[], int], layout: Layout = NO_LAYOUT
    ) -> None:
        self._client = client
        self._collection = collection
        self._layout = layout
        self._has_visual = False
        with _translated():
            if not client.collection_exists(collection):
                self._create(dimension())
            known = client.get_collection(collection).payload_schema
            for field in schema.FILTERED.keys() - known.keys():
                kind = models.PayloadSchemaType(schema.FILTERED[field])
                client.create_payload_index(collection, field, kind, wait=True)

    def _create(self, dimension: int) -> None:
        """Make the collection, unless another process that starts just now has made it."""
        try:
            self._client.create_collection(self._collection, **creation(self._layout, dimension))
        except (ApiException, ValueError):
            if not self._client.collection_exists(self._collection):
                raise

    def differences(self) -> list[str]:
        """What of its layout the collection was not made with."""
        with _translated():
            return list(differences(self._layout, self._client.get_collection(self._collection).config))

    def close(self) -> None:
        self._client.close()

    def rank(self, query: Query, *, limit: int) -> Rankings:
        words = {name: _sparse(each) for name, each in bm25.query_vectors(query.text, query.also).items()}
        vectors: dict[str, Any] = {schema.DENSE: query.vector, **words}
        if query.visual is not None and self._knows_visual():
            vectors[schema.VISUAL] = query.visual
        where = _filter(query.scope)
        requests = [
            models.QueryRequest(
                query=models.NearestQuery(nearest=vector),
                using=schema.vector_of(name),
                filter=where,
                limit=schema.limit_of(name, limit),
                params=search_params(self._layout) if name in (schema.DENSE, schema.VISUAL) else None,
                with_payload=False,
            )
            for name, vector in vectors.items()
        ]
        with _translated():
            found = self._client.query_batch_points(self._collection, requests)
        rankings = [[Ranked(schema.key_of(point.id), point.score) for point in response.points] for response in found]
        return schema.rankings(dict(zip(vectors, rankings, strict=True)))

    def passages(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        with _translated():
            records = self._client.retrieve(self._collection, [schema.point_id(key) for key in keys], with_payload=True)
        return {schema.key_of(record.id): schema.passage_of(record.payload) for record in records if record.payload}

    def cards(self, keys: Sequence[PassageKey]) -> dict[str, Card]:
        with _translated():
            records = self._client.retrieve(self._collection, [schema.point_id(key) for key in keys], with_payload=True)
        return schema.cards(record.payload for record in records)

    def size(self, scope: Scope) -> int:
        with _translated():
            exact = bool(scope.document_ids)
            return self._client.count(self._collection, count_filter=_filter(scope), exact=exact).count

    def upsert(self, entries: Sequence[Entry]) -> None:
        self.adopt([bm25.indexed(entry) for entry in entries])

    def set_visual(self, vectors: Mapping[PassageKey, Vector]) -> None:
        for vector in vectors.values():
            self._make_visual(len(vector))
        points = [
            models.PointVectors(id=schema.point_id(key), vector={schema.VISUAL: each}) for key, each in vectors.items()
        ]
        if points:
            with _translated():
                self._client.update_vectors(self._collection, points, wait=True)

    def _knows_visual(self) -> bool:
        """Whether points may have vectors of images; until they may, the server is asked: others write, too."""
        if not self._has_visual:
            with _translated():
                vectors = self._client.get_collection(self._collection).config.params.vectors
            self._has_visual = isinstance(vectors, dict) and schema.VISUAL in vectors
        return self._has_visual

    def _make_visual(self, dimension: int) -> None:
        """Let points have vectors of images, if they could not have any yet."""
        if not self._knows_visual():
            with _translated():
                self._client.create_vector_name(self._collection, schema.VISUAL, later_vectors(dimension), wait=True)
                if kept := as_first_vectors(self._layout):
                    self._client.update_collection(self._collection, vectors_config={schema.VISUAL: kept})
            self._has_visual = True

    def set_collections(self, document_id: str, collections: Sequence[str]) -> None:
        with _translated():
            self._client.set_payload(
                self._collection, {schema.COLLECTIONS: list(collections)}, _only(document_id), wait=True
            )

    def describe(self, key: PassageKey, document_id: str, *, words: str, card: Card) -> None:
        point, vector = schema.point_id(key), _sparse(bm25.document_vector(words, card))
        new = models.PointVectors(id=point, vector={schema.DOCUMENT_WORDS: vector})
        only = models.FilterSelector(filter=_only(document_id))
        with _translated():
            self._client.delete_vectors(self._collection, [schema.DOCUMENT_WORDS], only, wait=True)
            self._client.update_vectors(self._collection, [new], wait=True)
            self._client.set_payload(self._collection, schema.card_payload(card), [point], wait=True)

    def delete(self, document_id: str) -> int:
        count = self.count(Scope((document_id,)))
        with _translated():
            self._client.delete(self._collection, models.FilterSelector(filter=_only(document_id)), wait=True)
        return count

    def count(self, scope: Scope) -> int:
        with _translated():
            return self._client.count(self._collection, count_filter=_filter(scope), exact=True).count

    def keys(self, scope: Scope) -> list[PassageKey]:
        found: list[PassageKey] = []
        offset = None
        while True:
            with _translated():
                records, offset = self._client.scroll(
                    self._collection, _filter(scope), limit=KEYS_AT_ONCE, offset=offset, with_payload=False
                )
            found += [schema.key_of(record.id) for record in records]
            if offset is None:
                return found

    def remove(self, keys: Sequence[PassageKey]) -> None:
        ids: list[Any] = [schema.point_id(key) for key in keys]
        if ids:
            with _translated():
                self._client.delete(self._collection, models.PointIdsList(points=ids), wait=True)

    def vectors(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Vector]:
        ids = [schema.point_id(key) for key in keys]
        with _translated():
            records = self._client.retrieve(self._collection, ids, with_payload=False, with_vectors=[schema.DENSE])
        found: Any = {record.id: record.vector for record in records}  # each a mapping by name
        return {schema.key_of(point): list(named[schema.DENSE]) for point, named in found.items() if named}

    def export(self, start: PassageKey | None, limit: int) -> tuple[list[Indexed], PassageKey | None]:
        offset = None if start is None else schema.point_id(start)
        with _translated():
            records, following = self._client.scroll(
                self._collection, limit=limit, offset=offset, with_payload=True, with_vectors=True
            )
        found = [schema.indexed(record.payload or {}, _by_name(record.vector)) for record in records]
        return found, None if following is None else schema.key_of(str(following))

    def adopt(self, passages: Sequence[Indexed]) -> None:
        for vector in (each.visual for each in passages if each.visual is not None):
            self._make_visual(len(vector))
        if points := [_point(each) for each in passages]:
            with _translated():
                self._client.upsert(self._collection, points, wait=True)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ApiException, ResponseHandlingException, ValueError) as error:  # ValueError: an answer that is no JSON
        raise IndexUnavailable(
            f"The Qdrant server failed: {error}. Check DOCQA_INDEX__URL and that it runs (docs/running.md)"
        ) from error


def _point(indexed: Indexed) -> models.PointStruct:
    vectors: dict[str, Any] = {
        name: models.SparseVector(indices=indices, values=values) for name, (indices, values) in indexed.terms.items()
    }
    return models.PointStruct(
        id=schema.point_id(indexed.passage.key),
        vector={**schema.vectors(indexed), **vectors},
        payload=schema.payload(indexed),
    )


def _by_name(vectors: Any) -> dict[str, Any]:  # noqa: ANN401  the models want a union of five
    return dict(vectors)


def _sparse(vector: Any) -> models.SparseVector:  # noqa: ANN401  qdrant_edge.SparseVector
    return models.SparseVector(indices=vector.indices, values=vector.values)


def _only(document_id: str) -> models.Filter:
    return models.Filter(must=[_any_of(schema.DOCUMENT_ID, (document_id,))])


def _filter(scope: Scope) -> models.Filter | None:
    wanted = {schema.DOCUMENT_ID: scope.document_ids, schema.COLLECTIONS: scope.collections}
    must = [_any_of(field, values) for field, values in wanted.items() if values]
    if scope.pages:
        must.append(models.Filter(should=[_within(schema.PAGE, each) for each in scope.pages]))
    if scope.called:
        names = [_within(field, each) for field in (schema.PAGE, schema.PRINTED) for each in scope.called]
        must.append(models.Filter(should=names))
    return models.Filter(must=must) if must else None


def _within(field: str, pages: tuple[int, int]) -> Any:  # noqa: ANN401  the models want an invariant union
    first, last = pages
    return models.FieldCondition(key=field, range=models.Range(gte=first, lte=last))


def _any_of(field: str, values: Sequence[str]) -> Any:  # noqa: ANN401  the models want an invariant union
    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))
