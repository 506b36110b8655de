"""The stores of a library together, where something touches all of them."""

from dataclasses import dataclass
from pathlib import Path

from docqa.catalog import Catalog
from docqa.errors import NotInLibrary
from docqa.files import Files
from docqa.protocols import Index
from docqa.types import Document

ID_DIGITS = 5  # of an id, at least, to name a document by


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a deletion removed."""

    document: Document
    passages: int
    pages: int
    sources: int  # places it had come from
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Library:
    """Catalog, files and index of one library."""

    catalog: Catalog
    files: Files
    index: Index

    def delete(self, document: Document) -> Receipt:
        """Remove a document from the index, the disk and the catalog; stopped halfway, the next ingest finishes it."""
        sources = len(self.catalog.sources(document.id))
        self.catalog.unlink(document.id)
        passages = self.index.delete(document.id)
        removed = self.files.remove(document.id)
        self.catalog.remove(document.id)
        return Receipt(
            document, passages, document.pages_done + document.pages_failed, sources, removed.files, removed.bytes
        )


def named(catalog: Catalog, name: str) -> Document:
    """The document with this file name, or read from a file of that name, or whose id begins with it.

    Raises NotInLibrary if there is none, or if several fit.
    """
    documents = catalog.documents()
    fitting = [document for document in documents if document.name == name]
    if not fitting:
        fitting = [
            document
            for document in documents
            if any(Path(path).name == name for _, path in catalog.sources(document.id))
        ]
    if not fitting and len(name) >= ID_DIGITS:
        fitting = [document for document in documents if document.id.startswith(name.lower())]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise NotInLibrary(f"No document is called {name}: `docqa list` shows those there are")
    ids = ", ".join(document.id[:12] for document in fitting)
    raise NotInLibrary(f"{len(fitting)} documents are called {name}: say which by its id, {ids}")
