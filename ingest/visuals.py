"""Images of pages embedded beside the reading, where a model for that is set.

The catalog knows which pages the model has not seen. So this goes on where it was stopped, and catches up with what was
read before the model was set.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import itemgetter

from docqa import context
from docqa.errors import LibraryDamaged, ModelRefused, ModelUnavailable, NotInLibrary
from docqa.library import Library
from docqa.protocols import Entry, VisualEmbedder
from docqa.types import PICTURE, Document, Passage, PassageKey, Vector
from ingest.intake import Progress

PAGES_AT_ONCE = 32  # recorded together
LOOK_S = 1.0  # between two looks for pages that were read meanwhile

logger = logging.getLogger(__name__)


@contextmanager
def embedded_beside(
    library: Library, embedder: VisualEmbedder | None, *, progress: Progress, stopping: Callable[[], bool]
) -> Iterator[None]:
    """Embed the images of pages in a thread while the block reads them, and the rest at its end; or until `stopping`.

    Raises ModelUnavailable at the end of the block if the model does not answer, or refused every page.
    """
    if embedder is None:
        yield
        return
    over, abandoned = threading.Event(), threading.Event()
    images = _Images(library, embedder, progress, stopping=lambda: stopping() or abandoned.is_set())

    def keep_up() -> None:
        while not over.is_set():
            images.embed_missing()
            over.wait(LOOK_S)
        images.embed_missing()

    with ThreadPoolExecutor(1, thread_name_prefix="visual") as thread:
        embedding = thread.submit(keep_up)
        try:
            yield
            over.set()
            embedding.result()
        finally:
            abandoned.set()
            over.set()


class _Images:
    """The images of a library and the model that is to see them."""

    def __init__(
        self, library: Library, embedder: VisualEmbedder, progress: Progress, *, stopping: Callable[[], bool]
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._progress = progress
        self._stopping = stopping
        self._tried = 0
        self._embedded = 0
        self._refusal: ModelRefused | None = None  # the last one

    def embed_missing(self) -> None:
        """Embed the images of all pages that were read and not tried."""
        missing = self._library.catalog.visuals.missing
        with ThreadPoolExecutor(self._embedder.concurrency, thread_name_prefix="visual") as pool:
            while not self._stopping() and (pages := missing(PAGES_AT_ONCE)):
                vectors = dict(zip(pages, pool.map(self._vector, pages), strict=True))
                if self._stopping():  # then not all of them were tried
                    return
                self._tried += len(pages)
                self._embedded += sum(vector is not None for vector in vectors.values())
                if self._refusal and not self._embedded:  # it is not the pages
                    raise ModelUnavailable(f"No page image was embedded. {self._refusal}") from self._refusal
                for document_id, mine in groupby(pages, key=itemgetter(0)):
                    with suppress(NotInLibrary):
                        _store(self._library, document_id, {page[1]: vectors[page] for page in mine})
                left = self._library.catalog.visuals.counts().untried
                self._progress.images(self._tried, self._tried + left)

    def _vector(self, page: tuple[str, int]) -> Vector | None:
        """The vector of a page; None if there is no image, or the model refuses it, or it is time to stop."""
        if self._stopping():
            return None
        try:
            return self._embedder.embed_page(self._library.files.image(*page))
        except (LibraryDamaged, NotInLibrary):
            return None
        except ModelRefused as error:
            self._refusal = error
            logger.warning("Page %d of document %s is not found by its image: %s", page[1], page[0][:12], error)
            return None


def _store(library: Library, document_id: str, vectors: dict[int, Vector | None]) -> None:
    """Let pages be found by their images, and record that; None stands for a page that was refused."""
    pictures: list[Entry] = []
    with library.catalog.hold(document_id) as held:
        document = library.catalog.document(document_id)
        if document is None:
            return
        numbers = [number for number, vector in vectors.items() if vector is not None]
        firsts = [PassageKey(document_id[:15], number, 0) for number in numbers]
        with_text = {key.page for key in library.index.passages(firsts)}
        library.index.remove([key._replace(ordinal=PICTURE) for key in firsts if key.page in with_text])
        pictures = [_picture(library, document, each) for each in numbers if each not in with_text]
        library.index.upsert(pictures)
        keys = [key if key.page in with_text else key._replace(ordinal=PICTURE) for key in firsts]
        library.index.set_visual({key: vector for key in keys if (vector := vectors[key.page])})
        for embedded in (True, False):
            tried = [number for number, vector in vectors.items() if (vector is not None) is embedded]
            held.record_visual(tried, embedded=embedded)
    if pictures:
        library.describe(document_id)  # it may have had no passage to be named by


def _picture(library: Library, document: Document, number: int) -> Entry:
    """What stands for a page without text."""
    name = context.label(document.name, document.title, organisation=document.organisation, year=document.year)
    printed = library.files.page(document.id, number).printed
    passage = Passage(document.id, number, PICTURE, 0, "", (name,), (), printed)
    return Entry(passage, document.collections, vector=None, words="", page_words="", document_words="")
