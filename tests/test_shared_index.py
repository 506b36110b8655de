"""An index that its owner shares with other processes."""

import os
import stat
import threading
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from filelock import Timeout

from docqa.errors import IndexUnavailable, LibraryBusy
from docqa.index.edge import EdgeIndex
from docqa.index.shared import SharedIndex, offered
from docqa.processes import ownership
from docqa.protocols import Entry
from docqa.types import Passage, PassageKey, Query, Scope
from tests.fakes import WordHashEmbedder

DOCUMENT = "a" * 64


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    index = EdgeIndex(tmp_path / "index", dimension=lambda: WordHashEmbedder.dimension)
    yield index
    index.close()


def entry(page: int, text: str) -> Entry:
    passage = Passage(DOCUMENT, page, 0, 0, text, ("report",), ())
    return Entry(passage, ("law",), WordHashEmbedder().embed_query(text), text, text, text)


def test_every_method_does_what_it_does_at_its_owner(index: EdgeIndex):
    with offered(index) as place:
        shared = SharedIndex(lambda: place)
        shared.upsert([entry(1, "sheep and wool"), entry(2, "looms"), entry(3, "harbour")])
        vector = WordHashEmbedder().embed_query("wool")
        assert shared.rank(Query("wool", vector), limit=3) == index.rank(Query("wool", vector), limit=3)
        key = PassageKey(DOCUMENT[:15], 1, 0)
        assert shared.passages([key]) == index.passages([key])
        assert shared.vectors([key]) == index.vectors([key])
        shared.set_visual({key: [0.6, 0.8]})
        ranked = shared.rank(Query("wool", vector, visual=[0.0, 1.0]), limit=3).visual
        assert [each.key for each in ranked] == [key]
        assert shared.size(Scope()) == 3
        shared.set_collections(DOCUMENT, ["tax"])
        assert shared.count(Scope(collections=("tax",))) == 3
        shared.remove([key])
        assert sorted(each.page for each in shared.keys(Scope())) == [2, 3]
        assert shared.delete(DOCUMENT) == 2
        shared.close()
    assert index.count(Scope()) == 0


def test_an_error_of_the_owner_reaches_the_caller(index: EdgeIndex):
    with offered(index) as place:
        shared = SharedIndex(lambda: place)
        with pytest.raises(TypeError):
            shared.adopt(5)  # type: ignore[arg-type]
        assert shared.count(Scope()) == 0, "and the connection goes on"
        shared.close()


def test_who_does_not_know_the_secret_is_not_let_in_and_the_others_go_on(index: EdgeIndex):
    with offered(index) as (address, secret):
        with pytest.raises(AuthenticationError):
            Client(address, authkey=b"guessed")
        shared = SharedIndex(lambda: (address, secret))
        assert shared.count(Scope()) == 0
        shared.close()


def test_an_owner_that_is_gone_is_said_and_the_next_one_is_found(index: EdgeIndex):
    places: list[tuple[str, bytes]] = []
    shared = SharedIndex(lambda: places[-1] if places else None)
    with pytest.raises(IndexUnavailable, match="docqa up"):
        shared.count(Scope())
    with offered(index) as place:
        places.append(place)
        assert shared.count(Scope()) == 0
    shared.close()


def test_many_threads_may_ask_at_once(index: EdgeIndex):
    with offered(index) as place:
        shared = SharedIndex(lambda: place)
        threads = [threading.Thread(target=lambda n=n: shared.upsert([entry(n, f"page {n}")])) for n in range(1, 21)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert shared.count(Scope()) == 20
        shared.close()


def test_a_library_in_use_names_its_owner_and_keeps_the_secret_to_this_user(tmp_path: Path):
    with ownership.owned(tmp_path, "docqa serve"):
        ownership.share(tmp_path, "docqa serve", address="/tmp/x", secret=b"\x01")
        assert stat.S_IMODE(os.stat(tmp_path / "owner").st_mode) == 0o600
        found = ownership.owner(tmp_path)
        assert found is not None
        assert (found.pid, found.address, found.secret) == (os.getpid(), "/tmp/x", "01")
        with (
            pytest.raises(LibraryBusy, match=f"process {os.getpid()}, docqa serve"),
            ownership.owned(tmp_path, "another", wait_s=0.05),
        ):
            pass


def test_one_process_reads_documents_at_a_time(tmp_path: Path):
    with ownership.reading(tmp_path) as first, ownership.reading(tmp_path) as second:
        assert (first, second) == (True, False)
    with ownership.reading(tmp_path) as third:
        assert third


def test_a_lock_that_is_missed_inside_is_not_taken_for_that_of_the_library(tmp_path: Path):
    with pytest.raises(Timeout, match="elsewhere"), ownership.owned(tmp_path, "docqa serve"):
        raise Timeout("elsewhere")
    with pytest.raises(Timeout, match="elsewhere"), ownership.reading(tmp_path):
        raise Timeout("elsewhere")
