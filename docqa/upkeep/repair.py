"""Where catalog, files and index disagree, and how they come to agree again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docqa.errors import LibraryDamaged, NotInLibrary
from docqa.library import Library
from docqa.types import PREFIX, Document, PassageKey, Scope


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it should be."""

    document_id: str  # or the first digits of it, if only the index knows it
    found: str
    document: str = ""  # file name; empty if the catalog does not know it
    pages: tuple[int, ...] = ()  # that must be read again
    passages: tuple[PassageKey, ...] = ()  # that should not be there
    files: bool = False  # that belong to no document
    collections: bool = False  # that the index has wrong
    original: bool = False  # is gone: only a new upload helps

    @property
    def remedy(self) -> str:
        """What a repair does about it."""
        if self.original:
            return "marked as failed: add the PDF again"
        return f"{len(self.pages)} pages queued to be read again" if self.pages else "removed or set right"


def examine(library: Library) -> list[Damage]:
    """Everything that is wrong with a library; what is being read meanwhile may seem so, but is not repaired."""
    documents = {document.id: document for document in library.catalog.documents()}
    by_document: dict[str, list[PassageKey]] = {}
    for key in library.index.keys(Scope()):
        by_document.setdefault(key.document, []).append(key)
    known = {document_id[:PREFIX] for document_id in documents}
    strangers = [
        Damage(prefix, f"{len(keys)} passages in the index", passages=tuple(keys))
        for prefix, keys in by_document.items()
        if prefix not in known
    ]
    left = [
        Damage(document_id, "files on the disk", files=True)
        for document_id in library.files.document_ids()
        if document_id not in documents
    ]
    of_documents = [
        damage
        for document in documents.values()
        for damage in _of_document(library, document, by_document.get(document.id[:PREFIX], []))
    ]
    return [*strangers, *left, *of_documents]


def repair(library: Library, damages: Sequence[Damage]) -> None:
    """Remove what belongs to nothing and let the rest be read again. Each is looked at once more, with others kept out.

    Repeating it does no harm. Whoever reads documents has to run afterwards.
    """
    for damage in damages:
        try:
            _repair_known(library, damage.document_id)
        except NotInLibrary:
            if damage.passages:
                library.index.remove(damage.passages)
            if damage.files:
                library.files.remove(damage.document_id)


def _repair_known(library: Library, document_id: str) -> None:
    with library.catalog.hold(document_id) as held:
        [document] = library.catalog.documents(ids=[document_id])
        found = list(_of_document(library, document, library.index.keys(Scope((document_id,)))))
        for damage in found:
            library.index.remove(damage.passages)
        if any(damage.collections for damage in found):
            library.index.set_collections(document_id, document.collections)
        if pages := [page for damage in found for page in damage.pages]:
            held.forget_pages(pages)
    if any(damage.original for damage in found):
        library.catalog.set_state(document_id, "failed", error="its PDF is gone: add it again")


def _of_document(library: Library, document: Document, keys: Sequence[PassageKey]) -> Iterator[Damage]:
    outcomes = library.catalog.page_outcomes(document.id)
    read = {number for number, (_, error) in outcomes.items() if not error}
    passages = Counter(key.page for key in keys)
    if strays := tuple(key for key in keys if key.page not in read):
        yield Damage(document.id, f"passages of {_pages(strays)} that were not read", document.name, passages=strays)
    lost = {number for number in read if not _is_whole(library, document.id, number)}
    if lost:
        yield Damage(document.id, f"files of {len(lost)} pages are gone", document.name, pages=tuple(sorted(lost)))
    unindexed = tuple(sorted(n for n in read - lost if not passages[n] and _has_text(library, document.id, n)))
    if unindexed:
        yield Damage(document.id, f"{len(unindexed)} pages are not in the index", document.name, pages=unindexed)
    if not library.files.has_original(document.id):
        yield Damage(document.id, "its PDF is gone", document.name, original=True)
    if document.state == "done" and len(outcomes) < max(document.pages, 1):
        missing = tuple(number for number in range(1, document.pages + 1) if number not in outcomes)
        yield Damage(
            document.id, "it counts as read, but not all of its pages were", document.name, pages=missing or (1,)
        )
    if not _is_placed(library, document, len(keys)):
        yield Damage(document.id, "the index has it in other collections", document.name, collections=True)


def _is_whole(library: Library, document_id: str, number: int) -> bool:
    """Whether a page's image is there and what was read on it can be opened."""
    try:
        library.files.page(document_id, number)
    except (LibraryDamaged, NotInLibrary):
        return False
    return library.files.is_stored(document_id, number)


def _is_placed(library: Library, document: Document, passages: int) -> bool:
    """Whether the index has all of its passages in its collections, and none in another one."""
    others = tuple(name for name in library.catalog.sources.collections() if name not in document.collections)
    if others and library.index.count(Scope((document.id,), others)):
        return False
    return all(library.index.count(Scope((document.id,), (name,))) == passages for name in document.collections)


def _has_text(library: Library, document_id: str, number: int) -> bool:
    return bool(library.files.page(document_id, number).text.strip())


def _pages(keys: Sequence[PassageKey]) -> str:
    count = len({key.page for key in keys})
    return f"{count} page{'s' if count > 1 else ''}"
