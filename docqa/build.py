"""The one place that names concrete adapters: from settings to things that work."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from docqa.answers.answerability import not_found_below
from docqa.answers.engine import Engine
from docqa.catalog import Catalog
from docqa.catalog.visuals import OTHER_MODEL
from docqa.errors import LibraryFull, SettingsError
from docqa.index import opening
from docqa.library import Library
from docqa.protocols import Answerer, Embedder, Index, Reranker, VisualEmbedder
from docqa.retrieval.retriever import Retriever
from docqa.sections import EmbeddingSettings
from docqa.service import Engines, Service
from docqa.settings import Settings
from docqa.storage.files import Files
from docqa.storage.staging import Staging
from docqa.storage.unlocking import Unlocker

if TYPE_CHECKING:
    from docqa.model.generation import ChatModel
    from docqa.model.serving import Served

CATALOG, FILES, INDEX = "catalog.db", "files", "index"  # in the data directory
ROOM_BYTES = 64 << 20

Ownership = Literal["if free", "always", "never"]

TOKENS_FOR_PAGE = 2048  # of the budget, for each page that is considered

# Adapters are imported where they are built: a command loads only what it uses.


def files(settings: Settings) -> Files:
    """Where originals and pages lie.

    Raises SettingsError or MissingExtra if there is no such place.
    """
    root = settings.data / FILES
    if settings.files.url is None:
        return Files(root)
    from docqa.storage.bucket import Bucket

    return Files(root, Bucket(settings.files.url, root / "copies", copies_bytes=settings.files.copies_mb << 20))


def unlocker(settings: Settings, staging: Staging) -> Unlocker:
    """What opens PDFs that need a password."""
    chosen = settings.ingest
    return Unlocker(staging, timeout_s=chosen.page_timeout_s, memory_limit_mb=chosen.memory_limit_mb)


@contextmanager
def catalog(settings: Settings) -> Iterator[Catalog]:
    """The catalog; any number of processes may have it open."""
    url = settings.catalog.url
    catalog = Catalog.on(url.get_secret_value()) if url else Catalog.at(settings.data / CATALOG)
    try:
        yield catalog
    finally:
        catalog.close()


@contextmanager
def catalog_copy(settings: Settings, path: Path) -> Iterator[Catalog]:
    """A copy of the catalog as it stands at this moment, in a new SQLite file."""
    with catalog(settings) as original:
        original.copy_into(path)
    with catalog_in(path) as copy:
        yield copy


@contextmanager
def catalog_in(path: Path) -> Iterator[Catalog]:
    """The catalog in an SQLite file."""
    catalog = Catalog.at(path)
    try:
        yield catalog
    finally:
        catalog.close()


def embedder(settings: Settings) -> Embedder:
    """The embedding model.

    Raises SettingsError or MissingExtra if it cannot be loaded.
    """
    from docqa.encoders.embedding import load

    chosen = settings.embedding
    return load(chosen.model, query_prefix=chosen.query_prefix, threads=chosen.threads, cache=_cache(settings))


def embedder_elsewhere(chosen: EmbeddingSettings) -> Embedder:
    """The same model on another machine, where there is no library, on one core."""
    import platformdirs

    from docqa.encoders.embedding import load

    cache = Path(platformdirs.user_cache_dir("docqa", appauthor=False))
    return load(chosen.model, query_prefix=chosen.query_prefix, threads=1, cache=cache)


@contextmanager
def library(
    settings: Settings, embedder: Embedder, *, purpose: str, ownership: Ownership = "if free", shares: bool = False
) -> Iterator[Library]:
    """The whole library until the block ends.

    Its index, if embedded, is owned by one process: this one if it is free; or "always"; or "never", to wait for
    another process that shares it. `purpose` tells others what it is owned for; an owner may share it with them.

    Raises LibraryBusy if another process owns it and does not share it, LibraryMismatch if it was made with another
    embedding model, LibraryFull if the disk is nearly full, IndexUnavailable, CatalogUnavailable or FilesUnavailable.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    _check_room(settings.data)
    with ExitStack() as stack:
        index: Index
        if settings.index.url:
            index = opening.on_server(settings.index, settings.index.url, dimension=lambda: embedder.dimension)
        elif ownership == "never" or (ownership == "if free" and opening.is_shared(settings.data)):
            index = opening.shared(settings.data)
        else:
            index = stack.enter_context(opening.owned(settings.data, INDEX, embedder, purpose, shares=shares))
        stack.callback(index.close)
        opened = stack.enter_context(catalog(settings))
        opened.require("embedding", embedder.name, "This library was embedded with another model")
        if visual_name := _visual_name(settings):
            opened.require("visual", visual_name, OTHER_MODEL, record=False)  # it is once an image is embedded
        yield Library(opened, files(settings), index)


@contextmanager
def service(settings: Settings) -> Iterator[Service]:
    """All that the HTTP API needs; this process owns the embedded index and shares it."""
    model = embedder(settings)
    with library(settings, model, purpose="docqa serve", ownership="always", shares=True) as opened:
        found = retriever(settings, opened, model)
        if found.reranker:
            found.reranker.score(
                "first", ["second"]
            )  # the models' first run takes longer: it should be nobody's question
        model.embed_query("first")
        yield Service(settings, opened, found, _engines(settings, opened, found), model.name)


def retriever(settings: Settings, library: Library, embedder: Embedder, *, loaded: Reranker | None = None) -> Retriever:
    """Search over a library, with the cross-encoder that is loaded already if one is."""
    chosen = settings.reranking
    found = Retriever(
        embedder,
        library.index,
        loaded or reranker(settings),
        chosen.pages,
        rerank_budget_ms=chosen.budget_ms,
        visual=visual(settings),
    )
    if not (settings.model.url and settings.model.split_questions):
        return found
    from docqa.question.splitting import ModelSplitter

    return replace(found, split=ModelSplitter(model_server(settings)))


def visual(settings: Settings) -> VisualEmbedder | None:
    """The model that embeds page images, if there is one; it is not asked anything yet."""
    if not _visual_name(settings):
        return None
    from docqa.model.visual import ServedVisualEmbedder

    return ServedVisualEmbedder(settings.visual)


def _visual_name(settings: Settings) -> str | None:
    """The name of the model that embeds page images; None if there is none.

    Raises SettingsError if only its server is set.
    """
    if settings.visual.url and not settings.visual.name:
        raise SettingsError(
            "DOCQA_VISUAL__URL wants DOCQA_VISUAL__NAME, too: vectors of different models do not compare"
        )
    return settings.visual.name if settings.visual.url else None


def engine(settings: Settings, library: Library, embedder: Embedder, *, loaded: Reranker | None = None) -> Engine:
    """Answers from a library: by the model server if there is one, else by quotation.

    Whoever opens libraries again and again gives the cross-encoder, which then need not be loaded again.
    """
    return _engines(settings, library, retriever(settings, library, embedder, loaded=loaded))()


def _engines(settings: Settings, library: Library, retriever: Retriever) -> Engines:
    inspect = cache(lambda: served(settings, model_server(settings)))  # asked once, when it is first needed

    def make(*, budget_tokens: int | None = None, max_images: int | None = None) -> Engine:
        budget = budget_tokens or settings.model.budget_tokens
        return Engine(
            retriever=retriever,
            pages=library.files,
            names=library.catalog.names,
            answerer=_answerer(settings, library, retriever.reranker, inspect, budget, max_images),
            method="model" if settings.model.url else "quotation",
            evidence_pages=_model_pages(settings, budget) if settings.model.url else settings.answer.pages,
            not_found_below=not_found_below(retriever.embedder.name, settings.answer.not_found_below),
            min_answerable=settings.answer.min_answerable,
            expected_answerable=settings.answer.expected_answerable,
        )

    return make


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


def reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder, unless it is switched off."""
    if not settings.reranking.enabled:
        return None
    from docqa.encoders.reranking import CrossEncoder

    return CrossEncoder(settings.reranking.model, threads=settings.embedding.threads, cache=_cache(settings))


def _answerer(
    settings: Settings,
    library: Library,
    reranker: Reranker | None,
    inspect: Callable[[], "Served"],
    budget_tokens: int,
    max_images: int | None,
) -> Answerer:
    if not settings.model.url:
        from docqa.answers.extractive import QuotationAnswerer

        return QuotationAnswerer(reranker)
    from docqa.model.generative import ModelAnswerer

    def inspected() -> "Served":
        found = inspect()
        return found if max_images is None else replace(found, max_images=min(found.max_images, max_images))

    return ModelAnswerer(
        model_server(settings),
        library.files,
        inspect=inspected,
        budget_tokens=budget_tokens,
        answer_tokens=settings.model.answer_tokens,
    )


def model_server(settings: Settings) -> "ChatModel":
    """The model server; it is not asked anything yet."""
    from docqa.model.generation import ChatModel

    return ChatModel(settings.model)


def served(settings: Settings, server: "ChatModel") -> "Served":
    """What it runs.

    Raises ModelUnavailable, ModelRefused or SettingsError.
    """
    from docqa.model import serving

    path = settings.model.tokenizer
    if path is None:
        return serving.inspect(server, settings.model)
    from docqa.model import tokenization

    return serving.inspect(server, settings.model, count=tokenization.from_file(path))


def _model_pages(settings: Settings, budget_tokens: int) -> int:
    """Pages that are considered for a prompt: more than usually fit."""
    return settings.model.pages or max(settings.answer.pages, budget_tokens // TOKENS_FOR_PAGE)
