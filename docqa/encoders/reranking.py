"""Questions and texts read together by a cross-encoder."""

from collections.abc import Sequence
from pathlib import Path

from docqa.encoders.onnx import BundledModel, TextModel

MINILM_L12 = BundledModel(
    "ms-marco-MiniLM-L12-v2-int8", "reranker_en", "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
)


class CrossEncoder:
    """A cross-encoder as an ONNX file with one output: the log-odds that the text answers the question."""

    def __init__(self, folder: Path | None, *, threads: int, cache: Path) -> None:
        self._model = TextModel(folder or MINILM_L12.path(), threads=threads, cache=cache)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        pairs = [(question, text) for text in texts]
        return [float(output.ravel()[0]) for output in self._model.run(pairs)] if pairs else []
