"""The loop that reads what is queued, for as long as it runs."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from docqa.catalog import Catalog
from docqa.errors import DocQAError, LibraryFull, ServiceUnavailable
from ingest.pipeline import Pipeline

POLL_S = 0.5  # for documents that are queued
BEAT_S = 5.0  # between two notes that the worker is there
RETRY_S = (1.0, 2.0, 5.0, 15.0)  # after a service did not answer or there was no room; the last again and again

logger = logging.getLogger(__name__)


class _Unwatched:
    """Progress is in the catalog; nobody watches it here."""

    def register(self, files: int, of: int) -> None: ...

    def begin(self, pages: int) -> None: ...

    def page(self, document: str) -> None: ...

    def images(self, tried: int, of: int) -> None: ...


UNWATCHED = _Unwatched()


def work(pipeline: Pipeline, catalog: Catalog, stopping: threading.Event) -> None:
    """Read documents as they are queued until `stopping` is set; the page in hand is finished first.

    While the index or the catalog does not answer, or the disk is full, it waits and tries again.
    """
    failures = 0
    with _beating(catalog, stopping):
        while not stopping.is_set():
            try:
                pipeline.read_unfinished(UNWATCHED, stopping=stopping.is_set)
                if failures:
                    logger.info("What waited is read: all services answer again, or there is room again")
                failures = 0
                stopping.wait(POLL_S)
            except (LibraryFull, ServiceUnavailable) as error:
                logger.warning("%s", error)
                stopping.wait(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1


@contextmanager
def _beating(catalog: Catalog, stopping: threading.Event) -> Iterator[None]:
    """Note from time to time that the worker is there, whatever page it is at."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.is_set():
            try:
                catalog.reading.worker_is_there()
            except DocQAError as error:
                logger.warning("%s", error)
            ended.wait(BEAT_S)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=BEAT_S)
