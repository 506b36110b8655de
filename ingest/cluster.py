"""Pages read and passages embedded on the machines of a Ray cluster. The only file that knows Ray.

Nothing is believed of a PDF there, either: each task runs in a sandbox of the machine that does it. What is lost with a
machine is done again on another one.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

from docqa.errors import ClusterUnavailable, DocQAError, MissingExtra, SettingsError
from docqa.protocols import Embedder
from docqa.types import Vector
from ingest import machine
from ingest.machine import About, Allowance, Shipped
from ingest.sandbox import PageFailed

TRIES = 4  # of a task whose process or machine was lost
REACH_S = 10.0  # for the head of a cluster to answer
SHIPPED_FILES = 16  # whose bytes are kept in the cluster for the next task, besides those that wait for one
CLOSE_ENOUGH = 0.95  # cosine of the probes: kinds of processors differ in the last digits

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Fetched:
    """Bytes in the cluster's object store, for whoever calls this there."""

    reference: list[Any]  # in a list: Ray does not fetch what is inside of one

    def __call__(self) -> bytes:
        import ray

        content: bytes = ray.get(self.reference[0])
        return content


class Pending(Generic[Result]):
    """A task that was handed to the cluster."""

    def __init__(self, reference: Any) -> None:  # noqa: ANN401  ray.ObjectRef
        self._reference = reference

    def result(self) -> Result:
        """Wait for the task.

        Raises what it raised of ours, PageFailed if what runs it was lost again and again, ClusterUnavailable.
        """
        import ray
        from ray.exceptions import NodeDiedError, OutOfMemoryError, WorkerCrashedError

        with _translated():
            try:
                outcome = ray.get(self._reference)
            except (NodeDiedError, OutOfMemoryError, WorkerCrashedError) as error:
                why = " ".join(str(error).split())[:200]
                raise PageFailed(f"{TRIES} times the process or machine reading it was lost: {why}") from error
        if isinstance(outcome, DocQAError):
            raise outcome
        return cast(Result, outcome)

    def cancel(self) -> None:
        """Let it not be done, or not be finished."""
        import ray

        with contextlib.suppress(Exception):  # the cluster may be what is gone
            ray.cancel(self._reference, force=False)


class Cluster:
    """Sandboxes on a Ray cluster, with the interface of one of this machine.

    It is connected with the first task, and again after it was lost. Methods raise ClusterUnavailable.
    """

    def __init__(self, address: str, *, timeout_s: float, memory_limit_mb: int) -> None:
        self._address = address
        self._allowance = Allowance(timeout_s, memory_limit_mb)
        self._in_store: OrderedDict[Path, Shipped] = OrderedDict()
        self._was_connected = False

    @property
    def workers(self) -> int:
        """Cores of all machines that are there now."""
        return sum(self.cores().values())

    def cores(self) -> dict[str, int]:
        """Of each machine that is there now, by the name that Ray gives it."""
        ray = self._connected()
        with _translated():
            nodes = [node for node in ray.nodes() if node["Alive"]]
        cores = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in nodes}
        if not any(cores.values()):
            raise ClusterUnavailable(f"The Ray cluster {self._address} has no processor: add a machine with ray start")
        return cores

    def submit(self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Pending[Result]:
        """Run a function of a module in a sandbox of some machine; files among its arguments go along."""
        assert not kwargs
        self._connected()
        with _translated():
            given = [self._shipped(each) if isinstance(each, Path) else each for each in args]
            return Pending(self._run.remote(task, given, self._allowance))

    def close(self) -> None:
        """Leave the cluster."""
        if self._was_connected:
            import ray

            ray.shutdown()

    @cached_property
    def _run(self) -> Any:  # noqa: ANN401  a RemoteFunction
        import ray

        return ray.remote(num_cpus=1, max_retries=TRIES - 1, scheduling_strategy="SPREAD")(machine.run)

    def _connected(self) -> Any:  # noqa: ANN401  the module: Ray has one connection for a process
        try:
            import ray
        except ImportError as error:
            raise MissingExtra("cluster", "Reading on a Ray cluster") from error
        if not ray.is_initialized():
            self._in_store.clear()
            with _translated(self._address), _own_signals():
                _reach(self._address)
                ray.init(self._address, log_to_driver=False, logging_level=logging.WARNING)
            self._was_connected = True
        return ray

    def _shipped(self, path: Path) -> Shipped | Path:
        """The file with its bytes in the object store, put there once for the tasks that follow each other."""
        try:
            facts = path.stat()
        except OSError:  # the task will say so
            return path
        known = self._in_store.pop(path, None)
        if known is None or (known.size_bytes, known.modified_ns) != (facts.st_size, facts.st_mtime_ns):
            known = self._put(path, facts)
        self._in_store[path] = known  # last: those that were not asked for longest go
        while len(self._in_store) > SHIPPED_FILES:
            self._in_store.popitem(last=False)
        return known

    def _put(self, path: Path, facts: os.stat_result) -> Shipped:
        import ray

        reference = ray.put(path.read_bytes())
        name = f"{reference.hex()}{path.suffix}"
        return Shipped(path, facts.st_size, facts.st_mtime_ns, name, _Fetched([reference]))


class ClusterEmbedder:
    """The model of this machine for questions, the same on each core of the cluster for passages.

    `make` makes it there. Methods raise ClusterUnavailable.
    """

    def __init__(self, here: Embedder, cluster: Cluster, make: Callable[[], Embedder]) -> None:
        self._here = here
        self._cluster = cluster
        self._make = make
        self._there: dict[str, list[Any]] = {}  # actors, by the machine they were made for

    @property
    def name(self) -> str:
        return self._here.name

    @property
    def dimension(self) -> int:
        return self._here.dimension

    def embed_query(self, text: str) -> Vector:
        return self._here.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        """Embed them, spread over all cores that are there now; what is lost with one is given to the others."""
        done: dict[int, Vector] = {}
        for _ in range(TRIES):
            left = [place for place in range(len(texts)) if place not in done]
            if not left:
                return [done[place] for place in range(len(texts))]
            done |= self._embedded(texts, left)
        raise ClusterUnavailable(
            f"{TRIES} times processes of the cluster were lost that embed passages: see Ray's logs"
        )

    def _embedded(self, texts: Sequence[str], places: Sequence[int]) -> dict[int, Vector]:
        """The vectors of those texts whose model was not lost, by their places."""
        import ray
        from ray.exceptions import RayActorError

        with _translated():
            actors = self._actors()[: len(places)]
            shares = [places[first :: len(actors)] for first in range(len(actors))]
            asked = [
                actor.embed.remote([texts[place] for place in share])
                for actor, share in zip(actors, shares, strict=True)
            ]
            found: dict[int, Vector] = {}
            for actor, share, vectors in zip(actors, shares, asked, strict=True):
                try:
                    found |= zip(share, ray.get(vectors), strict=True)
                except RayActorError:
                    self._forget(actor)
        return found

    def _forget(self, lost: Any) -> None:  # noqa: ANN401  an actor
        self._there = {node: [actor for actor in actors if actor != lost] for node, actors in self._there.items()}

    def _actors(self) -> list[Any]:
        for node, cores in self._cluster.cores().items():
            if missing := cores - len(there := self._there.setdefault(node, [])):
                there += self._started(node, missing)
        return [actor for actors in self._there.values() for actor in actors]

    def _started(self, node: str, count: int) -> list[Any]:
        """Models on cores of a machine; none if it is lost before they are there."""
        import ray
        from ray.exceptions import RayActorError
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        # Ray counts no core for them: they run beside the reading, and the system shares the cores out.
        made = ray.remote(num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True))
        actors = [made(machine.Embedding).remote(self._make) for _ in range(count)]
        try:
            self._check(node, ray.get(actors[0].about.remote()))
        except RayActorError:
            return []
        return actors

    def _check(self, node: str, about: About) -> None:
        """Raises SettingsError if what is there is not what is here."""
        if about.version != (ours := version("docqa")):
            found = f"docqa {about.version}, not {ours}"
            raise SettingsError(f"The machine {node[:12]} of the cluster has {found}: install the same on all machines")
        [probe] = self._here.embed_passages([machine.PROBE])
        if len(probe) != len(about.probe) or sum(map(float.__mul__, probe, about.probe)) < CLOSE_ENOUGH:
            raise SettingsError(
                f"The machine {node[:12]} of the cluster has another embedding model than {self.name}:"
                " put the same one where DOCQA_EMBEDDING__MODEL says, on all machines"
            )


def _reach(address: str) -> None:
    """Raises OSError if nobody listens there: Ray would try for a quarter of an hour."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_S).close()


@contextlib.contextmanager
def _translated(address: str = "") -> Iterator[None]:
    from ray.exceptions import RayError, RayTaskError

    try:
        yield
    except RayTaskError as error:
        raise ClusterUnavailable(
            f"A machine of the cluster cannot do its work: {str(error.cause)[:300]}. Each needs docqa as it is here:"
            " pip install -e '.[cluster]' (docs/scaling.md)"
        ) from error
    except (RayError, OSError, ValueError, RuntimeError) as error:
        where = f" {address}" if address else ""
        raise ClusterUnavailable(
            f"The Ray cluster{where} does not answer: {' '.join(str(error).split())[:300].rstrip('.')}. Start it with"
            " ray start --head, and see docs/scaling.md"
        ) from error


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the signal handlers that Ray would replace."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
