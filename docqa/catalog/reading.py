"""How reading goes: whether a worker runs, what waits, how fast it is."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from docqa.catalog.sources import are_in
from docqa.catalog.tables import documents as _documents
from docqa.catalog.tables import facts as _facts
from docqa.catalog.tables import pages as _pages
from docqa.types import Activity, Holdings, Scope

UNFINISHED = ("queued", "reading")
# Documents are read in this order: those that failed to be read to the end least often first, then as they came.
IN_TURN = (_documents.c.attempts, _documents.c.added_at, _documents.c.name, _documents.c.id)
RATE_S = 60.0  # over which reading's speed is measured,
RATE_AT_LEAST_S = 10.0  # but not over less than this
WORKER_SEEN = "worker_seen_at"  # a fact


class Reading:
    """What the worker did lately, and what is left to do."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def worker_is_there(self) -> None:
        """Note that a worker runs now."""
        seen = {"value": datetime.now(UTC).isoformat()}
        # Another worker may do so for the first time in the same moment.
        with suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
            if not connection.execute(_facts.update().where(_facts.c.name == WORKER_SEEN).values(seen)).rowcount:
                connection.execute(_facts.insert().values(name=WORKER_SEEN, **seen))

    def unread(self, scope: Scope) -> int:
        """How many documents of a scope are not read to the end yet; those that failed do not count."""
        query = sa.select(sa.func.count()).select_from(_documents).where(_documents.c.state.in_(UNFINISHED))
        if scope.document_ids:
            query = query.where(_documents.c.id.in_(scope.document_ids))
        with self._engine.connect() as connection:
            return connection.scalar(query.where(are_in(scope.collections))) or 0

    def pages_until(self, document_id: str) -> int | None:
        """Pages left to be read until this document is read; None while it, or one before it, is not opened yet."""
        this = sa.select(*IN_TURN).where(_documents.c.id == document_id)
        with self._engine.connect() as connection:
            place = connection.execute(this).first()
            if place is None:
                return 0
            values = (sa.literal(value, column.type) for value, column in zip(place, IN_TURN, strict=True))
            until = sa.tuple_(*IN_TURN) <= sa.tuple_(*values), _documents.c.state.in_(UNFINISHED)
            tried = sa.select(sa.func.count()).where(_pages.c.document_id.in_(sa.select(_documents.c.id).where(*until)))
            unopened = sa.func.count(sa.case((_documents.c.pages == 0, 1)))
            left = sa.func.coalesce(sa.func.sum(_documents.c.pages), 0) - tried.scalar_subquery()
            found = connection.execute(sa.select(unopened, left).where(*until)).one()
        return None if found[0] else int(found[1])

    def holdings(self, collections: Sequence[str] = ()) -> Holdings:
        """What the library, or some of its collections, hold."""
        size = sa.select(
            _documents.c.state,
            sa.func.count().label("documents"),
            sa.func.sum(_documents.c.pages).label("pages"),
            sa.func.sum(_documents.c.size_bytes).label("size_bytes"),
        )
        waiting = sa.select(_documents.c.id).where(_documents.c.state.in_(UNFINISHED), are_in(collections))
        tried = sa.select(sa.func.count()).select_from(_pages).where(_pages.c.document_id.in_(waiting))
        with self._engine.connect() as connection:
            found = connection.execute(size.where(are_in(collections)).group_by(_documents.c.state)).all()
            read = connection.scalar(tried) or 0
        expected = sum(int(row.pages) for row in found if row.state in UNFINISHED)
        return Holdings(
            states={row.state: row.documents for row in found},
            pages=sum(int(row.pages) for row in found),  # databases may sum to a Decimal
            size_bytes=sum(int(row.size_bytes) for row in found),
            pages_waiting=max(0, expected - read),
        )

    def activity(self) -> Activity:
        """How reading goes."""
        now = datetime.now(UTC)
        lately = now - timedelta(seconds=RATE_S)
        waiting = sa.select(_documents.c.id).where(_documents.c.state.in_(UNFINISHED))
        with self._engine.connect() as connection:
            states = connection.execute(
                sa.select(_documents.c.state, sa.func.count()).group_by(_documents.c.state)
            ).all()
            expected = connection.scalar(sa.select(sa.func.sum(_documents.c.pages)).where(_documents.c.id.in_(waiting)))
            tried = connection.scalar(
                sa.select(sa.func.count()).select_from(_pages).where(_pages.c.document_id.in_(waiting))
            )
            first, read = connection.execute(
                sa.select(sa.func.min(_pages.c.read_at), sa.func.count()).where(_pages.c.read_at > lately)
            ).one()
            seen = connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == WORKER_SEEN))
        return Activity(
            states={state: count for state, count in states},
            pages_waiting=max(0, (expected or 0) - (tried or 0)),
            pages_per_minute=60 * read / max((now - first).total_seconds(), RATE_AT_LEAST_S) if first else 0.0,
            worker_seen_at=datetime.fromisoformat(seen) if seen else None,
        )
