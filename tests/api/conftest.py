"""The API of real libraries, on a real server of this machine."""

import hashlib
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx
import pymupdf
import pytest
import uvicorn
from fastapi import FastAPI

from docqa import build
from docqa.api.app import build_app
from docqa.service import Service
from docqa.settings import Settings
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.fakes import Silent

REPORT, MANUAL = "harbour-report-2024.pdf", "turbine-manual.pdf"
QUESTION = "How much was the audit fee?"

Serve = Callable[..., httpx.Client]


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The address of a server that runs as long as the block lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="session")
def examples(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A library that holds the example PDFs; nothing is added to it or taken from it but conversations."""
    yield from _copy(example_data, tmp_path_factory)


@pytest.fixture(scope="session")
def workshop(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Another, to change: each test with documents of its own."""
    yield from _copy(example_data, tmp_path_factory)


def _copy(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("service") / "data"
    shutil.copytree(example_data, data)
    with build.service(Settings(data=data)) as service:
        yield service


def client_of(service: Service, stack: ExitStack, **chosen: object) -> httpx.Client:
    """A client of a server of its own, with settings of the API changed."""
    api = service.settings.api.model_copy(update=chosen)
    settings = service.settings.model_copy(update={"api": api})
    address = stack.enter_context(running(build_app(replace(service, settings=settings))))
    return stack.enter_context(httpx.Client(base_url=address, timeout=30))


@pytest.fixture(scope="session")
def lasting() -> Iterator[Callable[[Service], httpx.Client]]:
    """Serve a library to all tests."""
    with ExitStack() as stack:
        clients: dict[int, httpx.Client] = {}

        def serve_once(service: Service) -> httpx.Client:
            if id(service) not in clients:
                clients[id(service)] = client_of(service, stack, requests_per_minute=1_000_000)
            return clients[id(service)]

        yield serve_once


@pytest.fixture
def serve(lasting: Callable[[Service], httpx.Client], examples: Service, workshop: Service) -> Iterator[Serve]:
    """Serve a library; with settings of the API, by a server of its own."""
    with ExitStack() as stack:

        def start(service: Service, **chosen: object) -> httpx.Client:
            if not chosen and any(service is each for each in (examples, workshop)):
                return lasting(service)
            return client_of(service, stack, **chosen)

        yield start


@pytest.fixture(scope="session")
def api(examples: Service, lasting: Callable[[Service], httpx.Client]) -> httpx.Client:
    """A client of the examples."""
    return lasting(examples)


@pytest.fixture
def ids(examples: Service) -> dict[str, str]:
    """Ids of the examples by name."""
    return {document.name: document.id for document in examples.library.catalog.documents()}


@pytest.fixture
def read(sandbox: Sandbox) -> Callable[[Service], None]:
    """Read what is queued, as the worker does."""
    return partial(read_queued, sandbox=sandbox)


def read_queued(service: Service, sandbox: Sandbox) -> None:
    """Read what is queued."""
    options = ReadingOptions()
    Pipeline(service.library, service.retriever.embedder, sandbox, options=options, passage_words=150).read_unfinished(
        Silent()
    )


SECRET_TEXT = "The merger with Nordwind AG is planned for 3 March."
SECRET_QUESTION = "When is the merger with Nordwind planned?"


@dataclass(frozen=True)
class Safe:
    """A library with a collection that not everybody may see, and the headers of those who may see what."""

    service: Service
    everything: dict[str, str]
    public: dict[str, str]  # only the collection default
    secret: dict[str, str]  # only the collection secret
    report: str  # id of a document that is in default, and in secret under another name
    merger: str  # id of a document that is in secret only


@pytest.fixture(scope="session")
def safe(example_data: Path, tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Safe]:
    data = tmp_path_factory.mktemp("safe") / "data"
    shutil.copytree(example_data, data)
    with build.service(Settings(data=data)) as service:
        [report] = [each.id for each in service.library.catalog.documents() if each.name == REPORT]
        body = pymupdf.open()
        body.new_page().insert_text((72, 100), SECRET_TEXT)
        merger = put(service, body.tobytes(no_new_id=True), "board/merger.pdf", "secret")
        put(service, service.library.files.original(report).read_bytes(), "board/takeover target.pdf", "secret")
        read_queued(service, sandbox)
        keys = service.library.catalog.keys
        headers = [
            {"Authorization": f"Bearer {keys.create(name, collections)[1]}"}
            for name, collections in (("all", []), ("public", ["default"]), ("secret", ["secret"]))
        ]
        yield Safe(service, *headers, report, merger)


def put(service: Service, body: bytes, path: str, collection: str) -> str:
    document_id = hashlib.sha256(body).hexdigest()
    staged = service.library.files.uploads / document_id
    staged.write_bytes(body)
    service.library.register(
        document_id,
        name=path.rpartition("/")[2],
        size_bytes=len(body),
        collection=collection,
        path=path,
        store=lambda: service.library.files.adopt_original(staged, document_id),
    )
    staged.unlink()
    return document_id


@pytest.fixture(scope="session")
def guarded(safe: Safe) -> Iterator[httpx.Client]:
    with running(build_app(safe.service)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client
