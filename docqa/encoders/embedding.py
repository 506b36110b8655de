"""Texts to vectors."""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from docqa.encoders import e5
from docqa.encoders.onnx import BundledModel, TextModel, has_weights
from docqa.errors import MissingExtra, SettingsError
from docqa.types import Vector

BGE_SMALL = BundledModel(
    "bge-small-en-v1.5-int8", "bge_small_en", "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743"
)
BGE_QUERY_PREFIX = "Represent this sentence for searching relevant passages: "  # model card of BAAI/bge-small-en-v1.5


class OnnxEmbedder:
    """An encoder as an ONNX file, pooled as its files say, else by the first token; loaded when first used."""

    def __init__(
        self, folder: Path, *, name: str, query_prefix: str, passage_prefix: str = "", threads: int, cache: Path
    ) -> None:
        self.name = name
        self._folder = folder
        self._prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._pooling = _pooling(folder)
        self._threads = threads
        self._cache = cache

    @cached_property
    def dimension(self) -> int:
        return len(self.embed_query("size"))

    @cached_property
    def _model(self) -> TextModel:
        return TextModel(self._folder, threads=self._threads, cache=self._cache)

    def embed_query(self, text: str) -> Vector:
        return self._pooled(self._model.run([self._prefix + text])[0])

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self._pooled(states) for states in self._model.run([self._passage_prefix + text for text in texts])]

    def _pooled(self, states: Any) -> Vector:  # noqa: ANN401  float32 (1, n_tokens, dimension)
        import numpy as np

        vector = states[0].mean(axis=0) if self._pooling == "mean" else states[0, 0]
        unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return unit


class SentenceTransformersEmbedder:
    """Any model that sentence-transformers can load from a directory; loaded when first used."""

    def __init__(self, folder: Path, *, query_prefix: str | None) -> None:
        self.name = folder.name
        self._folder = folder
        self._prefix = query_prefix

    @cached_property
    def dimension(self) -> int:
        return len(self.embed_query("size"))

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401  SentenceTransformer
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra("torch", f"The embedding model in {self._folder}") from error
        return SentenceTransformer(str(self._folder), local_files_only=True)

    def embed_query(self, text: str) -> Vector:
        vector = self._model.encode_query(text, prompt=self._prefix, normalize_embeddings=True)
        return [float(number) for number in vector]

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        vectors = self._model.encode_document(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return [[float(number) for number in vector] for vector in vectors]


def load(
    model: Path | str | None, *, query_prefix: str | None, threads: int, cache: Path
) -> OnnxEmbedder | SentenceTransformersEmbedder:
    """The embedder in a directory, the multilingual one if that is its name, or the bundled one.

    Raises SettingsError if the directory holds no model, MissingExtra if the multilingual one is not installed. A model
    that needs torch raises MissingExtra when it is used.
    """
    if model is None:
        prefix = BGE_QUERY_PREFIX if query_prefix is None else query_prefix
        return OnnxEmbedder(BGE_SMALL.path(), name=BGE_SMALL.name, query_prefix=prefix, threads=threads, cache=cache)
    if model == e5.NAME:
        prefix = e5.QUERY_PREFIX if query_prefix is None else query_prefix
        return OnnxEmbedder(
            e5.unpacked(cache),
            name=e5.KEPT,
            query_prefix=prefix,
            passage_prefix=e5.PASSAGE_PREFIX,
            threads=threads,
            cache=cache,
        )
    folder = Path(model)
    if not folder.is_dir():
        raise SettingsError(f"There is no directory {folder}: set DOCQA_EMBEDDING__MODEL to one that holds a model")
    if not has_weights(folder) and (folder / "modules.json").is_file():
        return SentenceTransformersEmbedder(folder, query_prefix=query_prefix)
    prefix = _declared_prefix(folder) if query_prefix is None else query_prefix
    return OnnxEmbedder(folder, name=folder.name, query_prefix=prefix, threads=threads, cache=cache)


def _pooling(folder: Path) -> Literal["first", "mean"]:
    declared = folder / "1_Pooling" / "config.json"  # the layout of sentence-transformers
    if declared.is_file() and json.loads(declared.read_text()).get("pooling_mode_mean_tokens"):
        return "mean"
    return "first"


def _declared_prefix(folder: Path) -> str:
    declared = folder / "config_sentence_transformers.json"
    prompts = json.loads(declared.read_text()).get("prompts", {}) if declared.is_file() else {}
    return str(prompts.get("query", ""))
