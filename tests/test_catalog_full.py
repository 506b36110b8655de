"""A catalog whose disk is full."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from docqa.catalog import database
from docqa.errors import LibraryFull


def test_a_full_disk_is_told_as_one_and_not_as_damage(tmp_path: Path):
    engine = database.sqlite_at(tmp_path / "catalog.db")
    with pytest.raises(LibraryFull, match="The disk is full: make room"), engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # no more than it has
        connection.exec_driver_sql("CREATE TABLE more (text)")
        connection.execute(sa.text("INSERT INTO more VALUES (zeroblob(1000000))"))
    engine.dispose()
