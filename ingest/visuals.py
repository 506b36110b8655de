"""Images of pages embedded, where a model for that is set.

The catalog knows which pages the model has not seen. So this goes on where it was stopped, and catches up with what was
read before the model was set.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import groupby
from typing import NamedTuple

from docqa.catalog.visuals import OTHER_MODEL
from docqa.errors import DocQAError, LibraryDamaged, NotInLibrary, RequestRefused
from docqa.library import Library
from docqa.protocols import Entry, VisualEmbedder
from docqa.retrieval import context
from docqa.types import PICTURE, Document, Passage, PassageKey, Vector
from ingest.intake import Progress

PAGES_AT_ONCE = 32  # recorded together
LOOK_S = 1.0  # between two looks for pages that were read meanwhile
RETRY_S = 15.0  # after the model did not work

logger = logging.getLogger(__name__)


class _Seen(NamedTuple):
    """A page that was given to the model."""

    document_id: str
    number: int
    vector: Vector | None  # None if its image cannot be read or was refused


@contextmanager
def kept_up(library: Library, embedder: VisualEmbedder | None, progress: Progress) -> Iterator[None]:
    """Embed images in a thread, as pages are read, until the block ends.

    If the model does not work, that is logged and tried again.
    """
    ended = threading.Event()

    def keep_up(embedder: VisualEmbedder) -> None:
        while not ended.is_set():
            wait_s = LOOK_S
            try:
                embed_missing(library, embedder, progress=progress, stopping=ended.is_set)
            except DocQAError as error:
                logger.warning("Page images are not embedded: %s", error)
                wait_s = RETRY_S
            ended.wait(wait_s)

    if embedder is None:
        yield
        return
    thread = threading.Thread(target=keep_up, args=(embedder,), name="visual")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def embed_missing(
    library: Library,
    embedder: VisualEmbedder,
    *,
    progress: Progress,
    document_ids: Sequence[str] = (),
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Embed the images of pages that were read and not tried, of all documents or of these; or until `stopping`.

    Raises ModelUnavailable, or ModelRefused if the model does not work at all; what it refuses of single pages is
    recorded. Raises LibraryMismatch if another model has seen pages of this library.
    """
    visuals = library.catalog.visuals
    if not visuals.missing(1, document_ids):
        return
    library.catalog.require("visual", embedder.name, OTHER_MODEL)
    embedder.embed_question("Does it work?")
    untried, tried = visuals.untried(document_ids), 0
    with ThreadPoolExecutor(embedder.concurrency, thread_name_prefix="visual") as pool:
        while not stopping() and (pages := visuals.missing(PAGES_AT_ONCE, document_ids)):
            seen = list(pool.map(partial(_see, library, embedder, stopping), pages))
            if stopping():  # then not all of them were tried
                return
            for document_id, mine in groupby(seen, key=lambda page: page.document_id):
                _store(library, document_id, list(mine))
            tried += len(pages)
            progress.images(tried, max(tried, untried))


def _see(library: Library, embedder: VisualEmbedder, stopping: Callable[[], bool], page: tuple[str, int]) -> _Seen:
    if stopping():
        return _Seen(*page, None)
    try:
        return _Seen(*page, embedder.embed_page(library.files.image(*page)))
    except (LibraryDamaged, NotInLibrary, RequestRefused) as error:
        logger.warning("Page %d of document %s is not found by its image: %s", page[1], page[0][:12], error)
        return _Seen(*page, None)


def _store(library: Library, document_id: str, pages: Sequence[_Seen]) -> None:
    """Let pages of a document be found by their images, and record which are and which are not."""
    pictures: dict[PassageKey, Entry] = {}
    with suppress(NotInLibrary), library.catalog.hold(document_id) as held:
        document = library.catalog.document(document_id)
        assert document is not None, "it is held"
        vectors = {PassageKey.of(document_id, page.number, 0): page.vector for page in pages if page.vector}
        with_text = library.index.passages(list(vectors)).keys()
        library.index.remove([key._replace(ordinal=PICTURE) for key in with_text])
        for key in vectors.keys() - with_text:
            pictures |= _picture(library, document, key.page)
        library.index.upsert(list(pictures.values()))
        places = [*with_text, *pictures]
        library.index.set_visual({key: vectors[key._replace(ordinal=0)] for key in places})
        found = {key.page for key in places}
        for embedded in (True, False):
            held.record_visual((page.number for page in pages if (page.number in found) is embedded), embedded=embedded)
    if pictures and not with_text:
        library.describe(document_id)  # it may have had no passage to be named by


def _picture(library: Library, document: Document, number: int) -> dict[PassageKey, Entry]:
    """What stands for a page without text, by its key; nothing if the page cannot be read."""
    try:
        page = library.files.page(document.id, number)
    except (LibraryDamaged, NotInLibrary):
        return {}
    name = context.label(document.name, document.title, organisation=document.organisation, year=document.year)
    passage = Passage(document.id, number, PICTURE, 0, "", (name,), (), page.printed, drawn=page.drawn)
    entry = Entry(passage, document.collections, vector=None, words="", page_words="", document_words="")
    return {passage.key: entry}
