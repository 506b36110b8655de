"""A form taken apart while it comes in."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docqa.api.multipart import FormTooLarge, Reader
from docqa.errors import UsageError

PDF = b"%PDF-1.7\r\n--edge\r\n-" + bytes(range(256)) * 20 + b"\r\n--edg"


def part(name: str, body: bytes, *, file_name: str | None = None) -> bytes:
    file = f'; filename="{file_name}"' if file_name is not None else ""
    return f'--edge-of-form\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + body + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge-of-form--\r\n"


def fed(folder: Path, chunks: Sequence[bytes], *, most_bytes: int = 1 << 20) -> Reader:
    reader = Reader(b"edge-of-form", folder, most_bytes=most_bytes)
    try:
        reader.feed(chunks)
        reader.finish()
    except BaseException:
        reader.clear()
        raise
    return reader


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(cuts=st.lists(st.integers(0, 12_000), max_size=20))
def test_wherever_the_bytes_are_cut_the_files_are_the_same(tmp_path: Path, cuts: list[int]):
    body = form(
        part("collection", b"papers"), part("file", PDF, file_name="a.pdf"), part("file", b"%PDF", file_name="b")
    )
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    reader = fed(tmp_path, [body[start:end] for start, end in pairwise(places)])
    assert reader.collection == "papers"
    assert [(each.name, each.size_bytes) for each in reader.uploads] == [("a.pdf", len(PDF)), ("b", 4)]
    assert reader.uploads[0].staged.read_bytes() == PDF
    assert reader.uploads[0].document_id == hashlib.sha256(PDF).hexdigest()
    reader.clear()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (form(), "no file"),
        (form(part("collection", b"papers")), "no file"),
        (form(part("files", PDF, file_name="a.pdf")), 'no part called "files"'),
        (form(part("collection", b"a"), part("collection", b"b")), 'no part called "collection"'),
        (form(part("file", PDF, file_name="")), "has no name"),
        (form(part("file", b"hello", file_name="a.txt")), "a.txt is not a PDF"),
        (form(part("file", b"", file_name="empty.pdf")), "empty.pdf is not a PDF"),
        (form(part("file", b" " * 1024 + PDF, file_name="late.pdf")), "late.pdf is not a PDF"),
        (form(part("file", PDF, file_name="a.pdf"), part("file", b"no", file_name="b.pdf")), "b.pdf is not a PDF"),
        (form(part("collection", b"x" * 5000)), "too long"),
        (part("file", PDF, file_name="a.pdf"), "breaks off"),
        (part("file", PDF, file_name="a.pdf") + b"--edge-of", "breaks off"),
        (b"no form at all", "cannot be read"),
        (b"--edge-of-form\r\n" + b"X" * 20_000, "cannot be read"),
        (b"", "breaks off"),
    ],
)
def test_a_wrong_form_is_refused_and_leaves_nothing(tmp_path: Path, body: bytes, said: str):
    with pytest.raises(UsageError, match=said):
        fed(tmp_path, [body])
    assert not list(tmp_path.iterdir())


def test_the_limit_counts_the_files_to_the_byte(tmp_path: Path):
    body = form(part("file", PDF, file_name="a.pdf"))
    fed(tmp_path, [body], most_bytes=len(PDF)).clear()
    with pytest.raises(FormTooLarge):
        fed(tmp_path, [body], most_bytes=len(PDF) - 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('filename="Überblick.pdf"', "Überblick.pdf"),
        ('filename="a%22b.pdf"', 'a"b.pdf'),
        ("filename=\"x.pdf\"; filename*=UTF-8''%C3%9Cber.pdf", "Über.pdf"),
        ("filename=plain.pdf", "plain.pdf"),
        ('filename="a/b;c.pdf"', "b;c.pdf"),
    ],
)
def test_file_names_are_read_as_clients_write_them(tmp_path: Path, header: str, name: str):
    body = f'--edge-of-form\r\nContent-Disposition: form-data; name="file"; {header}\r\n\r\n%PDF\r\n--edge-of-form--'
    assert fed(tmp_path, [body.encode()]).uploads[0].name == name


def test_names_in_an_old_encoding_are_read_too(tmp_path: Path):
    body = form(part("file", b"%PDF", file_name="Überblick.pdf")).decode().encode("latin-1")
    assert fed(tmp_path, [body]).uploads[0].name == "Überblick.pdf"


def test_a_file_without_a_name_is_called_by_its_id(tmp_path: Path):
    [upload] = fed(tmp_path, [form(part("file", PDF))]).uploads
    assert upload.name == f"{hashlib.sha256(PDF).hexdigest()[:12]}.pdf"
