"""What the library holds: documents, their sources, the state of every page. The only file that knows SQLAlchemy."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from docqa.errors import LibraryDamaged, LibraryMismatch
from docqa.types import Document, DocumentState

SCHEMA_VERSION = "1"
LOW_DISK_BYTES = 1 << 20  # SQLite needs about as much to write at all

_schema = sa.MetaData()
_documents = sa.Table(
    "documents",
    _schema,
    sa.Column("id", sa.String(64), primary_key=True),  # sha256 of the bytes
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False, default=""),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("pages", sa.Integer, nullable=False, default=0),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
# A document is in a collection because of a file found at a path. While a new version is read, the path leads to both:
# the one with the highest turn is the newest.
_sources = sa.Table(
    "sources",
    _schema,
    sa.Column("collection", sa.String(128), primary_key=True),
    sa.Column("path", sa.String(2048), primary_key=True),
    sa.Column("document_id", sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("turn", sa.Integer, nullable=False),
)
_pages = sa.Table(
    "pages",
    _schema,
    sa.Column("document_id", sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(8), nullable=False),  # layer, ocr, none; empty if it failed
    sa.Column("error", sa.Text, nullable=False, default=""),
)
_facts = sa.Table(
    "facts", _schema, sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)


class Catalog:
    """The catalog in an SQL database: any number of processes may read it while one writes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        _schema.create_all(engine)
        self.require("schema", SCHEMA_VERSION, "This library was written by another version of docqa")

    @classmethod
    def at(cls, path: Path) -> "Catalog":
        """The catalog in an SQLite file, made if absent.

        Raises LibraryDamaged, now or later, if the file cannot be read or written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 30})

        @sa.event.listens_for(engine, "connect")
        def configure(connection: Any, _: object) -> None:  # noqa: ANN401  a DB-API connection
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")

        @sa.event.listens_for(engine, "handle_error")
        def translate(context: sa.engine.ExceptionContext) -> None:
            if isinstance(context.original_exception, sqlite3.DatabaseError):
                raise LibraryDamaged(
                    f"The catalog {path} cannot be used: {context.original_exception}. {_advice(path)}"
                ) from context.original_exception

        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    def require(self, name: str, value: str, complaint: str) -> None:
        """Record a fact about the library, or check that it still holds; an empty library takes any.

        Raises LibraryMismatch, beginning with `complaint`, if the library was made with another value.
        """
        with self._engine.begin() as connection:
            found = connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == name))
            if found is None:
                connection.execute(_facts.insert().values(name=name, value=value))
            elif found != value and connection.scalar(sa.select(sa.func.count()).select_from(_documents)) == 0:
                connection.execute(_facts.update().where(_facts.c.name == name).values(value=value))
            elif found != value:
                raise LibraryMismatch(
                    f"{complaint}: it has {name} {found}, not {value}."
                    " Change it back, or read the PDFs into another --data."
                )

    # documents

    def documents(self, *, ids: Sequence[str] | None = None, collections: Sequence[str] = ()) -> list[Document]:
        """Documents in the order they came; all of them, or those with an id, or in one of the collections."""
        return list(self._read(ids, collections))

    def document(self, document_id: str) -> Document | None:
        return next(self._read([document_id], ()), None)

    def names(self, document_ids: Iterable[str]) -> dict[str, str]:
        """File names of documents; unknown ids are left out."""
        query = sa.select(_documents.c.id, _documents.c.name).where(_documents.c.id.in_(list(document_ids)))
        with self._engine.connect() as connection:
            return {row.id: row.name for row in connection.execute(query)}

    def _read(self, ids: Sequence[str] | None, collections: Sequence[str]) -> Iterator[Document]:
        done = sa.func.count(sa.case((_pages.c.error == "", 1)))
        failed = sa.func.count(sa.case((_pages.c.error != "", 1)))
        query = sa.select(_documents, done.label("pages_done"), failed.label("pages_failed"))
        query = query.outerjoin(_pages).group_by(_documents.c.id).order_by(_documents.c.added_at, _documents.c.name)
        if ids is not None:
            query = query.where(_documents.c.id.in_(ids))
        if collections:
            query = query.where(
                _documents.c.id.in_(sa.select(_sources.c.document_id).where(_sources.c.collection.in_(collections)))
            )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            placed: dict[str, set[str]] = {}
            sources = sa.select(_sources.c.document_id, _sources.c.collection)
            for source in connection.execute(
                sources if ids is None else sources.where(_sources.c.document_id.in_(ids))
            ):
                placed.setdefault(source.document_id, set()).add(source.collection)
        for row in rows:
            yield Document(
                id=row.id,
                name=row.name,
                title=row.title,
                collections=tuple(sorted(placed.get(row.id, ()))),
                state=cast(DocumentState, row.state),
                pages=row.pages,
                pages_done=row.pages_done,
                pages_failed=row.pages_failed,
                error=row.error,
                size_bytes=row.size_bytes,
            )

    def add(self, document_id: str, *, name: str, size_bytes: int) -> None:
        """Queue a document that is not in the catalog yet."""
        row = {
            "id": document_id,
            "name": name,
            "title": "",
            "state": "queued",
            "pages": 0,
            "error": "",
            "size_bytes": size_bytes,
        }
        with self._engine.begin() as connection:
            connection.execute(_documents.insert().values(row))

    def set_state(
        self,
        document_id: str,
        state: DocumentState,
        *,
        error: str = "",
        pages: int | None = None,
        title: str | None = None,
    ) -> None:
        """Record where a document stands; pages and title only if given."""
        known = {name: value for name, value in {"pages": pages, "title": title}.items() if value is not None}
        with self._engine.begin() as connection:
            connection.execute(
                _documents.update().where(_documents.c.id == document_id).values(state=state, error=error, **known)
            )

    def remove(self, document_id: str) -> None:
        """Forget a document, its sources and its pages."""
        with self._engine.begin() as connection:
            connection.execute(_documents.delete().where(_documents.c.id == document_id))

    # sources

    def link(self, document_id: str, *, collection: str, path: str) -> None:
        """Note that a path leads to this document now; versions of the file that were not read yet are forgotten."""
        place = {"collection": collection, "path": path}
        unread = sa.select(_documents.c.id).where(_documents.c.state != "done", _documents.c.id != document_id)
        with self._engine.begin() as connection:
            connection.execute(_sources.delete().filter_by(**place).where(_sources.c.document_id.in_(unread)))
            newest = connection.execute(
                sa.select(_sources.c.document_id, _sources.c.turn).filter_by(**place).order_by(_sources.c.turn.desc())
            ).first()
            if newest is not None and newest.document_id == document_id:
                return
            connection.execute(_sources.delete().filter_by(**place, document_id=document_id))
            turn = newest.turn + 1 if newest else 1
            connection.execute(_sources.insert().values(**place, document_id=document_id, turn=turn))

    def unlink(self, document_id: str) -> None:
        """Let no path lead to a document any more."""
        with self._engine.begin() as connection:
            connection.execute(_sources.delete().filter_by(document_id=document_id))

    def at_path(self, *, collection: str, path: str) -> list[str]:
        """Ids of the documents this path leads to, the newest last."""
        query = sa.select(_sources.c.document_id).filter_by(collection=collection, path=path).order_by(_sources.c.turn)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def collections(self) -> list[str]:
        """Names of the collections that hold something."""
        query = sa.select(_sources.c.collection).distinct().order_by(_sources.c.collection)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def sources(self, document_id: str) -> list[tuple[str, str]]:
        """(collection, path) of every file that has this document's bytes."""
        query = (
            sa.select(_sources.c.collection, _sources.c.path)
            .filter_by(document_id=document_id)
            .order_by(_sources.c.collection, _sources.c.path)
        )
        with self._engine.connect() as connection:
            return [(row.collection, row.path) for row in connection.execute(query)]

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

    # pages

    def record_pages(self, document_id: str, outcomes: Iterable[tuple[int, str, str]]) -> None:
        """Record pages as (number, source, error): all of them or none."""
        rows = [
            {"document_id": document_id, "number": number, "source": source, "error": error}
            for number, source, error in outcomes
        ]
        with self._engine.begin() as connection:
            numbers = [row["number"] for row in rows]
            connection.execute(_pages.delete().filter_by(document_id=document_id).where(_pages.c.number.in_(numbers)))
            connection.execute(_pages.insert(), rows)

    def page_outcomes(self, document_id: str) -> dict[int, tuple[str, str]]:
        """(source, error) of every page that was tried, by number."""
        query = sa.select(_pages).filter_by(document_id=document_id).order_by(_pages.c.number)
        with self._engine.connect() as connection:
            return {row.number: (row.source, row.error) for row in connection.execute(query)}

    def forget_failed_pages(self, document_id: str) -> None:
        """Let the failed pages count as not tried."""
        with self._engine.begin() as connection:
            connection.execute(_pages.delete().filter_by(document_id=document_id).where(_pages.c.error != ""))


def _advice(path: Path) -> str:
    """What to do when SQLite fails at this file."""
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return "Its directory and the file must be writable, even to read."
    if shutil.disk_usage(path.parent).free < LOW_DISK_BYTES:
        return "The disk is full: make room."
    return "Restore it from a copy, or read the PDFs into another --data."
