import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from docqa.errors import NotInLibrary
from docqa.files import Files, digest
from docqa.types import Heading
from tests.fakes import page

ID = "ab" + "0" * 62


def test_a_page_comes_back_as_it_was_stored(tmp_path: Path):
    files = Files(tmp_path)
    stored = replace(page("Umsätze 5 %\n收入\t12", number=3), headings=(Heading(0, "Umsätze", 14.5),), printed="ii")
    stored = replace(stored, running=((0, 9),))
    files.store_page(ID, stored, b"jpeg")
    assert files.page(ID, 3) == stored
    assert files.image(ID, 3) == b"jpeg"


def test_a_page_that_an_earlier_version_stored_has_no_printed_number_and_no_running_rows(tmp_path: Path):
    files = Files(tmp_path)
    files.store_page(ID, page("text", number=3), b"jpeg")
    [stored] = tmp_path.rglob("3.json.gz")
    shape = json.loads(gzip.decompress(stored.read_bytes()))
    del shape["printed"], shape["running"]
    stored.write_bytes(gzip.compress(json.dumps(shape).encode()))
    assert files.page(ID, 3) == page("text", number=3)


def test_an_original_keeps_its_bytes(tmp_path: Path):
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.7 bytes")
    files = Files(tmp_path / "files")
    files.store_original(source, digest(source))
    assert files.original(digest(source)).read_bytes() == b"%PDF-1.7 bytes"


def test_removing_counts_what_went_and_leaves_nothing(tmp_path: Path):
    files = Files(tmp_path)
    files.store_page(ID, page("text"), b"1234")
    removed = files.remove(ID)
    assert removed.files == 2
    assert removed.bytes > 4
    assert not list(tmp_path.rglob("*.jpg"))


def test_a_page_that_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(NotInLibrary, match="Page 9"):
        Files(tmp_path).page(ID, 9)


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path):
    missing = tmp_path / "missing.pdf"
    with pytest.raises(FileNotFoundError):
        Files(tmp_path / "files").store_original(missing, ID)
    assert not list((tmp_path / "files").rglob("*.p*"))
