"""Moving index and catalog to servers and back."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from qdrant_client import QdrantClient

from docqa.cli import cli
from docqa.errors import UsageError
from docqa.index import opening
from docqa.index.edge import EdgeIndex
from docqa.index.server import ServerIndex
from docqa.protocols import Entry, Index, Indexed
from docqa.settings import Settings
from docqa.types import Passage, Scope
from docqa.upkeep import migration
from tests.commands import docqa
from tests.fakes import WordHashEmbedder


def entry(document_id: str, page: int, text: str) -> Entry:
    passage = Passage(document_id, page, 0, 0, text, ("report",), ())
    return Entry(passage, ("law",), WordHashEmbedder().embed_query(text), text, text, text)


def in_memory(dimension: Callable[[], int] = lambda: WordHashEmbedder.dimension) -> ServerIndex:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # local mode says that it builds no payload indexes
        return ServerIndex(QdrantClient(":memory:"), "docqa", dimension=dimension)


@pytest.fixture
def embedded(tmp_path: Path) -> Index:
    index = EdgeIndex(tmp_path / "index", dimension=lambda: WordHashEmbedder.dimension)
    index.upsert([entry("a" * 64, page, f"page {page} of sheep") for page in range(1, 8)])
    return index


def unwatched(done: int, of: int) -> None: ...


def test_an_index_moves_to_a_server_and_back(embedded: Index, tmp_path: Path):
    server = in_memory()
    assert migration.copy_index(embedded, server, say=unwatched) == (7, 0)
    back = EdgeIndex(tmp_path / "back", dimension=lambda: WordHashEmbedder.dimension)
    assert migration.copy_index(server, back, say=unwatched) == (7, 0)
    assert back.export(None, 10) == embedded.export(None, 10)


def test_a_move_that_was_cut_short_goes_on(embedded: Index, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(migration, "PASSAGES_AT_ONCE", 2)
    server, adopt = in_memory(), ServerIndex.adopt
    left = iter([True, True])

    def failing(self: ServerIndex, passages: list[Indexed]) -> None:
        if not next(left, False):
            raise ConnectionError
        adopt(self, passages)

    with monkeypatch.context() as patch, pytest.raises(ConnectionError):
        patch.setattr(ServerIndex, "adopt", failing)
        migration.copy_index(embedded, server, say=unwatched)
    assert server.count(Scope()) == 4
    assert migration.copy_index(embedded, server, say=unwatched) == (3, 4)
    assert server.count(Scope()) == 7


def test_an_index_of_another_library_is_left_alone(embedded: Index):
    server = in_memory()
    server.upsert([entry("b" * 64, 1, "cows")])
    with pytest.raises(UsageError, match=r"1 passages that this library does not.*DOCQA_INDEX__COLLECTION"):
        migration.copy_index(embedded, server, say=unwatched)
    assert server.count(Scope()) == 1


def test_the_command_copies_the_index_and_says_what_is_next(
    example_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data = tmp_path / "data"
    shutil.copytree(example_data, data)
    server = in_memory(lambda: 384)
    monkeypatch.setattr(server, "close", lambda: None)
    monkeypatch.setattr(opening, "on_server", lambda chosen, url, dimension: server)
    done = CliRunner().invoke(cli, ["--data", str(data), "migrate", "--to", "http://qdrant:6333"])
    assert done.exit_code == 0, done.output
    assert f"Copied {server.count(Scope())} passages to http://qdrant:6333\n" in done.output
    assert "  DOCQA_INDEX__URL=http://qdrant:6333\n" in done.output


def test_the_catalog_moves_to_a_server_and_back(example_data: Path, tmp_path: Path, postgres_url: str):
    data = tmp_path / "data"
    shutil.copytree(example_data, data)
    listed = docqa("list", "--json", data=data).stdout
    moved = docqa("migrate", "--catalog", postgres_url, data=data)
    assert (moved.returncode, "2 documents" in moved.stdout) == (0, True), moved.stderr
    assert "DOCQA_CATALOG__URL" in moved.stdout
    on_server = {"DOCQA_CATALOG__URL": postgres_url}
    (data / "catalog.db").unlink()
    assert docqa("list", "--json", data=data, **on_server).stdout == listed
    assert docqa("doctor", data=data, **on_server).returncode == 0
    again = docqa("migrate", "--catalog", postgres_url, data=data)
    assert "is in use already: name an empty database" in again.stderr
    assert docqa("migrate", "--catalog", "sqlite", data=data, **on_server).returncode == 0
    assert docqa("list", "--json", data=data).stdout == listed


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "Where to?"),
        (["--to", "qdrant:6333"], "begins with http://"),
        (["--to", "embedded"], "the index is there already"),
        (["--catalog", "sqlite"], "the catalog is there already"),
        (["--catalog", "nonsense"], "is no address"),
        (["--to", "http://127.0.0.1:9"], "The Qdrant server failed"),
    ],
)
def test_a_place_that_is_none_is_refused(tmp_path: Path, words: list[str], complaint: str):
    refused = docqa("migrate", *words, data=Settings(data=tmp_path).data)
    assert (refused.returncode, complaint in refused.stderr) == (1, True), refused.stderr
