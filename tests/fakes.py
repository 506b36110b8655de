"""Small honest stand-ins for what a test cannot or need not run."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from docqa.types import Box, Evidence, Page, Passage, Vector, Word, Words
from ingest.intake import FileReport
from ingest.pipeline import Pipeline
from ingest.reading import read_page
from ingest.sandbox import PageFailed


class WordHashEmbedder:
    """Texts that share words get closer vectors: enough meaning to test a ranking with."""

    name = "word-hash"
    dimension = 64

    def embed_query(self, text: str) -> Vector:
        vector = [0.001] * self.dimension
        for word in text.lower().split():
            vector[hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1.0
        length = sum(number * number for number in vector) ** 0.5
        return [number / length for number in vector]

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self.embed_query(text) for text in texts]


class SharedWordsReranker:
    """Log-odds grow with the words that question and text share."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        asked = set(question.lower().strip("?").split())
        return [3.0 * len(asked & set(text.lower().replace(".", " ").split())) - 6.0 for text in texts]


class Silent:
    """Progress that nobody watches, but a test may count."""

    def __init__(self) -> None:
        self.pages = 0

    def register(self, files: int, of: int) -> None: ...

    def begin(self, pages: int) -> None: ...

    def page(self, document: str) -> None:
        self.pages += 1

    def images(self, tried: int, of: int) -> None: ...


class SecondPageTimesOut:
    """A sandbox that gives up on every second page."""

    workers = 1

    def submit(self, task, *args):
        if task is read_page and args[1] == 2:
            return Done(error=PageFailed("timed out after 60 s"))
        return Done(value=task(*args))

    def close(self) -> None: ...


@dataclass
class Done:
    """A task that is over."""

    value: object = None
    error: Exception | None = None

    def result(self):
        if self.error:
            raise self.error
        return self.value


def page(text: str, *, number: int = 1, source: str = "layer") -> Page:
    """A page whose words stand 6 points apart for each character, rows 12 points apart."""
    words = []
    offset = 0
    for row, line in enumerate(text.split("\n")):
        column = 0
        for word in line.replace("\t", " ").split(" "):
            if word:
                start = offset + column
                box = Box(6.0 * column, 12.0 * row, 6.0 * (column + len(word)), 12.0 * row + 10)
                words.append(Word(start, start + len(word), box, row))
            column += len(word) + 1
        offset += len(line) + 1
    return Page(number, 600.0, 800.0, text, Words.of(words), (), source)


def evidence(text: str, *, label: int = 1, number: int = 1, name: str = "report.pdf", score: float = 3.0) -> Evidence:
    """A page of evidence that is one passage."""
    shown = page(text, number=number)
    document_id = hashlib.sha256(name.encode()).hexdigest()
    passage = Passage(document_id, number, 0, 0, text, ("report",), shown.boxes(0, len(text)))
    return Evidence(label, document_id, name, shown, (passage,), score)


def run(pipeline: Pipeline, *paths: Path, collection: str = "default") -> tuple[list[FileReport], int]:
    """Reports, and how many pages were read."""
    progress = Silent()
    return pipeline.ingest(paths, collection=collection, progress=progress), progress.pages


class ColourEmbedder:
    """Pages of a colour lie near questions that name it: enough of a look to find a page by."""

    name = "colours"
    concurrency = 2
    colours = ("red", "green", "blue")

    def __init__(self) -> None:
        self.pages = 0

    def reach(self) -> None: ...

    def embed_question(self, text: str) -> Vector:
        return self._vector([float(colour in text.lower()) for colour in self.colours])

    def embed_page(self, image: bytes) -> Vector:
        self.pages += 1
        with Image.open(io.BytesIO(image)) as opened:
            pixel = opened.convert("RGB").resize((1, 1)).getpixel((0, 0))
        assert isinstance(pixel, tuple)
        return self._vector([(value - min(pixel)) / 255 for value in pixel])

    def _vector(self, colours: list[float]) -> Vector:
        """With how colourless it is as a last number."""
        return _unit([*colours, 1 - max(colours)])


def _unit(vector: Vector) -> Vector:
    length = sum(number * number for number in vector) ** 0.5
    return [number / length for number in vector]
