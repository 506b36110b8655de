"""Uploads, on a real server."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from docqa.errors import LibraryFull
from docqa.service import Service
from docqa.storage.staging import Staging
from docqa.types import Document
from tests.api.conftest import Serve

Make = Callable[..., Path]


def sent(client: httpx.Client, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    return client.post("/v1/documents", files=[("file", (name, body)) for name, body in files], data=fields)


def pdf(text: str) -> bytes:
    """Bytes that pass for a PDF at the door; whether it can be read is the worker's business."""
    return b"%PDF-1.7\n" + text.encode()


def known(service: Service, body: bytes) -> Document | None:
    return service.library.catalog.document(hashlib.sha256(body).hexdigest())


def staged(service: Service) -> list[Path]:
    return [path for path in service.library.files.uploads.rglob("*") if path.is_file() and path.name != ".lock"]


def test_an_upload_is_stored_and_queued_before_it_is_answered(workshop: Service, serve: Serve):
    body = pdf("stored and queued")
    answer = sent(serve(workshop), ("2024/storage.pdf", body), collection="uploads")
    assert answer.status_code == 202
    [document] = answer.json()["documents"]
    assert document["id"] == hashlib.sha256(body).hexdigest()
    assert (document["name"], document["state"], document["new"]) == ("storage.pdf", "queued", True)
    assert (document["collections"], document["size_bytes"]) == (["uploads"], len(body))
    assert workshop.library.files.original(document["id"]).read_bytes() == body
    shown = serve(workshop).get(document["status_url"]).json()
    assert shown["sources"] == [{"collection": "uploads", "path": "2024/storage.pdf"}]
    assert not staged(workshop)


def test_an_uploaded_pdf_is_read_and_answers(workshop: Service, serve: Serve, make_pdf: Make, read):
    client = serve(workshop)
    path = make_pdf("The lighthouse of Quellmar was lit in 1873.", name="Leuchtturm – Überblick.pdf")
    [document] = sent(client, (path.name, path.read_bytes())).json()["documents"]
    read(workshop)
    shown = client.get(document["status_url"]).json()
    assert (shown["state"], shown["page_states"][0]["state"]) == ("done", "done")
    answer = client.post("/v1/query", json={"question": "When was the lighthouse of Quellmar lit?"}).json()
    assert "1873" in answer["text"]
    assert answer["citations"][0]["document"] == "Leuchtturm – Überblick.pdf"


def test_the_same_bytes_again_are_the_same_document_and_answered_with_200(workshop: Service, serve: Serve):
    client, body = serve(workshop), pdf("twice")
    assert sent(client, ("first.pdf", body)).status_code == 202
    again = sent(client, ("first.pdf", body))
    assert again.status_code == 200
    assert again.json()["documents"][0]["new"] is False
    elsewhere = sent(client, ("first.pdf", body), collection="elsewhere")
    assert elsewhere.status_code == 202
    assert elsewhere.json()["documents"][0]["collections"] == ["default", "elsewhere"]


def test_many_files_come_in_one_request(workshop: Service, serve: Serve):
    files = [(f"folder/{number}.pdf", pdf(f"one of many {number}")) for number in range(30)]
    answer = sent(serve(workshop), *files, collection="many")
    assert [each["name"] for each in answer.json()["documents"]] == [f"{number}.pdf" for number in range(30)]
    assert not staged(workshop)


def test_fifty_uploads_at_once_lose_and_repeat_nothing(workshop: Service, serve: Serve):
    client = serve(workshop)
    bodies = [pdf(f"at once {number}") * 5000 for number in range(40)] + [pdf("the same for all")] * 10
    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(lambda each: sent(client, (f"{each[0]}.pdf", each[1]), collection="crowd"), enumerate(bodies))
        )
    assert {answer.status_code for answer in answers} <= {200, 202}
    listed = client.get("/v1/documents", params={"collection": "crowd", "limit": 1000}).json()["documents"]
    assert sorted(each["id"] for each in listed) == sorted({hashlib.sha256(body).hexdigest() for body in bodies})
    assert all(
        workshop.library.files.original(hashlib.sha256(body).hexdigest()).read_bytes() == body for body in bodies
    )
    assert not staged(workshop)


@pytest.mark.parametrize("announced", [True, False])
def test_too_much_is_refused_while_it_comes_and_the_limit_is_named(workshop: Service, serve: Serve, announced: bool):
    client, body = serve(workshop, max_upload_mb=1), pdf("too large") + b"x" * (8 << 20)
    if announced:
        answer = sent(client, ("large.pdf", body))
    else:
        head = b'--e\r\nContent-Disposition: form-data; name="file"; filename="large.pdf"\r\n\r\n'
        pieces = iter([head, *(body[start : start + 65536] for start in range(0, len(body), 65536)), b"\r\n--e--\r\n"])
        answer = client.post(
            "/v1/documents", content=pieces, headers={"Content-Type": "multipart/form-data; boundary=e"}
        )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1 MB" in answer.json()["detail"]
    assert "DOCQA_API__MAX_UPLOAD_MB" in answer.json()["detail"]
    assert known(workshop, body) is None
    assert not staged(workshop)


def test_a_file_just_within_the_limit_is_taken(workshop: Service, serve: Serve):
    body = pdf("exact").ljust(1 << 20, b"x")
    assert sent(serve(workshop, max_upload_mb=1), ("exact.pdf", body)).status_code == 202


def test_what_is_no_pdf_is_refused_by_name_and_nothing_of_the_request_is_kept(workshop: Service, serve: Serve):
    good = pdf("beside a bad one")
    answer = sent(serve(workshop), ("good.pdf", good), ("notes.txt", b"hello"))
    assert answer.status_code == 422
    assert "notes.txt is not a PDF" in answer.json()["detail"]
    assert known(workshop, good) is None
    assert not staged(workshop)


@pytest.mark.parametrize("collection", ["", " ", "-x", "../x", "a/b", "a\nb", "x" * 129, "käse\0"])
def test_a_collection_of_an_odd_name_is_refused(workshop: Service, serve: Serve, collection: str):
    answer = sent(serve(workshop), ("odd.pdf", pdf("odd")), collection=collection)
    assert answer.status_code == 422
    assert "collection" in answer.json()["detail"]
    assert not staged(workshop)


def test_a_collection_may_have_letters_of_any_language(workshop: Service, serve: Serve):
    answer = sent(serve(workshop), ("x.pdf", pdf("letters")), collection="Jahresberichte für 東京 v1.2")
    assert answer.json()["documents"][0]["collections"] == ["Jahresberichte für 東京 v1.2"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 415),
        ({"Content-Type": "multipart/form-data"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"Content-Type": "multipart/form-data; boundary=e"}, 422),
        ({"Content-Type": "multipart/form-data; boundary=" + "e" * 300}, 422),
    ],
)
def test_a_request_that_is_no_form_says_how_to_send_one(workshop: Service, serve: Serve, headers: dict, status: int):
    answer = serve(workshop).post("/v1/documents", content=b"--x", headers=headers)
    assert answer.status_code == status
    assert answer.json()["title"]


def test_when_the_client_goes_away_nothing_stays(workshop: Service, serve: Serve):
    client, body = serve(workshop), pdf("left halfway") + b"x" * (2 << 20)
    with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
        head = "POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=e\r\n"
        head += "Content-Length: 9000000\r\n\r\n"
        head += '--e\r\nContent-Disposition: form-data; name="file"; filename="left.pdf"\r\n\r\n'
        connection.sendall(head.encode() + body)
        until(lambda: bool(staged(workshop)))
    until(lambda: not staged(workshop))
    assert known(workshop, body) is None


def test_a_full_disk_is_said_and_nothing_stays(workshop: Service, serve: Serve, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = sent(serve(workshop), ("full.pdf", pdf("full")))
    assert (answer.status_code, answer.json()["type"]) == (507, "/problems/library-full")
    assert not staged(workshop)


def test_a_library_that_refuses_keeps_nothing_staged(workshop: Service, serve: Serve, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> bool:
        raise LibraryFull("no room")

    monkeypatch.setattr(type(workshop.library), "register", refuse)
    assert sent(serve(workshop), ("refused.pdf", pdf("refused"))).status_code == 507
    assert not staged(workshop)


def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path):
    code = "import os, sys; from pathlib import Path; from docqa.storage.staging import Staging\n"
    code += "(Staging(Path(sys.argv[1])).folder() / 'half').write_bytes(b'%PDF'); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)])
    [left] = tmp_path.iterdir()
    running = Staging(tmp_path)
    (running.folder() / "coming").write_bytes(b"%PDF")
    Staging(tmp_path).clean()
    assert not left.exists()
    assert (running.folder() / "coming").exists()
    running.close()
    assert not list(tmp_path.iterdir())


def until(happened: Callable[[], bool], *, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
