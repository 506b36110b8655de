"""How the collection on a Qdrant server is laid out."""

from typing import Any

import pytest
from qdrant_client import QdrantClient, models

from docqa.errors import IndexUnavailable
from docqa.index import schema
from docqa.index.collection import Layout, creation, differences
from docqa.index.server import ServerIndex
from docqa.protocols import Entry
from docqa.types import Passage, Query, Scope
from docqa.upkeep import doctor

pytestmark = pytest.mark.filterwarnings("ignore:.*[Ll]ocal")  # it says what it does not do

LARGE = Layout(
    shards=6, replicas=2, payload_on_disk=True, vectors_on_disk=True, words_on_disk=True, quantization="int8"
)


class Recording(QdrantClient):
    """A server in memory that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.created: dict[str, Any] = {}
        self.queried: list[models.QueryRequest] = []

    def create_collection(self, collection_name: str, *args: Any, **asked: Any) -> bool:
        self.created = asked
        return super().create_collection(collection_name, *args, **asked)

    def query_batch_points(self, collection_name: str, requests: Any, **named: Any) -> list[models.QueryResponse]:
        self.queried = list(requests)
        return super().query_batch_points(collection_name, requests, **named)


def index(client: QdrantClient, layout: Layout) -> ServerIndex:
    return ServerIndex(client, "test", dimension=lambda: 3, layout=layout)


def request(layout: Layout) -> dict[str, Any]:
    """The body of the request that creates the collection, as it goes over the wire."""
    asked = creation(layout, 384)
    renamed = {"vectors": asked.pop("vectors_config"), "sparse_vectors": asked.pop("sparse_vectors_config")}
    return models.CreateCollection(**renamed, **asked).model_dump(mode="json", exclude_none=True)


def test_without_a_choice_the_server_does_as_it_does():
    words = {"modifier": "idf"}
    assert request(Layout()) == {
        "vectors": {"dense": {"size": 384, "distance": "Dot"}},
        "sparse_vectors": {"passage": words, "page": words, "document": words},
    }


def test_a_large_collection_is_asked_for_as_it_is_wanted():
    asked = request(LARGE)
    assert (asked["shard_number"], asked["replication_factor"], asked["on_disk_payload"]) == (6, 2, True)
    assert asked["vectors"]["dense"] == {
        "size": 384,
        "distance": "Dot",
        "on_disk": True,
        "quantization_config": {"scalar": {"type": "int8", "always_ram": True}},
    }
    assert asked["sparse_vectors"]["page"] == {"modifier": "idf", "index": {"on_disk": True}}


def test_small_copies_may_have_one_bit_for_a_number():
    dense = request(Layout(quantization="binary"))["vectors"]["dense"]
    assert dense["quantization_config"] == {"binary": {"always_ram": True}}


@pytest.mark.parametrize(("quantization", "oversampling"), [("int8", 2.0), ("binary", 4.0)])
def test_what_small_copies_find_is_put_in_order_by_the_exact_vectors(quantization: Any, oversampling: float):
    client = Recording()
    passage = Passage("a" * 64, 1, 0, 0, "The audit fee.", (), ())
    opened = index(client, Layout(quantization=quantization))
    opened.upsert([Entry(passage, ("default",), [1.0, 0.0, 0.0], "audit fee", "audit fee", "audit fee")])
    found = opened.rank(Query("audit", [1.0, 0.0, 0.0]), limit=5)
    assert [each.key for each in found.dense] == [passage.key]
    params = {query.using: query.params for query in client.queried}
    assert params.pop(schema.DENSE) == models.SearchParams(
        quantization=models.QuantizationSearchParams(rescore=True, oversampling=oversampling)
    )
    assert set(params.values()) == {None}


def test_the_collection_is_created_with_the_layout_and_only_once():
    client = Recording()
    index(client, LARGE)
    assert client.created["shard_number"] == 6
    client.created = {}
    index(client, LARGE)
    assert client.created == {}


def test_a_collection_that_another_process_makes_meanwhile_is_taken():
    class Late(Recording):
        """It sees the collection a moment after it is there."""

        asked = 0

        def collection_exists(self, collection_name: str, **kwargs: Any) -> bool:
            self.asked += 1
            return self.asked > 1 and super().collection_exists(collection_name, **kwargs)

    client = Late()
    QdrantClient.create_collection(client, "test", **creation(Layout(), 3))
    assert index(client, Layout()).count(Scope()) == 0
    with pytest.raises(IndexUnavailable):
        ServerIndex(Recording(), "test", dimension=lambda: -1, layout=Layout())


def test_what_an_existing_collection_has_otherwise_is_named():
    client = QdrantClient(":memory:")
    assert index(client, Layout()).differences() == []
    changed = Layout(shards=6, vectors_on_disk=True, words_on_disk=True, quantization="binary")
    assert index(client, changed).differences() == [
        "DOCQA_INDEX__SHARDS is 6, the collection has None",  # a server says a number
        "DOCQA_INDEX__VECTORS_ON_DISK is True, the collection has False",
        "DOCQA_INDEX__WORDS_ON_DISK is True, the collection has False",
        "DOCQA_INDEX__QUANTIZATION is binary, the collection has none",
    ]


def test_a_server_that_holds_it_as_wanted_is_believed():
    """The answer of a server to GET /collections/test."""
    client = QdrantClient(":memory:")
    index(client, LARGE)
    config = client.get_collection("test").config
    config.params.shard_number, config.params.replication_factor, config.params.on_disk_payload = 6, 2, True
    assert list(differences(LARGE, config)) == []
    config.params.replication_factor = 1
    assert list(differences(LARGE, config)) == ["DOCQA_INDEX__REPLICAS is 2, the collection has 1"]


def test_the_doctor_says_so():
    client = QdrantClient(":memory:")
    index(client, Layout())
    [finding] = doctor._collection(index(client, Layout(quantization="int8")))
    assert (finding.state, finding.found) == ("warn", "DOCQA_INDEX__QUANTIZATION is int8, the collection has none")
    assert not list(doctor._collection(index(client, Layout())))
