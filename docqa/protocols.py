"""What the engine and the ingest pipeline need from the outside world, and no more."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from docqa.types import Card, Draft, Evidence, Page, Passage, PassageKey, Query, Rankings, Scope, Turn, Usage, Vector

Terms = tuple[list[int], list[float]]  # hashes of words and their weights in BM25


class Embedder(Protocol):
    """Two methods, because many models prefix queries and passages differently. Vectors have length 1."""

    @property
    def name(self) -> str: ...  # of the model: vectors of different models do not compare

    @property
    def dimension(self) -> int: ...

    def embed_query(self, text: str) -> Vector: ...

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]: ...


class VisualEmbedder(Protocol):
    """A model in whose space page images lie near the questions they answer. Vectors have length 1."""

    @property
    def name(self) -> str: ...  # of the model: vectors of different models do not compare

    @property
    def concurrency(self) -> int: ...  # pages that may be embedded at once, from as many threads

    def reach(self) -> None:
        """Return if it can be reached; costs it nothing. Raises ModelRefused or ModelUnavailable."""
        ...

    def embed_question(self, text: str) -> Vector: ...

    def embed_page(self, image: bytes) -> Vector:
        """The vector of a page, given as JPEG.

        Raises RequestRefused if it will not do this page, ModelRefused or ModelUnavailable.
        """
        ...


class Reranker(Protocol):
    """A cross-encoder: reads question and text together."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Log-odds that each text answers the question."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage as it is written to the index."""

    passage: Passage
    collections: tuple[str, ...]
    vector: Vector | None  # None if it has no text: it stands for the image of its page
    words: str  # searched as the passage
    page_words: str  # searched as the page: on a page's first passage, else empty
    document_words: str  # searched as the document: on its first passage, else empty


@dataclass(frozen=True, slots=True)
class Indexed:
    """A passage as an index holds it: what one gives out, another takes, and nothing is computed again."""

    passage: Passage
    collections: tuple[str, ...]
    vector: Vector | None  # None if it has no text
    terms: Mapping[str, Terms]  # by what they are searched as: passage, page, document
    card: Card | None = None  # of its document, on the passage under which that is ranked
    visual: Vector | None = None  # of its page's image, on the page's first passage or the one without text


class Searcher(Protocol):
    def rank(self, query: Query, *, limit: int) -> Rankings:
        """Rank passages, pages and documents: at most so many of each, of documents fewer."""
        ...

    def passages(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]: ...

    def cards(self, keys: Sequence[PassageKey]) -> dict[str, Card]:
        """What documents can be named by, by their id, given the passages under which they are ranked."""
        ...

    def size(self, scope: Scope) -> int:
        """About how many passages the scope holds: counting them exactly takes longer than the search."""
        ...


class Writer(Protocol):
    """Every method is done when it returns, and may be repeated."""

    def upsert(self, entries: Sequence[Entry]) -> None: ...

    def set_visual(self, vectors: Mapping[PassageKey, Vector]) -> None:
        """Let pages be ranked by these vectors of their images, each under a passage of it that is there."""
        ...

    def set_collections(self, document_id: str, collections: Sequence[str]) -> None: ...

    def describe(self, key: PassageKey, document_id: str, *, words: str, card: Card) -> None:
        """Let a document be ranked under this passage of it, by these words and by what it can be named by."""
        ...

    def delete(self, document_id: str) -> int:
        """Passages removed."""
        ...

    def count(self, scope: Scope) -> int:
        """How many passages the scope holds."""
        ...

    def keys(self, scope: Scope) -> list[PassageKey]:
        """Of every passage in the scope, in no order."""
        ...

    def remove(self, keys: Sequence[PassageKey]) -> None:
        """Remove single passages."""
        ...

    def vectors(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Vector]:
        """The embeddings of passages as they were written; of those that are there and have one."""
        ...

    def export(self, start: PassageKey | None, limit: int) -> tuple[list[Indexed], PassageKey | None]:
        """Passages in the order of their keys, from `start` on, and where to go on; None at the end."""
        ...

    def adopt(self, passages: Sequence[Indexed]) -> None:
        """Write what another index gave out."""
        ...


class Index(Searcher, Writer, Protocol):
    def close(self) -> None: ...


class Pages(Protocol):
    """Where pages that were read lie."""

    def page(self, document_id: str, number: int) -> Page: ...

    def image(self, document_id: str, number: int) -> bytes:
        """The page as JPEG."""
        ...


class PageImages(Pages, Protocol):
    """Pages with what it takes to know what their images cost."""

    def image_size(self, document_id: str, number: int) -> tuple[int, int]:
        """Width and height of a page's image in pixels."""
        ...


Content = str | Sequence[str | bytes]  # text, or texts and JPEG images
ChatMessage = tuple[str, Content]  # role and content


class Generator(Protocol):
    """A language model behind a chat endpoint."""

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        answer_tokens: int,
        mm_kwargs: Mapping[str, Any] | None = None,
    ) -> Iterator[str | Usage]:
        """The answer, piece by piece, then what it cost.

        Raises ModelUnavailable or ModelRefused.
        """
        ...


class Answerer(Protocol):
    def answer(
        self,
        question: str,
        evidence: Sequence[Evidence],
        *,
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
        history: Sequence[Turn] = (),
    ) -> Draft:
        """Make an answer from the evidence; only models go on from a history.

        `show` gets the evidence once, as the answer labels it, then `say` the answer's text as it comes.
        """
        ...


class NameOf(Protocol):
    def __call__(self, document_ids: Iterable[str]) -> dict[str, str]:
        """File names of documents."""
        ...
