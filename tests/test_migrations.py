"""Catalogs of older versions of docqa, and of newer ones."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from docqa.catalog import Catalog, database
from docqa.catalog.tables import schema
from docqa.errors import CatalogUnavailable, LibraryMismatch

FIRST_SCHEMA = """
CREATE TABLE documents (id VARCHAR(64) NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, state VARCHAR(16) NOT NULL,
  pages INTEGER NOT NULL, error TEXT NOT NULL, size_bytes BIGINT NOT NULL,
  added_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, PRIMARY KEY (id));
CREATE TABLE facts (name VARCHAR(64) NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
CREATE TABLE pages (document_id VARCHAR(64) NOT NULL, number INTEGER NOT NULL, source VARCHAR(8) NOT NULL,
  error TEXT NOT NULL, PRIMARY KEY (document_id, number),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE TABLE sources (collection VARCHAR(128) NOT NULL, path VARCHAR(2048) NOT NULL, document_id VARCHAR(64) NOT NULL,
  turn INTEGER NOT NULL, PRIMARY KEY (collection, path, document_id),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE INDEX ix_sources_document_id ON sources (document_id);
INSERT INTO facts VALUES ('schema', '1'), ('embedding', 'bge');
INSERT INTO documents (id, name, title, state, pages, error, size_bytes)
  VALUES ('aaaa', 'a.pdf', 'A', 'done', 1, '', 7);
INSERT INTO sources VALUES ('law', '/a.pdf', 'aaaa', 1);
INSERT INTO pages VALUES ('aaaa', 1, 'layer', '');
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    connection = sqlite3.connect(path)
    connection.executescript(FIRST_SCHEMA)
    connection.close()
    return path


def test_an_old_catalog_is_brought_up_to_date_and_keeps_what_it_holds(old: Path):
    catalog = Catalog.at(old)
    [document] = catalog.documents()
    assert (document.name, document.collections, document.pages_done) == ("a.pdf", ("law",), 1)
    assert catalog.descriptions.unknown() == ["aaaa"]  # what it says of itself is read the next time
    catalog.require("embedding", "bge", "another model")
    catalog.keys.create("one")
    catalog.close()
    Catalog.at(old).close()  # a second time there is nothing to do


def test_a_migrated_catalog_equals_a_new_one(old: Path):
    engine = database.sqlite_at(old)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"include_name": _ours}), schema) == []
    engine.dispose()


def _ours(name: str | None, kind: str, _: object) -> bool:
    return name != "alembic_version"


def test_a_new_catalog_is_marked_with_the_newest_migration(tmp_path: Path):
    Catalog.at(tmp_path / "catalog.db").close()
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    engine = sa.create_engine(f"sqlite:///{tmp_path}/catalog.db")
    with engine.connect() as connection:
        marked = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    assert marked == ScriptDirectory.from_config(config).get_current_head()


def test_a_catalog_that_was_made_with_newer_columns_than_it_is_marked_with_is_opened(tmp_path: Path):
    Catalog.at(tmp_path / "catalog.db").close()
    engine = sa.create_engine(f"sqlite:///{tmp_path}/catalog.db")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '3'"))
        connection.execute(sa.text("DROP INDEX ix_pages_visual"))
        connection.execute(sa.text("ALTER TABLE pages DROP COLUMN visual"))
    engine.dispose()
    catalog = Catalog.at(tmp_path / "catalog.db")
    assert catalog.descriptions.unknown() == []
    catalog.close()


def test_the_catalog_of_a_newer_docqa_is_refused(tmp_path: Path):
    Catalog.at(tmp_path / "catalog.db").close()
    engine = sa.create_engine(f"sqlite:///{tmp_path}/catalog.db")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '99'"))
    engine.dispose()
    with pytest.raises(LibraryMismatch, match="newer docqa"):
        Catalog.at(tmp_path / "catalog.db")


def test_a_database_server_that_is_not_there_is_said():
    with pytest.raises(CatalogUnavailable, match="DOCQA_CATALOG__URL"):
        Catalog.on("postgresql+psycopg://docqa@127.0.0.1:1/docqa")


def test_the_password_is_not_in_the_error():
    with pytest.raises(CatalogUnavailable) as caught:
        Catalog.on("postgresql+psycopg://docqa:secret@127.0.0.1:1/docqa")
    assert "secret" not in str(caught.value)


def test_processes_that_make_a_new_catalog_at_once_all_get_it(tmp_path: Path):
    for number in range(10):
        beginning = threading.Barrier(4)

        def make(path: Path, beginning: threading.Barrier = beginning) -> int:
            beginning.wait()
            catalog = Catalog.at(path)
            count = catalog.count()
            catalog.close()
            return count

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(make, [tmp_path / f"{number}.db"] * 4)) == [0] * 4
