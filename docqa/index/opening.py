"""The index where the settings say it is: on a server, in this process, or in another one that shares it."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.errors import IndexUnavailable
from docqa.processes import ownership
from docqa.protocols import Embedder, Index
from docqa.sections import IndexSettings
from docqa.types import Scope

if TYPE_CHECKING:
    from docqa.index.shared import SharedIndex

# Indexes are imported where they are opened: a command loads only the one it uses.


def embedded(folder: Path, *, dimension: Callable[[], int]) -> Index:
    """An embedded index in a folder that no other process uses."""
    from docqa.index.edge import EdgeIndex

    return EdgeIndex(folder, dimension=dimension)


def on_server(chosen: IndexSettings, url: str, *, dimension: Callable[[], int]) -> Index:
    """The index on the Qdrant server at this address; its collection is made if it is not there.

    Raises IndexUnavailable.
    """
    from qdrant_client import QdrantClient

    from docqa.index.collection import Layout
    from docqa.index.server import ServerIndex

    layout = Layout(
        shards=chosen.shards,
        replicas=chosen.replicas,
        payload_on_disk=chosen.payload_on_disk,
        vectors_on_disk=chosen.vectors_on_disk,
        words_on_disk=chosen.words_on_disk,
        quantization=chosen.quantization,
    )
    api_key = chosen.api_key.get_secret_value() if chosen.api_key else None
    client = QdrantClient(url, api_key=api_key, timeout=math.ceil(chosen.timeout_s), check_compatibility=False)
    return ServerIndex(client, chosen.collection, dimension=dimension, layout=layout)


@contextmanager
def owned(data: Path, folder: str, embedder: Embedder, purpose: str, *, shares: bool) -> Iterator[Index]:
    """The embedded index in a folder of a data directory, which this process owns until the block ends.

    It may share it with others. Raises LibraryBusy if another process owns it.
    """
    from docqa.index.shared import offered

    with ExitStack() as stack:
        stack.enter_context(ownership.owned(data, purpose))
        index = embedded(data / folder, dimension=lambda: embedder.dimension)
        if shares:
            address, secret = stack.enter_context(offered(index))
            ownership.share(data, purpose, address=address, secret=secret)
        yield index


def shared(data: Path) -> "SharedIndex":
    """The embedded index that another process owns and shares."""
    from docqa.index.shared import SharedIndex

    return SharedIndex(lambda: _place(data))


def is_shared(data: Path) -> bool:
    """Whether another process owns the embedded index and shares it."""
    if _place(data) is None:
        return False
    index = shared(data)
    try:
        index.size(Scope())
    except IndexUnavailable:
        return False
    finally:
        index.close()
    return True


def _place(data: Path) -> tuple[str, bytes] | None:
    found = ownership.owner(data)
    return (found.address, bytes.fromhex(found.secret)) if found and found.address else None
