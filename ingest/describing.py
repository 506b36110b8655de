"""What is known of a document, recorded where it is looked for: in the catalog and in the index."""

from collections.abc import Sequence
from contextlib import suppress

from docqa.errors import LibraryDamaged, NotInLibrary
from docqa.library import Library
from docqa.types import Document, Page
from ingest import facts
from ingest.facts import FIRST_PAGES, Metadata


def record(library: Library, document_id: str, metadata: Metadata, pages: Sequence[Page]) -> Document:
    """Record what a document says of itself on its first pages; returns it as it is known now.

    Raises NotInLibrary if it is gone.
    """
    library.catalog.descriptions.record(document_id, facts.read(metadata, pages))
    found = library.catalog.document(document_id)
    if found is None:
        raise NotInLibrary(f"Document {document_id[:12]} is not in the library any more")
    return found


def describe(library: Library, document_id: str, metadata: Metadata) -> None:
    """Record what a document says of itself, from the first of its pages that were read; search uses it at once."""
    outcomes = library.catalog.page_outcomes(document_id)
    read = [number for number, (_, error) in outcomes.items() if not error][:FIRST_PAGES]
    pages = []
    for number in read:
        with suppress(LibraryDamaged, NotInLibrary):
            pages.append(library.files.page(document_id, number))
    with suppress(NotInLibrary):
        record(library, document_id, metadata, pages)
        library.describe(document_id)
