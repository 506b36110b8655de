"""What else reads PDFs for question answering, each behind the same two functions; and docqa behind them, too.

LlamaIndex and unstructured are used as their documentation shows, with what they do by default, but for the embedder,
which is docqa's. So they read in one process.

    python benchmarks/peers.py NAME free|real FOLDER

is what benchmarks/ingest_peers.py starts, once for each system. Nothing heavy is imported at its top, so that each pays
for its own imports only.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import processor

if TYPE_CHECKING:
    from docqa.protocols import Embedder
    from docqa.types import OCRScope, Vector

INSTALL = 'pip install -e . llama-index-readers-file llama-index-vector-stores-qdrant "unstructured[pdf]"'
PASSAGE_TOKENS = 200  # about as long as docqa's passages of 150 words
Reader = Callable[[Path], list[Any]]  # one file to LlamaIndex's documents or nodes, of one page each


@dataclass(frozen=True)
class Made:
    """What a system made of a folder."""

    files: int  # from which anything came
    pages: int  # with text
    passages: int
    words: int  # that were given to the embedder
    stages: dict[str, float] = field(default_factory=dict)  # processor seconds, where one ends before the next begins


class Counting:
    """An embedder that counts what it is given."""

    def __init__(self, embedder: "Embedder") -> None:
        self._embedder = embedder
        self.name, self.dimension = embedder.name, embedder.dimension
        self.words = self.passages = 0

    def embed_query(self, text: str) -> "Vector":
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> list["Vector"]:
        self.words += sum(len(text.split()) for text in texts)
        self.passages += len(texts)
        return self._embedder.embed_passages(texts)


def embedder(data: Path, *, is_real: bool) -> Counting:
    """The embedding model of docqa, or vectors that cost nothing."""
    from ingest_stages import Unembedded

    from docqa import build
    from docqa.settings import Settings

    return Counting(build.embedder(Settings(data=data)) if is_real else Unembedded())


def docqa(paths: Sequence[Path], data: Path, embedder: Counting, ocr: "OCRScope") -> Made:
    """Ingest with the default settings but for OCR."""
    from ingest_stages import Unwatched

    from docqa import build
    from docqa.settings import Settings
    from docqa.types import Scope
    from ingest.pipeline import Pipeline
    from ingest.reading import ReadingOptions
    from ingest.sandbox import Sandbox

    settings = Settings(data=data)
    limits = settings.ingest
    sandbox = Sandbox(workers=limits.workers, timeout_s=limits.page_timeout_s, memory_limit_mb=limits.memory_limit_mb)
    try:
        with build.library(settings, embedder, purpose="benchmark") as library:
            options, words = ReadingOptions(ocr=ocr), limits.passage_words
            pipeline = Pipeline(library, embedder, sandbox, options=options, passage_words=words)
            pipeline.ingest(list(paths), collection="default", progress=Unwatched())
            pages = {(key.document, key.page) for key in library.index.keys(Scope())}
            files = sum(document.state == "done" for document in library.catalog.documents())
            return Made(files, len(pages), embedder.passages, embedder.words)
    finally:
        sandbox.close()


def llama_index(
    paths: Sequence[Path],
    data: Path,
    embedder: Counting,
    reader: Any,  # noqa: ANN401  LlamaIndex's BaseReader
    passage_tokens: int | None,
) -> Made:
    """SimpleDirectoryReader, SentenceSplitter, embedder, QdrantVectorStore."""
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.node_parser import SentenceSplitter

    stages: dict[str, float] = {}
    folder = SimpleDirectoryReader(input_files=list(paths), file_extractor={".pdf": reader})
    documents = _timed(stages, "read", lambda: folder.load_data())
    splitter = SentenceSplitter(chunk_size=passage_tokens, chunk_overlap=20) if passage_tokens else SentenceSplitter()
    nodes = _timed(stages, "split", lambda: splitter.get_nodes_from_documents(documents))
    return _stored(documents, nodes, data, embedder, stages)


def unstructured(paths: Sequence[Path], data: Path, embedder: Counting) -> Made:
    """partition_pdf with its fast strategy, chunk_by_title, embedder, QdrantVectorStore."""
    stages: dict[str, float] = {}
    read = unstructured_reader()

    def read_all() -> list[Any]:
        nodes = []
        for path in paths:
            try:
                nodes += read(path)
            except (
                Exception
            ) as error:  # whatever a file is the cause of: the others go on, as with SimpleDirectoryReader
                print(f"{path.name}: {error}"[:200])
        return nodes

    nodes = _timed(stages, "read and split", read_all)
    return _stored(nodes, nodes, data, embedder, stages)


def pypdf_reader() -> Any:  # noqa: ANN401  of LlamaIndex
    """What SimpleDirectoryReader takes for PDFs unless told otherwise."""
    from llama_index.readers.file import PDFReader

    return PDFReader()


def pymupdf_reader() -> Any:  # noqa: ANN401  of LlamaIndex
    """The faster one."""
    from llama_index.readers.file import PyMuPDFReader

    return PyMuPDFReader()


def unstructured_reader() -> Reader:
    """Passages of a PDF.

    Raises RuntimeError if the spaCy model is missing, without which unstructured finds nothing in any PDF, silently.
    """
    from llama_index.core.schema import TextNode
    from unstructured.chunking.title import chunk_by_title
    from unstructured.nlp.tokenize import sent_tokenize
    from unstructured.partition.pdf import partition_pdf

    sent_tokenize("It loads its model.")

    def read(path: Path) -> list[TextNode]:
        chunks = chunk_by_title(partition_pdf(str(path), strategy="fast"))
        return [
            TextNode(text=chunk.text, metadata={"file_name": path.name, "source": str(chunk.metadata.page_number)})
            for chunk in chunks
        ]

    return read


def has_text(documents: Sequence[Any]) -> int:
    """Of how many pages of a file there is text."""
    return len({_page(document) for document in documents if document.text.strip()})


def _stored(pages: Sequence[Any], nodes: list[Any], data: Path, embedder: Counting, stages: dict[str, float]) -> Made:
    from llama_index.vector_stores.qdrant import QdrantVectorStore
    from qdrant_client import QdrantClient

    nodes = _timed(stages, "embed", lambda: _wrapped(embedder)(nodes))
    client = QdrantClient(path=str(data / "qdrant"))
    store = QdrantVectorStore(collection_name="pages", client=client)
    _timed(stages, "store", lambda: store.add(nodes))
    client.close()
    files = Counter(document.metadata["file_name"] for document in pages)
    return Made(len(files), has_text(pages), len(nodes), embedder.words, stages)


def _page(document: Any) -> tuple[str, str]:  # noqa: ANN401  LlamaIndex's Document or TextNode
    facts = document.metadata
    return facts.get("file_name", ""), facts.get("source") or document.node_id  # pypdf's have their label only


def _wrapped(embedder: Counting) -> Any:  # noqa: ANN401  LlamaIndex's BaseEmbedding
    from llama_index.core.embeddings import BaseEmbedding

    class Embedding(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> "Vector":
            return embedder.embed_query(query)

        async def _aget_query_embedding(self, query: str) -> "Vector":
            return embedder.embed_query(query)

        def _get_text_embedding(self, text: str) -> "Vector":
            return embedder.embed_passages([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list["Vector"]:
            return embedder.embed_passages(texts)

    return Embedding(embed_batch_size=64)


def _timed(stages: dict[str, float], stage: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401  what work gives
    start, clock = processor.seconds(), time.perf_counter()
    made = work()
    stages[stage] = processor.seconds() - start
    stages[f"{stage}, wall"] = time.perf_counter() - clock
    return made


SYSTEMS: dict[str, Callable[[Sequence[Path], Path, Counting], Made]] = {
    "docqa without OCR": lambda paths, data, embedder: docqa(paths, data, embedder, "off"),
    "docqa": lambda paths, data, embedder: docqa(paths, data, embedder, "scans"),
    "LlamaIndex, pypdf": lambda paths, data, embedder: llama_index(paths, data, embedder, pypdf_reader(), None),
    "LlamaIndex, PyMuPDF": lambda paths, data, embedder: llama_index(paths, data, embedder, pymupdf_reader(), None),
    f"LlamaIndex, PyMuPDF, passages of {PASSAGE_TOKENS} tokens": lambda paths, data, embedder: llama_index(
        paths, data, embedder, pymupdf_reader(), PASSAGE_TOKENS
    ),
    "unstructured, fast": unstructured,
}


def main() -> None:
    """Read a folder, print what came of it as JSON on the last line."""
    from ingest.discover import discover

    name, kind, folder = sys.argv[1:]
    print("\n" + json.dumps(_made(name, kind, discover([folder]))))


def _made(name: str, kind: str, paths: Sequence[Path]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as data:
        made = SYSTEMS[name](paths, Path(data), embedder(Path(data), is_real=kind == "real"))
        return {"made": asdict(made), "cpu_s": processor.seconds()}


if __name__ == "__main__":
    main()
