"""Reading on a Ray cluster: two machines, each of one core, that are processes of this one.

Needs: pip install -e '.[cluster]'
"""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from docqa import build
from docqa.catalog import Catalog
from docqa.errors import ClusterUnavailable, EncryptedPDF, MissingExtra, SettingsError
from docqa.index import schema
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.protocols import Embedder
from docqa.sections import EmbeddingSettings
from docqa.settings import Settings
from docqa.storage.files import Files
from docqa.types import Scope
from ingest.cluster import Cluster, ClusterEmbedder, Pending
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions, read_cover
from ingest.sandbox import PageFailed, Sandbox
from tests.commands import eventually
from tests.conftest import EXAMPLES
from tests.fakes import Silent, WordHashEmbedder
from tests.tasks import crash, eat_memory, hang, refuse, stumble

needs_ray = [pytest.mark.integration, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]


def everything(function: Any) -> Any:
    for mark in needs_ray:
        function = mark(function)
    return function


@pytest.fixture(autouse=True)
def nothing_reaches_out() -> None:
    """Ray goes by this machine's address on the network, which is not its loopback."""


class Machines:
    """A head without cores, and machines that can be lost."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster as RayCluster

        small = {"object_store_memory": 100 << 20, "include_dashboard": False}
        self._small = small
        self._cluster = RayCluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
        self.nodes = [self.join(), self.join()]
        self.address = str(self._cluster.address)

    def join(self) -> Any:
        return self._cluster.add_node(num_cpus=1, **self._small)

    def lose(self, node: Any) -> None:
        self._cluster.remove_node(node, allow_graceful=False)

    def stop(self) -> None:
        self._cluster.shutdown()


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    pytest.importorskip("ray", reason="pip install -e '.[cluster]'")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("PYTHONPATH", str(EXAMPLES.parent))  # the tasks of tests are found there, too
        machines = Machines()
        yield machines
        machines.stop()


@pytest.fixture(scope="module")
def cluster(machines: Machines) -> Iterator[Cluster]:
    cluster = Cluster(machines.address, timeout_s=5, memory_limit_mb=2048)
    yield cluster
    cluster.close()


@everything
@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9"])
def test_a_cluster_that_is_not_there_is_said(address: str, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("ray", reason="pip install -e '.[cluster]'")
    with pytest.raises(ClusterUnavailable, match=f"{address} .*ray start --head"):
        Cluster(address, timeout_s=5, memory_limit_mb=2048).submit(refuse)


@everything
@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (hang, "timed out after 5 s"),
        (crash, "died .SIGSEGV"),
        (eat_memory, "needs more than 2048 MB"),
        (stumble, "KeyError: 'a bug of a parser'"),
    ],
)
def test_a_task_that_fails_costs_nothing_but_itself(cluster: Cluster, task: Any, reason: str, make_pdf: Any):
    failing, next_one = cluster.submit(task), cluster.submit(read_cover, make_pdf("One."), ReadingOptions())
    with pytest.raises(PageFailed, match=reason):
        failing.result()
    assert next_one.result().pages == 1


@everything
def test_errors_of_documents_come_through(cluster: Cluster):
    with pytest.raises(EncryptedPDF, match="password"):
        cluster.submit(refuse).result()


@everything
def test_a_file_is_shipped_once_to_machines_that_do_not_see_it(cluster: Cluster, make_pdf: Callable[..., Path]):
    path = make_pdf("One.", "Two.")
    assert cluster.submit(read_cover, path, ReadingOptions()).result().pages == 2
    shipped = cluster._shipped(path)
    assert cluster._shipped(path) is shipped
    make_pdf("Another one.")
    assert cluster._shipped(path) is not shipped
    assert Pending(cluster._run.remote(read_cover, [shipped, ReadingOptions()], cluster._allowance)).result().pages == 2


@everything
def test_a_file_that_is_gone_costs_its_page_and_not_the_run(cluster: Cluster, tmp_path: Path):
    with pytest.raises(PageFailed, match="FileNotFoundError"):
        cluster.submit(read_cover, tmp_path / "gone.pdf", ReadingOptions()).result()


@everything
def test_another_embedding_model_over_there_is_refused(cluster: Cluster):
    here = build.embedder(Settings())
    embedder = ClusterEmbedder(here, cluster, WordHashEmbedder)
    with pytest.raises(SettingsError, match="another embedding model than bge"):
        embedder.embed_passages(["some text"])


class Losing(Silent):
    """Progress during which a machine is lost."""

    def __init__(self, lose: Callable[[], None], *, after_pages: int) -> None:
        super().__init__()
        self._lose = lose
        self._after_pages = after_pages

    def page(self, document: str) -> None:
        super().page(document)
        if self.pages == self._after_pages:
            self._lose()


@everything
def test_a_run_that_loses_a_machine_equals_a_local_one_point_for_point(
    machines: Machines, sandbox: Sandbox, tmp_path: Path, make_pdf: Callable[..., Path]
):
    pages = [f"Chapter {number} speaks of the harvest of {1900 + number}.\n\nIt was good." for number in range(1, 61)]
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and no more")
    paths = [make_pdf(*pages), broken, *sorted(EXAMPLES.glob("*.pdf"))]
    model = build.embedder(Settings(data=tmp_path))
    local = stored(tmp_path / "local", paths, model, sandbox, Silent())

    with closing(Cluster(machines.address, timeout_s=60, memory_limit_mb=4096)) as cluster:
        embedder = ClusterEmbedder(model, cluster, lambda: build.embedder_elsewhere(EmbeddingSettings()))
        assert cluster.workers == 2
        losing = Losing(lambda: machines.lose(machines.nodes.pop()), after_pages=16)
        lost = stored(tmp_path / "cluster", paths, embedder, cluster, losing)
        eventually(lambda: cluster.workers == 1)

    assert losing.pages >= 60
    assert local.keys() == lost.keys()
    assert [name for name in local if local[name] != lost[name]] == []


def stored(
    root: Path, paths: list[Path], embedder: Embedder, runner: Sandbox | Cluster, progress: Silent
) -> dict[str, Any]:
    """All that a run stores, by name: points with their vectors, files of pages, what became of each document."""
    index = EdgeIndex(root / "index", dimension=lambda: embedder.dimension)
    catalog = Catalog.at(root / "catalog.db")
    library = Library(catalog, Files(root / "files"), index)
    pipeline = Pipeline(library, embedder, runner, options=ReadingOptions(), passage_words=60)
    reports = pipeline.ingest(paths, collection="default", progress=progress)
    ids = [schema.point_id(key) for key in index.keys(Scope())]
    points = index._shard.retrieve(ids, with_payload=True, with_vector=True)
    found: dict[str, Any] = {str(point.id): (point.payload, numbers(point.vector)) for point in points}
    found |= {path.relative_to(root).as_posix(): content(path) for path in (root / "files").rglob("*.*")}
    found |= {str(each.path): (each.outcome, each.error, each.pages) for each in reports}
    index.close()
    catalog.close()
    return found


def numbers(vector: dict[str, Any]) -> dict[str, Any]:
    sparse = {name: (each.indices, each.values) for name, each in vector.items() if name in schema.SPARSE}
    return {schema.DENSE: vector[schema.DENSE], **sparse}


def content(path: Path) -> bytes:
    stored = path.read_bytes()
    return gzip.decompress(stored) if path.suffix == ".gz" else stored


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    cluster = Cluster("auto", timeout_s=5, memory_limit_mb=2048)
    with pytest.raises(MissingExtra, match=r"\[cluster\]"):
        cluster.submit(refuse)
    with suppress(ImportError):
        cluster.close()
