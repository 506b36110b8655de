"""The Python client without the API: servers that are gone, strange or break off, and its parts."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from docqa import client as client_module
from docqa.client import AnotherVersion, AsyncClient, Client
from docqa.client.decoding import decode
from docqa.client.events import EventReader
from docqa.client.nouns import Answer, EvidencePage, Token
from docqa.errors import NotInLibrary, ServiceUnavailable, UsageError
from docqa.types import Box, Citation


@contextmanager
def answering(*replies: bytes) -> Iterator[str]:
    """A server that answers each connection with the next of these, then closes it."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for reply in replies:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        thread.join()
        listening.close()


def http(status: str, body: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def test_without_a_server_the_error_says_what_to_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Client(address) as client, pytest.raises(ServiceUnavailable, match=f"{address}: start it with `docqa up`"):
        client.health()


def test_an_address_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no address"), Client("localhost:8100") as client:
        client.health()


def test_another_server_is_not_taken_for_docqa() -> None:
    with (
        answering(http("200 OK", "<html>"), http("502 Bad Gateway", "<html>"), http("200 OK", "{}")) as address,
        Client(address) as client,
    ):
        with pytest.raises(ServiceUnavailable, match="not docqa"):
            client.collections()
        with pytest.raises(ServiceUnavailable, match="502"):
            client.collections()
        with pytest.raises(AnotherVersion, match="one version"):
            client.ready()


def test_a_stream_that_breaks_off_is_an_error() -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\n"
    with answering((head + 'event: token\ndata: {"text": "To"}\n\n').encode()) as address, Client(address) as client:
        stream = client.ask("Why?")
        with pytest.raises(ServiceUnavailable, match="broke off"):
            list(stream)


def test_any_thread_may_hang_up_while_another_listens() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    hung_up = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            event = b'event: token\ndata: {"text":"A"}\n\n'
            connection.sendall(head + b"%x\r\n%s\r\n" % (len(event), event))
            while connection.recv(65536):  # the rest of the request
                continue
            hung_up.set()

    server = threading.Thread(target=serve)
    server.start()
    with Client(f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
        stream = client.ask("Why?")
        heard = iter(stream)
        assert next(heard) == Token("A")
        threading.Timer(0.2, stream.close).start()
        started = time.monotonic()
        assert list(heard) == []
        assert time.monotonic() - started < 5
        assert hung_up.wait(5)
    server.join()
    listening.close()


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert methods(Client) == methods(AsyncClient)


def test_events_are_cut_at_newlines_alone_wherever_the_bytes_break() -> None:
    text = "one\u2028two\x85three"
    sent = f": still here\n\nevent: token\ndata: {json.dumps({'text': text}, ensure_ascii=False)}\n\n".encode()
    reader = EventReader()
    assert [event for byte in sent for event in reader.feed(bytes([byte]))] == [Token(text)]


def test_an_error_event_is_raised_as_the_error_it_is() -> None:
    problem = {"type": "/problems/not-in-library", "title": "x", "status": 404, "detail": "It is gone"}
    with pytest.raises(NotInLibrary, match="It is gone"):
        EventReader().feed(f"event: error\ndata: {json.dumps(problem)}\n\n".encode())


def test_json_becomes_nouns_and_what_is_unknown_is_passed_over() -> None:
    found = decode(
        Citation,
        {
            "label": 1,
            "document_id": "ab",
            "document": "a.pdf",
            "page": 2,
            "quote": "q",
            "boxes": [[0, 1, 2, 3.5]],
            "supported": True,
            "of a later version": 7,
        },
    )
    assert found == Citation(1, "ab", "a.pdf", 2, "q", (Box(0, 1, 2, 3.5),), True)
    with pytest.raises(AnotherVersion, match="label is missing"):
        decode(EvidencePage, {})
    with pytest.raises(AnotherVersion):
        decode(Answer, {"id": 1})


def test_the_client_loads_nothing_heavy() -> None:
    code = "import sys, docqa.client; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "numpy", "sqlalchemy", "PIL", "fastapi", "streamlit"} & set(loaded)


def test_every_public_name_is_exported() -> None:
    assert all(hasattr(client_module, name) for name in client_module.__all__)
