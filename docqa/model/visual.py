"""Page images to vectors, by a model on a server whose vectors of questions lie near those of the pages that answer."""

import math
from typing import Any

from docqa.errors import ModelRefused
from docqa.model.modelserver import ModelServer, data_url
from docqa.sections import VisualSettings
from docqa.types import Vector

ADVICE = {  # about refusals, by the words vLLM has for them
    "context length": "Start the server with a larger --max-model-len.",
    "Pooling": "Start it with --runner pooling (docs/models.md).",
    "does not support": "Start it with --runner pooling (docs/models.md).",
}


class ServedVisualEmbedder:
    """A multimodal embedding model behind /v1/embeddings, which takes chat messages as vLLM's does.

    Its methods raise ModelUnavailable or ModelRefused.
    """

    def __init__(self, settings: VisualSettings) -> None:
        self._settings = settings
        self._server = ModelServer(settings, "VISUAL", advice=ADVICE)

    @property
    def name(self) -> str:
        """Of the model, as the server knows it."""
        return self._server.name

    @property
    def concurrency(self) -> int:
        """Pages that may be embedded at once, from as many threads."""
        return self._settings.concurrency

    def reach(self) -> None:
        self._server.models()

    def embed_question(self, text: str) -> Vector:
        return self._embedded([{"type": "text", "text": f"{self._settings.question_prompt} {text}".strip()}])

    def embed_page(self, image: bytes) -> Vector:
        return self._embedded(
            [
                {"type": "image_url", "image_url": {"url": data_url(image)}},
                {"type": "text", "text": self._settings.page_prompt},
            ]
        )

    def _embedded(self, content: list[dict[str, Any]]) -> Vector:
        body = {"messages": [{"role": "user", "content": content}], "encoding_format": "float"}
        answer = self._server.post("embeddings", body)
        with self._server.translated():
            vector = [float(number) for number in answer["data"][0]["embedding"]]
        length = math.hypot(*vector)
        if not math.isfinite(length) or length == 0:
            raise ModelRefused(f"The model server at {self._server.url} gave a vector without a direction: check it")
        return [number / length for number in vector]
