"""All that the HTTP API stands on, put together once."""

from dataclasses import dataclass
from typing import Protocol

from docqa.answers.engine import Engine
from docqa.library import Library
from docqa.retrieval.retriever import Retriever
from docqa.settings import Settings


class Engines(Protocol):
    def __call__(self, *, budget_tokens: int | None = None, max_images: int | None = None) -> Engine:
        """An engine that keeps to these limits; without one, to that of the settings. Making it costs nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """A library that is open, and what answers from it."""

    settings: Settings
    library: Library
    retriever: Retriever
    engine: Engines
    embedding_model: str  # its name
