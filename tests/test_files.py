import errno
import gzip
import io
import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from docqa.errors import LibraryFull, NotInLibrary
from docqa.storage import disk
from docqa.storage.bucket import Bucket
from docqa.storage.files import Files, Removed, digest
from docqa.types import Heading
from tests.fakes import page

ID = "ab" + "0" * 62


@pytest.fixture(params=["disk", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """No files, on the disk and in an object store."""
    root = tmp_path / "files"
    if request.param == "disk":
        return Files(root)
    return Files(root, Bucket(f"memory://{uuid.uuid4().hex}/docqa", root / "copies", copies_bytes=1 << 20))


def test_a_page_comes_back_as_it_was_stored(files: Files):
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


@pytest.mark.parametrize("how", ["store_original", "adopt_original"])
def test_an_original_keeps_its_bytes(files: Files, how: str):
    source = files.uploads / "a.pdf"
    source.write_bytes(b"%PDF-1.7 bytes")
    document_id = digest(source)
    for _ in range(2):
        getattr(files, how)(source, document_id)
    assert files.original(document_id).read_bytes() == b"%PDF-1.7 bytes"
    assert (files.has_original(document_id), files.has_original(ID)) == (True, False)
    assert not files.original(ID).exists()
    assert files.document_ids() == [document_id]


def test_removing_counts_what_went_and_leaves_nothing(files: Files):
    files.store_page(ID, page("text"), b"1234")
    assert (files.is_stored(ID, 1), files.document_ids()) == (True, [ID])
    removed = files.remove(ID)
    assert removed.files == 2
    assert removed.bytes > 4
    assert (files.is_stored(ID, 1), files.document_ids()) == (False, [])
    assert files.remove(ID) == Removed(0, 0)


def test_a_page_that_is_not_there_is_said_so(files: Files):
    for read in (files.page, files.image, files.image_size):
        with pytest.raises(NotInLibrary, match="Page 9"):
            read(ID, 9)


def test_an_image_tells_its_size(files: Files):
    jpeg = io.BytesIO()
    Image.new("RGB", (30, 40)).save(jpeg, "JPEG")
    files.store_page(ID, page("text"), jpeg.getvalue())
    assert files.image_size(ID, 1) == (30, 40)


def test_a_file_that_changes_while_it_is_copied_is_refused(files: Files):
    source = files.uploads / "a.pdf"
    source.write_bytes(b"other bytes than those of the id")
    with pytest.raises(OSError, match="it changes"):
        files.store_original(source, ID)
    assert not files.has_original(ID)


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path):
    missing = tmp_path / "missing.pdf"
    with pytest.raises(FileNotFoundError):
        Files(tmp_path / "files").store_original(missing, ID)
    assert not list((tmp_path / "files").rglob("*.p*"))


def test_a_full_disk_is_told_as_one_and_leaves_no_part_of_a_file(tmp_path: Path):
    with pytest.raises(LibraryFull, match=f"{tmp_path} is full: make room"), disk.written(tmp_path / "1.jpg") as file:
        file.write(b"some of it")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []
