"""A document that is being changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from docqa.catalog.tables import documents as _documents
from docqa.catalog.tables import pages as _pages
from docqa.catalog.tables import sources as _sources
from docqa.types import DocumentState


class PageOutcome(NamedTuple):
    """What became of a page."""

    number: int
    source: str  # of its text; empty if it failed
    error: str  # why it failed; empty if it did not
    fingerprint: str = ""  # empty if it can be compared to none


@dataclass(frozen=True, slots=True)
class Held:
    """A document that nobody else changes for now. What is recorded here counts once the hold ends without error."""

    connection: sa.Connection
    document_id: str

    def record_pages(self, outcomes: Iterable[PageOutcome]) -> None:
        """Record what became of pages."""
        common = {"document_id": self.document_id, "read_at": datetime.now(UTC)}
        rows = [common | outcome._asdict() for outcome in outcomes]
        numbers = [row["number"] for row in rows]
        mine = _pages.delete().filter_by(document_id=self.document_id)
        self.connection.execute(mine.where(_pages.c.number.in_(numbers)))
        self.connection.execute(_pages.insert(), rows)

    def record_visual(self, numbers: Iterable[int], *, embedded: bool) -> None:
        """Record that images of pages are embedded, or that the model refused them."""
        mine = _pages.update().filter_by(document_id=self.document_id)
        self.connection.execute(mine.where(_pages.c.number.in_(list(numbers))).values(visual=embedded))

    def forget_pages(self, numbers: Iterable[int]) -> None:
        """Let pages count as not tried, and the document as not read to the end."""
        mine = _pages.delete().filter_by(document_id=self.document_id)
        self.connection.execute(mine.where(_pages.c.number.in_(list(numbers))))
        again = _documents.update().where(_documents.c.id == self.document_id)
        self.connection.execute(again.values(state="queued", error=""))

    def is_since(self, added_at: datetime) -> bool:
        """Whether it is the one that was added then, not one that was deleted and added again."""
        query = sa.select(_documents.c.added_at).where(_documents.c.id == self.document_id)
        return self.connection.scalar(query) == added_at

    def outcomes(self) -> dict[int, tuple[str, str]]:
        """(source, error) of every page that was tried, by number."""
        return outcomes(self.connection, self.document_id)

    def set_state(self, state: DocumentState, *, error: str) -> None:
        """Record where it stands."""
        this = _documents.update().where(_documents.c.id == self.document_id)
        self.connection.execute(this.values(state=state, error=error))

    def is_sourced(self) -> bool:
        """Whether a path leads to it."""
        query = sa.select(sa.func.count()).select_from(_sources).filter_by(document_id=self.document_id)
        return bool(self.connection.scalar(query))

    def remove(self) -> None:
        """Forget it and its pages."""
        self.connection.execute(_documents.delete().where(_documents.c.id == self.document_id))


def outcomes(connection: sa.Connection, document_id: str) -> dict[int, tuple[str, str]]:
    """(source, error) of every page that was tried, by number."""
    query = sa.select(_pages).filter_by(document_id=document_id).order_by(_pages.c.number)
    return {row.number: (row.source, row.error) for row in connection.execute(query)}
