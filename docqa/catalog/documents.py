"""Documents and the state of every page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from docqa import facts
from docqa.catalog import copying, database
from docqa.catalog.conversations import Conversations
from docqa.catalog.descriptions import Descriptions, inherit
from docqa.catalog.held import Held, outcomes
from docqa.catalog.keys import Keys
from docqa.catalog.reading import IN_TURN, UNFINISHED, Reading
from docqa.catalog.sources import Sources, are_in
from docqa.catalog.tables import documents as _documents
from docqa.catalog.tables import facts as _facts
from docqa.catalog.tables import pages as _pages
from docqa.catalog.tables import sources as _sources
from docqa.catalog.visuals import Visuals
from docqa.errors import LibraryMismatch, NotInLibrary
from docqa.types import Document, DocumentState

_AS_THEY_CAME = (_documents.c.added_at, _documents.c.name, _documents.c.id)


class Catalog:
    """Any number of processes may read and write it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.sources = Sources(engine)
        self.conversations = Conversations(engine)
        self.keys = Keys(engine)
        self.reading = Reading(engine)
        self.descriptions = Descriptions(engine)
        self.visuals = Visuals(engine)

    @classmethod
    def at(cls, path: Path) -> "Catalog":
        """The catalog in an SQLite file, made if absent.

        Raises LibraryDamaged, now or later, if the file cannot be read or written; LibraryMismatch.
        """
        return cls(database.sqlite_at(path))

    @classmethod
    def on(cls, url: str) -> "Catalog":
        """The catalog on a database server.

        Raises CatalogUnavailable, now or later; LibraryMismatch or MissingExtra.
        """
        return cls(database.server_at(url))

    def close(self) -> None:
        self._engine.dispose()

    def copy_into(self, path: Path) -> None:
        """Copy everything into a new SQLite file as it stands at one moment, while others go on writing."""
        copying.into_file(self._engine, path)

    def take(self, other: "Catalog") -> None:
        """Copy everything of another catalog into this one, all or nothing.

        Raises UsageError if this one is in use already.
        """
        copying.between(other._engine, self._engine)

    def require(self, name: str, value: str, complaint: str, *, record: bool = True) -> None:
        """Record a fact about the library, or check that it still holds if it was; an empty library takes any.

        Raises LibraryMismatch, beginning with `complaint`, if the library was made with another value.
        """
        try:
            self._require(name, value, complaint, record)
        except sa.exc.IntegrityError:  # another process recorded it in the same moment
            self._require(name, value, complaint, record)

    def _require(self, name: str, value: str, complaint: str, record: bool) -> None:
        with self._engine.begin() as connection:
            found = connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == name))
            if found is None and not record:
                return
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
        return list(self._read(_which(ids=ids, collections=collections)))

    def listed(
        self, *, collections: Sequence[str] = (), state: DocumentState | None = None, limit: int, offset: int
    ) -> list[Document]:
        """Some of the documents in the order they came; of all, or those in one of the collections and in a state."""
        which = _which(collections=collections, states=[state] if state else ())
        return list(self._read(which.order_by(*_AS_THEY_CAME).limit(limit).offset(offset)))

    def count(self, *, collections: Sequence[str] = (), state: DocumentState | None = None) -> int:
        """How many documents there are; of all, or those in one of the collections and in a state."""
        which = _which(collections=collections, states=[state] if state else ())
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(which.subquery())) or 0

    def titles(
        self, *, collections: Sequence[str] = (), state: DocumentState | None = None
    ) -> list[tuple[str, str, str]]:
        """(id, name, title) in the order they came; of all, or those in one of the collections and in a state."""
        which = _which(collections=collections, states=[state] if state else ())
        query = which.add_columns(_documents.c.name, _documents.c.title).order_by(*_AS_THEY_CAME)
        with self._engine.connect() as connection:
            return [(row.id, row.name, row.title) for row in connection.execute(query)]

    def document(self, document_id: str) -> Document | None:
        return next(self._read(_which(ids=[document_id])), None)

    def names(self, document_ids: Iterable[str]) -> dict[str, str]:
        """File names of documents; unknown ids are left out."""
        query = sa.select(_documents.c.id, _documents.c.name).where(_documents.c.id.in_(list(document_ids)))
        with self._engine.connect() as connection:
            return {row.id: row.name for row in connection.execute(query)}

    def called(self, name: str) -> list[Document]:
        """Documents with this file name; if there are none, those that were read from a file of that name."""
        if found := list(self._read(sa.select(_documents.c.id).where(_documents.c.name == name))):
            return found
        ending = sa.select(_sources.c.document_id, _sources.c.path)
        with self._engine.connect() as connection:
            rows = connection.execute(ending.where(_sources.c.path.endswith(name, autoescape=True))).all()
        ids = [row.document_id for row in rows if Path(row.path).name == name]
        return self.documents(ids=ids) if ids else []

    def beginning(self, digits: str) -> list[Document]:
        """Documents whose ids begin with these hex digits."""
        begin = _documents.c.id.startswith(digits.lower(), autoescape=True)
        return list(self._read(sa.select(_documents.c.id).where(begin)))

    def _read(
        self, which: sa.Select[tuple[str]], *, order: Sequence[sa.ColumnElement[Any]] = _AS_THEY_CAME
    ) -> Iterator[Document]:
        """Documents with these ids, in the order they came or in another one."""
        done = sa.func.count(sa.case((_pages.c.error == "", 1)))
        failed = sa.func.count(sa.case((_pages.c.error != "", 1)))
        columns = [column for column in _documents.c if column.name != "outline"]  # it may be long
        query = sa.select(*columns, done.label("pages_done"), failed.label("pages_failed"))
        query = query.outerjoin(_pages).where(_documents.c.id.in_(which)).group_by(_documents.c.id)
        query = query.order_by(*order)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            placed: dict[str, set[str]] = {}
            sources = sa.select(_sources.c.document_id, _sources.c.collection)
            for source in connection.execute(sources.where(_sources.c.document_id.in_(which))):
                placed.setdefault(source.document_id, set()).add(source.collection)
        for row in rows:
            known = facts.effective(facts.from_json(row.facts), row.corrections, name=row.name)
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
                added_at=row.added_at,
                organisation=known.organisation,
                year=known.year,
                kind=known.kind,
                language=known.language,
                corrected=facts.corrected(row.corrections),
            )

    def register(self, document_id: str, *, name: str, size_bytes: int, collection: str, path: str) -> list[str]:
        """Queue a document if the catalog has it not yet, and let a path lead to it: both or neither.

        One that no path led to is queued anew: its deletion was cut short. Returns the ids of documents that lost the
        path.
        """
        row = {"id": document_id, "name": name, "title": "", "state": "queued", "pages": 0, "error": ""}
        row |= {"size_bytes": size_bytes, "added_at": datetime.now(UTC), "facts": None, "corrections": {}}
        for last in (False, True):
            try:
                with self._engine.begin() as connection:
                    if not _locked(connection, document_id):
                        connection.execute(_documents.insert().values(row))
                    elif not Held(connection, document_id).is_sourced():
                        connection.execute(_pages.delete().filter_by(document_id=document_id))
                        connection.execute(_documents.update().where(_documents.c.id == document_id).values(row))
                    inherit(connection, document_id, collection=collection, path=path)
                    return self.sources.link(connection, document_id, collection=collection, path=path)
            except sa.exc.IntegrityError:  # another process registered it in the same moment
                if last:
                    raise
        raise AssertionError("the second try either returns or raises")

    @contextmanager
    def hold(self, document_id: str, *, progress: bool = False) -> Iterator[Held]:
        """Keep others from changing or removing a document until the block ends; `progress` forgets its attempts.

        Nothing else of the catalog can be written inside. Raises NotInLibrary if it is gone.
        """
        with self._engine.begin() as connection:
            values = {"attempts": 0} if progress else {"attempts": _documents.c.attempts}
            if not _locked(connection, document_id, values):
                raise NotInLibrary(f"Document {document_id[:12]} is not in the library any more")
            yield Held(connection, document_id)

    def unfinished(self) -> list[Document]:
        """Documents to read, in the order of their turns."""
        return list(self._read(_which(states=UNFINISHED), order=IN_TURN))

    def unattempt(self, document_id: str) -> None:
        """Take an attempt back that ended because a service did not answer."""
        with self._engine.begin() as connection:
            _locked(
                connection,
                document_id,
                {"attempts": sa.case((_documents.c.attempts > 0, _documents.c.attempts - 1), else_=0)},
            )

    def attempt(self, document_id: str) -> int:
        """Note that reading begins or goes on; returns how often it did since a page was last recorded."""
        with self._engine.begin() as connection:
            _locked(connection, document_id, {"attempts": _documents.c.attempts + 1, "state": "reading"})
            query = sa.select(_documents.c.attempts).where(_documents.c.id == document_id)
            return connection.scalar(query) or 0

    def requeue(self, document_ids: Iterable[str]) -> None:
        """Let documents be read again where they failed: failed pages count as not tried."""
        wanted = list(document_ids)
        again = {"state": "queued", "error": "", "attempts": 0}
        with self._engine.begin() as connection:
            connection.execute(_documents.update().where(_documents.c.id.in_(wanted)).values(again))
            connection.execute(_pages.delete().where(_pages.c.document_id.in_(wanted), _pages.c.error != ""))

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

    # pages

    def page_outcomes(self, document_id: str) -> dict[int, tuple[str, str]]:
        """(source, error) of every page that was tried, by number."""
        with self._engine.connect() as connection:
            return outcomes(connection, document_id)

    def fingerprints(self, document_id: str) -> dict[str, int]:
        """The pages of a document that others can be compared to: their numbers, by fingerprint."""
        query = sa.select(_pages.c.fingerprint, _pages.c.number).filter_by(document_id=document_id, error="")
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(_pages.c.fingerprint != ""))
            return {row.fingerprint: row.number for row in rows}


def _which(
    *, ids: Sequence[str] | None = None, collections: Sequence[str] = (), states: Sequence[str] = ()
) -> sa.Select[tuple[str]]:
    """The ids of documents: of all, or those with an id, in one of the collections, in one of the states."""
    query = sa.select(_documents.c.id).where(are_in(collections))
    if ids is not None:
        query = query.where(_documents.c.id.in_(ids))
    return query.where(_documents.c.state.in_(states)) if states else query


def _locked(connection: sa.Connection, document_id: str, values: Mapping[str, object] | None = None) -> bool:
    """Begin to write with this document's row, so that others wait; False if there is none."""
    update = _documents.update().where(_documents.c.id == document_id)
    return bool(connection.execute(update.values(values or {"attempts": _documents.c.attempts})).rowcount)
