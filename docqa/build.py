"""The one place that names concrete adapters: from settings to things that work."""

import math
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.catalog import Catalog
from docqa.engine import Engine
from docqa.errors import LibraryFull
from docqa.files import Files
from docqa.library import Library
from docqa.protocols import Answerer, Embedder, Index, Reranker
from docqa.retrieval import Retriever
from docqa.settings import Settings

if TYPE_CHECKING:
    from docqa.generation import ChatModel
    from docqa.serving import Served

ROOM_BYTES = 64 << 20

TOKENS_FOR_PAGE = 2048  # of the budget, for each page that is considered

# Adapters are imported where they are built: a command loads only what it uses.


def files(settings: Settings) -> Files:
    """Where originals and pages lie."""
    return Files(settings.data / "files")


@contextmanager
def catalog(settings: Settings) -> Iterator[Catalog]:
    """The catalog; any number of processes may have it open."""
    catalog = Catalog.at(settings.data / "catalog.db")
    try:
        yield catalog
    finally:
        catalog.close()


def embedder(settings: Settings) -> Embedder:
    """The embedding model.

    Raises SettingsError or MissingExtra if it cannot be loaded.
    """
    from docqa.embedding import load

    chosen = settings.embedding
    return load(chosen.model, query_prefix=chosen.query_prefix, threads=chosen.threads, cache=_cache(settings))


@contextmanager
def library(settings: Settings, embedder: Embedder, *, purpose: str, writes: bool = False) -> Iterator[Library]:
    """The whole library, owned by this process until the block ends if its index is embedded or it `writes`.

    `purpose` tells others who want it why.

    Raises LibraryBusy if another process owns it, LibraryMismatch if it was made with another embedding model,
    LibraryFull if it is to be written and the disk is nearly full, IndexUnavailable.
    """
    with ExitStack() as stack:
        if writes or not settings.index.url:
            from docqa.ownership import owned

            stack.enter_context(owned(settings.data, purpose))
        if writes:
            _check_room(settings.data)
        opened = stack.enter_context(catalog(settings))
        index = _server_index(settings, embedder) if settings.index.url else _embedded_index(settings, embedder)
        stack.callback(index.close)
        opened.require("embedding", embedder.name, "This library was embedded with another model")
        yield Library(opened, files(settings), index)


def retriever(settings: Settings, library: Library, embedder: Embedder) -> Retriever:
    """Search over a library."""
    return Retriever(embedder, library.index, reranker(settings), settings.reranking.pages)


def engine(settings: Settings, library: Library, embedder: Embedder) -> Engine:
    """Answers from a library: by the model server if there is one, else by quotation."""
    found = retriever(settings, library, embedder)
    return Engine(
        retriever=found,
        pages=library.files,
        names=library.catalog.names,
        answerer=_answerer(settings, library, found.reranker),
        method="model" if settings.model.url else "quotation",
        evidence_pages=_model_pages(settings) if settings.model.url else settings.answer.pages,
        not_found_below=settings.answer.not_found_below,
    )


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """An engine over the library in settings.data, for as long as the block lasts."""
    model = embedder(settings)
    with library(settings, model, purpose="a Python program") as opened:
        yield engine(settings, opened, model)


def _check_room(data: Path) -> None:
    if shutil.disk_usage(data).free < ROOM_BYTES:  # the embedded index maps its files: a full disk kills the process
        raise LibraryFull(f"Less than {ROOM_BYTES >> 20} MB are free where {data} is: make room, or use another --data")


def _cache(settings: Settings) -> Path:
    return settings.data / "cache"


def _server_index(settings: Settings, embedder: Embedder) -> Index:
    from qdrant_client import QdrantClient

    from docqa.index.server import ServerIndex

    chosen = settings.index
    api_key = chosen.api_key.get_secret_value() if chosen.api_key else None
    client = QdrantClient(chosen.url, api_key=api_key, timeout=math.ceil(chosen.timeout_s), check_compatibility=False)
    return ServerIndex(client, chosen.collection, dimension=lambda: embedder.dimension)


def _embedded_index(settings: Settings, embedder: Embedder) -> Index:
    from docqa.index.edge import EdgeIndex

    return EdgeIndex(settings.data / "index", dimension=lambda: embedder.dimension)


def reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder, unless it is switched off."""
    if not settings.reranking.enabled:
        return None
    from docqa.reranking import CrossEncoder

    return CrossEncoder(settings.reranking.model, threads=settings.embedding.threads, cache=_cache(settings))


def _answerer(settings: Settings, library: Library, reranker: Reranker | None) -> Answerer:
    if not settings.model.url:
        from docqa.extractive import QuotationAnswerer

        return QuotationAnswerer(reranker)
    from docqa.generative import ModelAnswerer

    chosen = settings.model
    server = model_server(settings)
    return ModelAnswerer(
        server,
        library.files,
        inspect=lambda: served(settings, server),
        budget_tokens=chosen.budget_tokens,
        answer_tokens=chosen.answer_tokens,
    )


def model_server(settings: Settings) -> "ChatModel":
    """The model server; it is not asked anything yet."""
    from docqa.generation import ChatModel

    return ChatModel(settings.model)


def served(settings: Settings, server: "ChatModel") -> "Served":
    """What it runs.

    Raises ModelUnavailable, ModelRefused or SettingsError.
    """
    from docqa import serving

    path = settings.model.tokenizer
    if path is None:
        return serving.inspect(server, settings.model)
    from docqa import tokenization

    return serving.inspect(server, settings.model, count=tokenization.from_file(path))


def _model_pages(settings: Settings) -> int:
    """Pages that are considered for a prompt: more than usually fit."""
    return settings.model.pages or max(settings.answer.pages, settings.model.budget_tokens // TOKENS_FOR_PAGE)
