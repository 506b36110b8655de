"""A whole catalog into another database: what backups and moves are made of."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from docqa.catalog import database, tables
from docqa.errors import UsageError

ROWS = 1000  # at once


def into_file(engine: sa.Engine, path: Path) -> None:
    """Copy into a new SQLite file as everything stands at one moment, while others go on writing."""
    if engine.dialect.name != "sqlite":
        copy = database.sqlite_at(path)
        between(engine, copy)
        copy.dispose()
        return
    with engine.connect() as connection, closing(sqlite3.connect(path)) as target:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(target)


def between(source: sa.Engine, target: sa.Engine) -> None:
    """Copy every row as it stands at one moment, all or nothing.

    Raises UsageError if the target holds documents, conversations or keys.
    """
    with source.connect() as reading, target.begin() as writing:
        if source.dialect.name == "postgresql":
            reading.execution_options(isolation_level="REPEATABLE READ")
        if source.dialect.name == "sqlite":
            reading.exec_driver_sql("BEGIN")  # else each table is read as it stands when its turn comes
        if not _is_vacant(writing):
            place = target.url.render_as_string(hide_password=True)
            raise UsageError(f"The catalog at {place} is in use already: name an empty database")
        writing.execute(tables.facts.delete())
        for table in tables.schema.sorted_tables:
            found = reading.execute(sa.select(table), execution_options={"yield_per": ROWS})
            for rows in found.mappings().partitions():
                writing.execute(table.insert(), [dict(row) for row in rows])


def _is_vacant(connection: sa.Connection) -> bool:
    used = (tables.documents, tables.conversations, tables.keys)
    return not any(connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in used)
