"""The database of the catalog: opened, made if it is new, brought up to date if it is old."""

import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from docqa.catalog import tables
from docqa.errors import CatalogUnavailable, DocQAError, LibraryDamaged, LibraryFull, LibraryMismatch, MissingExtra

BUSY_TIMEOUT_S = 30
LOOK_S = 0.02  # between two tries where SQLite does not wait by itself
LOW_DISK_BYTES = 1 << 20  # SQLite needs about as much to write at all
MIGRATIONS = Path(__file__).parent / "migrations"
UNMARKED = "1"  # the schema of databases from before versions were recorded

_version = sa.table("alembic_version", sa.column("version_num", sa.String))


def sqlite_at(path: Path) -> sa.Engine:
    """The database in an SQLite file, made if absent.

    Raises LibraryFull or LibraryDamaged, now or later, if the file cannot be read or written; LibraryMismatch.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_TIMEOUT_S})

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:  # noqa: ANN401  a DB-API connection
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")  # what was acknowledged outlasts a power cut
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "handle_error")
    def translate(context: sa.engine.ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
            raise _failure(error, path) from error

    return _prepared(engine)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let others read while one writes; SQLite itself does not wait for this while another one opens the file."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_S)


# How libpq notices a server that is gone without a word: nothing acknowledged for so long, or after so many questions.
PATIENCE = {
    "connect_timeout": BUSY_TIMEOUT_S,
    "tcp_user_timeout": 1000 * BUSY_TIMEOUT_S,  # milliseconds
    "keepalives_idle": BUSY_TIMEOUT_S,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def server_at(url: str) -> sa.Engine:
    """The database on a server.

    Raises CatalogUnavailable, now or later, if it does not answer; LibraryMismatch or MissingExtra.
    """
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args=PATIENCE)
    except ModuleNotFoundError as error:
        raise MissingExtra("postgres", "A catalog on PostgreSQL") from error
    except sa.exc.ArgumentError as error:
        raise CatalogUnavailable(
            "DOCQA_CATALOG__URL is no address: postgresql+psycopg://user:password@host/name"
        ) from error

    @sa.event.listens_for(engine, "handle_error")
    def translate(context: sa.engine.ExceptionContext) -> None:
        if context.is_pre_ping:  # the pool connects again
            return
        if isinstance(context.sqlalchemy_exception, sa.exc.OperationalError | sa.exc.InterfaceError):
            place = engine.url.render_as_string(hide_password=True)
            said = str(context.original_exception).strip().splitlines()[0]
            raise CatalogUnavailable(
                f"The catalog at {place} does not answer: {said}. Check DOCQA_CATALOG__URL and that it runs"
            ) from context.original_exception

    return _prepared(engine)


def _prepared(engine: sa.Engine) -> sa.Engine:
    """The engine, its schema the one this version of docqa knows."""
    found = _found_version(engine)
    if found is None:
        found = _made(engine)
    if found != tables.VERSION:
        _migrate(engine, found)
    return engine


def _found_version(engine: sa.Engine) -> str | None:
    inspector = sa.inspect(engine)
    if inspector.has_table("alembic_version"):
        with engine.connect() as connection:
            return connection.scalar(sa.select(_version.c.version_num))
    return UNMARKED if inspector.has_table("documents") else None


def _made(engine: sa.Engine) -> str | None:
    """Make the tables; another process may be doing the same."""
    schema = sa.MetaData()
    sa.Table("alembic_version", schema, sa.Column("version_num", sa.String(32), primary_key=True))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # else others see some tables before the rest is there
            tables.schema.create_all(connection)
            schema.create_all(connection)
            connection.execute(_version.insert().values(version_num=tables.VERSION))
    except (sa.exc.ProgrammingError, sa.exc.IntegrityError, LibraryDamaged):
        if _found_version(engine) is None:
            raise
    return _found_version(engine)


def _migrate(engine: sa.Engine, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise LibraryMismatch(
            f"This library was written by a newer docqa (schema {found}, not {tables.VERSION}): use that version"
        )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if not sa.inspect(connection).has_table("alembic_version"):
            command.stamp(config, found)
        command.upgrade(config, "head")


def _failure(error: sqlite3.DatabaseError, path: Path) -> DocQAError:
    """What SQLite's failure at this file means, and what to do."""
    said = f"The catalog {path} cannot be used: {error}."
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return LibraryDamaged(f"{said} Its directory and the file must be writable, even to read.")
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if full or shutil.disk_usage(path.parent).free < LOW_DISK_BYTES:
        return LibraryFull(f"{said} The disk is full: make room.")
    return LibraryDamaged(f"{said} Restore it from a copy, or read the PDFs into another --data.")
