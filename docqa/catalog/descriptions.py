"""What is known of documents: as it was read in them, and as somebody has corrected it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from docqa import facts
from docqa.catalog.tables import documents as _documents
from docqa.catalog.tables import sources as _sources
from docqa.facts import Known
from docqa.types import Facts

AT_ONCE = 10_000  # documents in one query


class Descriptions:
    """The facts of documents. A correction outlasts reading, and goes on to the next version of the file."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(self, document_id: str, found: Facts) -> None:
        """Record what was read."""
        this = _documents.update().where(_documents.c.id == document_id)
        with self._engine.begin() as connection:  # writes first: who corrects it meanwhile waits
            connection.execute(this.values(facts=facts.to_json(found), outline=list(found.outline)))
            title = _corrections(connection, document_id).get("title", found.title)
            connection.execute(this.values(title=title))

    def correct(self, document_id: str, changes: Mapping[str, Any]) -> None:
        """Set some of a document's facts; None takes a correction back."""
        this = _documents.update().where(_documents.c.id == document_id)
        with self._engine.begin() as connection:
            connection.execute(this.values(attempts=_documents.c.attempts))  # whoever writes it now is waited for
            merged = {**_corrections(connection, document_id), **changes}
            kept = {field: value for field, value in merged.items() if value is not None}
            read = connection.scalar(sa.select(_documents.c.facts).where(_documents.c.id == document_id))
            title = kept.get("title", facts.from_json(read).title)
            connection.execute(this.values(corrections=kept, title=title))

    def rename(self, document_id: str, name: str) -> None:
        """Let a document have this file name."""
        with self._engine.begin() as connection:
            connection.execute(_documents.update().where(_documents.c.id == document_id).values(name=name))

    def of(self, document_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of documents."""
        query = sa.select(_documents.c.id, _documents.c.title, _documents.c.facts, _documents.c.corrections)
        found: dict[str, Known] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(document_ids), AT_ONCE):
                some = query.where(_documents.c.id.in_(document_ids[start : start + AT_ONCE]))
                found |= {
                    row.id: Known(_read(row.facts, row.title, row.corrections), row.corrections)
                    for row in connection.execute(some)
                }
        return found

    def outline(self, document_id: str) -> tuple[str, ...]:
        """A document's headings, in order."""
        with self._engine.connect() as connection:
            found = connection.scalar(sa.select(_documents.c.outline).where(_documents.c.id == document_id))
        return tuple(found or ())

    def unknown(self) -> list[str]:
        """Ids of documents that were read before their facts were."""
        query = sa.select(_documents.c.id).where(_documents.c.state == "done", _documents.c.facts.is_(None))
        with self._engine.connect() as connection:
            return list(connection.scalars(query))


def inherit(connection: sa.Connection, document_id: str, *, collection: str, path: str) -> None:
    """Let a document have the corrections of the newest one that this path led to, unless it has its own.

    What another collection has, too, passes nothing on: whoever corrected it there has not said so to this one.
    """
    elsewhere = sa.select(_sources.c.document_id).where(_sources.c.collection != collection)
    newest = (
        sa.select(_documents.c.corrections)
        .join(_sources, _sources.c.document_id == _documents.c.id)
        .where(_sources.c.collection == collection, _sources.c.path == path, _documents.c.id != document_id)
        .where(_documents.c.id.not_in(elsewhere))
        .order_by(_sources.c.turn.desc())
        .limit(1)
    )
    if (inherited := connection.scalar(newest)) and not _corrections(connection, document_id):
        title = {"title": inherited["title"]} if "title" in inherited else {}
        this = _documents.update().where(_documents.c.id == document_id)
        connection.execute(this.values(corrections=inherited, **title))


def _read(stored: Mapping[str, Any] | None, title: str, corrections: Mapping[str, Any]) -> Facts:
    """What was read; of a document of an older version that is its title."""
    return Facts(title=title) if stored is None and "title" not in corrections else facts.from_json(stored)


def _corrections(connection: sa.Connection, document_id: str) -> dict[str, Any]:
    return connection.scalar(sa.select(_documents.c.corrections).where(_documents.c.id == document_id)) or {}
