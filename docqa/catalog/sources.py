"""Where documents came from: the paths, in collections, that lead to them."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from docqa.catalog.tables import documents as _documents
from docqa.catalog.tables import sources as _sources
from docqa.types import Collection


def are_in(collections: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a document is in one of these collections; without any, true of all."""
    there = sa.select(_sources.c.document_id).where(_sources.c.collection.in_(collections))
    return _documents.c.id.in_(there) if collections else sa.true()


class Sources:
    """Paths of collections, each with the versions of its file that are in the library."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def link(self, connection: sa.Connection, document_id: str, *, collection: str, path: str) -> list[str]:
        """Note that a path leads to this document now; versions of the file that were not read yet are forgotten.

        Returns the ids of those.
        """
        place = {"collection": collection, "path": path}
        unread = sa.select(_documents.c.id).where(_documents.c.state != "done", _documents.c.id != document_id)
        forgotten = sa.select(_sources.c.document_id).filter_by(**place).where(_sources.c.document_id.in_(unread))
        losers = list(connection.scalars(forgotten))
        connection.execute(_sources.delete().filter_by(**place).where(_sources.c.document_id.in_(losers)))
        newest = connection.execute(
            sa.select(_sources.c.document_id, _sources.c.turn).filter_by(**place).order_by(_sources.c.turn.desc())
        ).first()
        if newest is not None and newest.document_id == document_id:
            return losers
        connection.execute(_sources.delete().filter_by(**place, document_id=document_id))
        turn = newest.turn + 1 if newest else 1
        connection.execute(_sources.insert().values(**place, document_id=document_id, turn=turn))
        return losers

    def unlink(self, document_id: str, *, collections: Sequence[str] = ()) -> int:
        """Let no path lead to a document any more, or none of these collections; returns how many did."""
        query = _sources.delete().filter_by(document_id=document_id)
        if collections:
            query = query.where(_sources.c.collection.in_(collections))
        this = _documents.update().where(_documents.c.id == document_id)
        with self._engine.begin() as connection:
            connection.execute(this.values(attempts=_documents.c.attempts))  # whoever writes it now is waited for
            return connection.execute(query).rowcount

    def unlink_path(self, *, collection: str, path: str) -> list[str]:
        """Let a path lead to nothing; returns the ids of the documents that lost it."""
        with self._engine.begin() as connection:
            at = {"collection": collection, "path": path}
            losers = list(connection.scalars(sa.select(_sources.c.document_id).filter_by(**at)))
            connection.execute(_sources.delete().filter_by(**at))
        return losers

    def at_path(self, *, collection: str, path: str) -> list[str]:
        """Ids of the documents this path leads to, the newest last."""
        query = sa.select(_sources.c.document_id).filter_by(collection=collection, path=path).order_by(_sources.c.turn)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def paths(self, collection: str) -> list[str]:
        """Every path of a collection."""
        query = sa.select(_sources.c.path).filter_by(collection=collection).distinct().order_by(_sources.c.path)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def collections(self) -> list[str]:
        """Names of the collections that hold something."""
        query = sa.select(_sources.c.collection).distinct().order_by(_sources.c.collection)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def holdings(self, *, collections: Sequence[str] = ()) -> list[Collection]:
        """The collections that hold something, or those of these that do, with what it is."""
        held = sa.select(_sources.c.collection, _sources.c.document_id).distinct()  # however many paths lead to it
        if collections:
            held = held.where(_sources.c.collection.in_(collections))
        each = held.subquery()
        query = (
            sa.select(
                each.c.collection,
                sa.func.count().label("documents"),
                sa.func.sum(_documents.c.pages).label("pages"),
                sa.func.sum(_documents.c.size_bytes).label("size_bytes"),
            )
            .join(_documents, _documents.c.id == each.c.document_id)
            .group_by(each.c.collection)
            .order_by(each.c.collection)
        )
        with self._engine.connect() as connection:
            return [
                Collection(row.collection, row.documents, int(row.pages), int(row.size_bytes))
                for row in connection.execute(query)
            ]

    def of(self, document_id: str, *, collections: Sequence[str] = ()) -> list[tuple[str, str]]:
        """(collection, path) of every file that has this document's bytes; of these collections, or all."""
        query = (
            sa.select(_sources.c.collection, _sources.c.path)
            .filter_by(document_id=document_id)
            .order_by(_sources.c.collection, _sources.c.path)
        )
        if collections:
            query = query.where(_sources.c.collection.in_(collections))
        with self._engine.connect() as connection:
            return [(row.collection, row.path) for row in connection.execute(query)]

    def names(self, document_ids: Iterable[str], *, collections: Sequence[str]) -> dict[str, str]:
        """What documents are called where these collections have them; those they have not are left out."""
        query = (
            sa.select(_sources.c.document_id, _sources.c.path)
            .where(_sources.c.document_id.in_(list(document_ids)), _sources.c.collection.in_(collections))
            .order_by(_sources.c.path)
        )
        with self._engine.connect() as connection:
            return {row.document_id: row.path.rpartition("/")[2] for row in connection.execute(query)}

    def older_versions(self, document_id: str) -> list[str]:
        """Ids of the documents that a path of this one led to before, and that were read to the end, newest first."""
        newer = _sources.alias()
        same_path = (newer.c.collection == _sources.c.collection) & (newer.c.path == _sources.c.path)
        query = (
            sa.select(_sources.c.document_id, sa.func.max(_sources.c.turn))
            .join(newer, same_path & (newer.c.turn > _sources.c.turn))
            .join(_documents, _documents.c.id == _sources.c.document_id)
            .where(newer.c.document_id == document_id, _documents.c.state == "done")
            .group_by(_sources.c.document_id)
            .order_by(sa.func.max(_sources.c.turn).desc())
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def supersede(self, document_id: str) -> list[str]:
        """Let the paths of this document lead to no older one; returns the ids of the documents that lost a path."""
        losers: set[str] = set()
        with self._engine.begin() as connection:
            for row in connection.execute(sa.select(_sources).filter_by(document_id=document_id)).all():
                older = (
                    _sources.c.collection == row.collection,
                    _sources.c.path == row.path,
                    _sources.c.turn < row.turn,
                )
                losers.update(connection.scalars(sa.select(_sources.c.document_id).where(*older)))
                connection.execute(_sources.delete().where(*older))
        return sorted(losers)

    def unsourced(self) -> list[str]:
        """Ids of documents that no path leads to any more."""
        query = sa.select(_documents.c.id).where(_documents.c.id.not_in(sa.select(_sources.c.document_id)))
        with self._engine.connect() as connection:
            return list(connection.scalars(query))
