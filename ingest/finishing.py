"""What becomes of a document once every page of it was tried."""

import logging
from contextlib import suppress
from itertools import islice

from docqa.catalog.held import Held
from docqa.errors import NotInLibrary
from docqa.library import Library
from docqa.types import Document, DocumentState

logger = logging.getLogger(__name__)

NO_TEXT = "no page has text that could be read: only their images are kept"


def finish(library: Library, document: Document, pages: int) -> None:
    """Once every page was tried a document is done, and replaces its older versions; unless none could be read."""
    outcome = None
    with suppress(NotInLibrary), library.catalog.hold(document.id) as held:
        outcome = _outcome(held, document, pages)
    if outcome is None:
        return
    state, error = outcome
    if state == "done":
        library.supersede(document.id)  # first: what is done is not looked at again after a crash
    with suppress(NotInLibrary), library.catalog.hold(document.id) as held:
        if _outcome(held, document, pages) == outcome:
            held.set_state(state, error=error)
            logger.info("%s: %s, pages: %d", document.id[:12], state, pages)


def _outcome(held: Held, document: Document, pages: int) -> tuple[DocumentState, str] | None:
    """State and error of a document whose pages were all tried; None if some were not, or it is another one by now."""
    tried = held.outcomes()
    if len(tried) < pages or not held.is_since(document.added_at):
        return None
    errors = {number: error for number, (_, error) in tried.items() if error}
    if len(errors) == len(tried):
        return "failed", _summary(errors)
    textless = not errors and all(source == "none" for source, _ in tried.values())
    return "done", NO_TEXT if textless else _summary(errors)


def _summary(errors: dict[int, str]) -> str:
    """Which pages failed and why, the first three named."""
    named = "; ".join(f"page {number}: {error}" for number, error in islice(errors.items(), 3))
    return f"{named}; and {len(errors) - 3} more pages" if len(errors) > 3 else named
