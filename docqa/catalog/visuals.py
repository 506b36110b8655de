"""Which page images are embedded, where a model for that is set."""

from typing import NamedTuple

import sqlalchemy as sa

from docqa.catalog.tables import pages as _pages


class Seen(NamedTuple):
    """How many of the pages that were read the model has seen."""

    embedded: int
    refused: int
    untried: int


class Visuals:
    """What a model has seen of the pages that were read."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def missing(self, limit: int) -> list[tuple[str, int]]:
        """Some of the pages that were read and not tried, (document id, number), those of a document together."""
        untried = _pages.c.error == "", _pages.c.visual.is_(None)
        query = sa.select(_pages.c.document_id, _pages.c.number).where(*untried).limit(limit)
        with self._engine.connect() as connection:
            return sorted((row.document_id, row.number) for row in connection.execute(query))

    def counts(self) -> Seen:
        """How far it is."""
        values = [_pages.c.visual.is_(value) for value in (True, False, None)]
        query = sa.select(*(sa.func.count(sa.case((each, 1))) for each in values)).where(_pages.c.error == "")
        with self._engine.connect() as connection:
            found = connection.execute(query).one()
        return Seen(found[0], found[1], found[2])
