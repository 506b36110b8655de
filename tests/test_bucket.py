"""Files in an object store, and the copies of them on this machine."""

import os
import sys
import time
import uuid
from pathlib import Path

import fsspec
import pytest
from fsspec.registry import _registry as loaded

from docqa.errors import FilesUnavailable, MissingExtra, SettingsError
from docqa.storage.bucket import IN_USE_S, Bucket
from docqa.storage.files import Files, digest


@pytest.fixture
def url() -> str:
    return f"memory://{uuid.uuid4().hex}"


def pdf(folder: Path, content: bytes) -> tuple[Path, str]:
    path = folder / f"{uuid.uuid4().hex}.pdf"
    path.write_bytes(content)
    return path, digest(path)


def test_another_machine_finds_what_one_has_stored(url: str, tmp_path: Path):
    source, document_id = pdf(tmp_path, b"%PDF bytes")
    Files(tmp_path / "one", Bucket(url, tmp_path / "one", copies_bytes=100)).store_original(source, document_id)
    other = Files(tmp_path / "other", Bucket(url, tmp_path / "other", copies_bytes=100))
    assert other.has_original(document_id)
    assert other.original(document_id).read_bytes() == b"%PDF bytes"
    assert other.original(document_id).is_relative_to(tmp_path / "other")


def test_a_copy_is_fetched_once(url: str, tmp_path: Path):
    source, document_id = pdf(tmp_path, b"%PDF bytes")
    files = Files(tmp_path, Bucket(url, tmp_path / "copies", copies_bytes=100))
    files.store_original(source, document_id)
    files.original(document_id).write_bytes(b"this copy")
    assert files.original(document_id).read_bytes() == b"this copy"


def test_copies_that_nobody_used_for_an_hour_make_room(url: str, tmp_path: Path):
    files = Files(tmp_path, Bucket(url, tmp_path / "copies", copies_bytes=15))
    ids = []
    for content in (b"first 10 b", b"second 10.", b"third 10.."):
        source, document_id = pdf(tmp_path, content)
        files.store_original(source, document_id)
        ids.append(document_id)
    copies = [files.original(document_id) for document_id in ids]
    for copy in copies[:2]:
        os.utime(copy, (time.time() - IN_USE_S - 60,) * 2)
    copies[2].unlink()
    files.original(ids[2])
    assert [copy.exists() for copy in copies] == [False, True, True]
    copies[2].unlink()
    copies[1].touch()
    files.original(ids[2])
    assert copies[1].exists(), "it was used a moment ago"


def test_copies_that_another_process_removes_meanwhile_are_no_matter(url: str, tmp_path: Path):
    source, document_id = pdf(tmp_path, b"%PDF bytes")
    files = Files(tmp_path, Bucket(url, tmp_path / "copies", copies_bytes=100))
    files.store_original(source, document_id)
    files.original(document_id).unlink()
    (tmp_path / "copies" / "gone").symlink_to(tmp_path / "nowhere")  # listed, and not there when it is looked at
    assert files.original(document_id).read_bytes() == b"%PDF bytes"


def test_a_deleted_document_leaves_no_copy(url: str, tmp_path: Path):
    source, document_id = pdf(tmp_path, b"%PDF bytes")
    files = Files(tmp_path, Bucket(url, tmp_path / "copies", copies_bytes=100))
    files.store_original(source, document_id)
    assert files.remove(document_id).bytes == len(b"%PDF bytes")
    assert not list((tmp_path / "copies").iterdir())


def test_a_store_that_fails_is_unavailable_and_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bucket = Bucket(url, tmp_path, copies_bytes=100)

    def fail(*args: object, **kwargs: object) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "pipe_file", fail)
    with pytest.raises(FilesUnavailable, match=f"{url}.*Access Denied.*DOCQA_FILES__URL"):
        bucket.write("ab/abc/pages/1.jpg", b"image")


def test_an_address_that_nothing_knows_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="DOCQA_FILES__URL=nowhere://"):
        Bucket("nowhere://bucket", tmp_path, copies_bytes=100)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(loaded, "s3", raising=False)
    with pytest.raises(MissingExtra, match=r"\[s3\]"):
        Bucket("s3://bucket", tmp_path, copies_bytes=100)
