"""Which page images are embedded, where a model for that is set."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from docqa.catalog.tables import pages as _pages

OTHER_MODEL = "The page images of this library were embedded with another model"  # a complaint


class Seen(NamedTuple):
    """How many of the pages that were read the model has seen."""

    embedded: int
    refused: int
    untried: int


class Visuals:
    """What a model has seen of the pages that were read."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def missing(self, limit: int, document_ids: Sequence[str] = ()) -> list[tuple[str, int]]:
        """Some of the pages that were read and not tried, (document id, number), those of a document together."""
        query = sa.select(_pages.c.document_id, _pages.c.number).where(*_untried(document_ids)).limit(limit)
        with self._engine.connect() as connection:
            return sorted((row.document_id, row.number) for row in connection.execute(query))

    def untried(self, document_ids: Sequence[str] = ()) -> int:
        """How many of the pages that were read were not tried."""
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(*_untried(document_ids))) or 0

    def retry_refused(self, document_ids: Sequence[str]) -> None:
        """Let pages of these documents that the model refused count as not tried."""
        with self._engine.begin() as connection:
            refused = _pages.c.document_id.in_(document_ids), _pages.c.visual.is_(False)
            connection.execute(_pages.update().where(*refused).values(visual=None))

    def counts(self) -> Seen:
        """How far it is."""
        values = [_pages.c.visual.is_(value) for value in (True, False, None)]
        query = sa.select(*(sa.func.count(sa.case((each, 1))) for each in values)).where(_pages.c.error == "")
        with self._engine.connect() as connection:
            found = connection.execute(query).one()
        return Seen(found[0], found[1], found[2])


def _untried(document_ids: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    which = [_pages.c.visual.is_(None), _pages.c.error == ""]
    return [*which, _pages.c.document_id.in_(document_ids)] if document_ids else which
