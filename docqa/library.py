"""The stores of a library together, where something touches all of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from docqa.catalog import Catalog
from docqa.errors import NotInLibrary
from docqa.protocols import Index
from docqa.question import naming
from docqa.retrieval import context
from docqa.storage.files import Files, Removed
from docqa.text.visible import visible
from docqa.types import PICTURE, Document, Scope

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
    answers: int  # stored ones that were made from it


@dataclass(frozen=True, slots=True)
class Library:
    """Catalog, files and index of one library."""

    catalog: Catalog
    files: Files
    index: Index

    def register(
        self, document_id: str, *, name: str, size_bytes: int, collection: str, path: str, store: Callable[[], None]
    ) -> bool:
        """Put a document into a collection, its bytes first; returns whether it was not there yet.

        `store` puts its bytes in place, for good when it returns; it may be called more than once.
        """
        if not self.catalog.sources.of(document_id):
            self.remove_unsourced(document_id)  # what a deletion that was cut short has left of it
        store()
        known = self.catalog.document(document_id)
        losers = self.catalog.register(document_id, name=name, size_bytes=size_bytes, collection=collection, path=path)
        store()  # if it was deleted just before it was registered
        is_new = known is None or collection not in known.collections
        if known is not None and is_new:
            self._place(document_id)
        for each in losers:
            self._narrow(each)
        if known is not None and self._is_done(document_id):
            self.supersede(document_id)
        return is_new

    def supersede(self, document_id: str) -> None:
        """Let older versions lose the paths of this document, and with them perhaps a collection."""
        for loser in self.catalog.sources.supersede(document_id):
            self._narrow(loser)

    def lose_path(self, path: str, *, collection: str) -> int:
        """Let a path lead to nothing any more; returns how many documents are removed because of that."""
        removed = 0
        for document in self.catalog.documents(ids=self.catalog.sources.unlink_path(collection=collection, path=path)):
            if document.collections:  # another file has its bytes
                self._narrow(document.id)
                self._call_by_file(document)
            else:
                self.delete(document)
                removed += 1
        return removed

    def _call_by_file(self, document: Document) -> None:
        """Let a document be called by a file that it has, if that of its name is gone, as where it was moved."""
        files = [PurePath(path).name for _, path in self.catalog.sources.of(document.id)]
        names = [visible(name) or name for name in files]
        if names and document.name not in names:
            self.catalog.descriptions.rename(document.id, names[0])
            self.describe(document.id)

    def _is_done(self, document_id: str) -> bool:
        document = self.catalog.document(document_id)
        return document is not None and document.state == "done"

    def _place(self, document_id: str) -> None:
        """Let the index have a document in the collections where the catalog has it now."""
        with suppress(NotInLibrary), self.catalog.hold(document_id):
            if collections := {collection for collection, _ in self.catalog.sources.of(document_id)}:
                self.index.set_collections(document_id, sorted(collections))

    def _narrow(self, document_id: str) -> int:
        """Follow that a document may be in fewer collections now.

        Stored answers of keys that see it no more are deleted; returns how many.
        """
        self._place(document_id)
        left = {collection for collection, _ in self.catalog.sources.of(document_id)}
        blind = [key.id for key in self.catalog.keys.list() if key.collections and not left & {*key.collections}]
        return self.catalog.conversations.forget_document(document_id, owners=blind) if left else 0

    def describe(self, document_id: str) -> None:
        """Let search find a document by what is known of it now; its PDF is not read again."""
        with suppress(NotInLibrary), self.catalog.hold(document_id):
            document = self.catalog.document(document_id)
            keys = self.index.keys(Scope((document_id,)))
            if document is None or not keys:  # none if its pages are pictures
                return
            first = min(keys, key=lambda key: (key.ordinal == PICTURE, key))
            words = context.description(document, self.files.page(document_id, first.page).text)
            card = naming.card(document, name=document.name)
            self.index.describe(first, document_id, words=words, card=card)

    def correct(self, document_id: str, changes: Mapping[str, str | int | None]) -> Document:
        """Set a document's title, organisation, year or kind; None takes a correction back.

        Raises NotInLibrary if it is gone.
        """
        self.catalog.descriptions.correct(document_id, changes)
        self.describe(document_id)
        found = self.catalog.document(document_id)
        if found is None:
            raise NotInLibrary(f"Document {document_id[:12]} is not in the library any more")
        return found

    def retry(self, document_ids: Sequence[str]) -> list[Document]:
        """Let documents that failed, or whose pages did, be read again; returns those."""
        failed = [
            document
            for document in self.catalog.documents(ids=document_ids)
            if document.state == "failed" or document.pages_failed
        ]
        self.catalog.requeue(document.id for document in failed)
        return self.catalog.documents(ids=[document.id for document in failed])

    def unlock(self, document_id: str, copy: Path) -> None:
        """Keep a copy that opens without a password, and let the document be read again if it failed.

        Raises NotInLibrary.
        """
        with self.catalog.hold(document_id):
            self.files.adopt_unlocked(copy, document_id)
        self.retry([document_id])

    def delete(self, document: Document, *, collections: Sequence[str] = ()) -> Receipt:
        """Remove a document from the index, the disk, the catalog and the conversations.

        With collections it is only taken out of these, and stays where others have it. Stopped halfway, whoever reads
        documents next finishes it.
        """
        sources = self.catalog.sources.unlink(document.id, collections=collections)
        if self.catalog.sources.of(document.id):
            return Receipt(document, 0, 0, sources, 0, 0, self._narrow(document.id))
        passages, removed, answers = self.remove_unsourced(document.id)
        pages = document.pages_done + document.pages_failed
        return Receipt(document, passages, pages, sources, removed.files, removed.bytes, answers)

    def remove_unsourced(self, document_id: str) -> tuple[int, Removed, int]:
        """Remove a document that no path leads to; what is not there, or in use again, is left alone.

        Returns the passages and files that were removed, and the number of stored answers.
        """
        nothing = 0, Removed(0, 0), 0
        if self.catalog.sources.of(document_id):
            return nothing
        answers = self.catalog.conversations.forget_document(document_id)
        try:
            with self.catalog.hold(document_id) as held:
                if held.is_sourced():
                    return nothing
                passages = self.index.delete(document_id)
                removed = self.files.remove(document_id)
                held.remove()
        except NotInLibrary:
            return nothing
        answers += self.catalog.conversations.forget_document(document_id)  # given while it went
        return passages, removed, answers


def scope_of(catalog: Catalog, document_names: Sequence[str], collections: Sequence[str]) -> Scope:
    """Where to search, by the names of documents and collections; without any everywhere.

    Raises NotInLibrary for a name that no document or collection has.
    """
    check_collections(catalog, collections)
    return Scope(tuple(named(catalog, name).id for name in document_names), tuple(collections))


def check_collections(catalog: Catalog, names: Sequence[str]) -> None:
    """Raises NotInLibrary for a collection that holds nothing."""
    if names and (unknown := set(names) - set(known := catalog.sources.collections())):
        raise NotInLibrary(
            f"No collection is called {min(unknown)}: there " + (f"are {', '.join(known)}" if known else "is none yet")
        )


def named(catalog: Catalog, name: str) -> Document:
    """The document with this file name, or read from a file of that name, or whose id begins with it.

    Raises NotInLibrary if there is none, or if several fit.
    """
    fitting = catalog.called(name) or (catalog.beginning(name) if len(name) >= ID_DIGITS else [])
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise NotInLibrary(f"No document is called {name}: `docqa list` shows those there are")
    ids = ", ".join(document.id[:12] for document in fitting)
    raise NotInLibrary(f"{len(fitting)} documents are called {name}: say which by its id, {ids}")
