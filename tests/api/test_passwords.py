"""PDFs that need a password, over HTTP."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from docqa.client import Client, DocumentError
from docqa.service import Service
from tests.api.conftest import Serve
from tests.api.test_uploads import known, sent, staged
from tests.conftest import PASSWORD

Make = Callable[..., Path]


def test_a_document_that_needs_one_says_so_and_takes_it_with_the_retry(
    workshop: Service, serve: Serve, locked: Make, read, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    client, path = serve(workshop), locked("The lighthouse is at Brackwater.", name="retry.pdf")
    [document] = sent(client, (path.name, path.read_bytes()), collection="locked").json()["documents"]
    read(workshop)
    shown = client.get(document["status_url"]).json()
    assert (shown["state"], shown["needs_password"]) == ("failed", True)
    wrong = client.post(f"{document['status_url']}/retry", json={"password": "not it"})
    assert (wrong.status_code, "does not open it" in wrong.json()["detail"]) == (422, True)
    assert client.get(document["status_url"]).json()["state"] == "failed"
    right = client.post(f"{document['status_url']}/retry", json={"password": PASSWORD})
    assert (right.status_code, right.json()["state"], right.json()["needs_password"]) == (202, "queued", False)
    read(workshop)
    assert client.get(document["status_url"]).json()["state"] == "done"
    assert client.get(f"{document['status_url']}/file").content == path.read_bytes()
    assert PASSWORD not in caplog.text
    assert not staged(workshop)
    client.delete(document["status_url"])


def test_an_upload_takes_it_along_with_files_that_need_none(workshop: Service, serve: Serve, locked: Make, read):
    client = serve(workshop)
    secret, plain = locked("Secret.", name="secret.pdf"), locked("Plain.", name="x.pdf").with_name("plain.pdf")
    plain.write_bytes(b"%PDF-1.7 of no use, whatever opens it")
    files = [(path.name, path.read_bytes()) for path in (secret, plain)]
    answer = sent(client, *files, password=PASSWORD)
    assert answer.status_code == 202
    first, second = answer.json()["documents"]
    read(workshop)
    assert client.get(first["status_url"]).json()["state"] == "done"
    assert client.get(second["status_url"]).json()["needs_password"] is False
    for each in (first, second):
        client.delete(each["status_url"])


@pytest.mark.parametrize(("password", "said"), [("wrong", "wrong.pdf: this password"), ("", "1 to 1000 characters")])
def test_an_upload_with_a_wrong_one_is_refused_whole(
    workshop: Service, serve: Serve, locked: Make, password: str, said: str
):
    path = locked("Secret of another.", name="wrong.pdf")
    answer = sent(serve(workshop), (path.name, path.read_bytes()), password=password)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True)
    assert known(workshop, path.read_bytes()) is None
    assert not staged(workshop)


def test_the_client_gives_it(workshop: Service, serve: Serve, locked: Make, read):
    path = locked("Secret of the client.", name="client.pdf")
    with Client(str(serve(workshop).base_url)) as client:
        with pytest.raises(DocumentError, match="does not open it"):
            client.upload(path, password="wrong")
        (uploaded,) = client.upload(path)
        read(workshop)
        assert client.document(uploaded.id).needs_password
        with pytest.raises(DocumentError, match="does not open it"):
            client.retry(uploaded.id, password="wrong")
        assert client.retry(uploaded.id, password=PASSWORD).state == "queued"
        client.delete(uploaded.id)
        (again,) = client.upload(path, password=PASSWORD)
        read(workshop)
        assert client.document(again.id).state == "done"
        client.delete(again.id)
