"""Uploads that came in whole, into the library."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from docqa import wire
from docqa.api.access import Access
from docqa.api.bodies import LONGEST_PASSWORD
from docqa.api.context import Context
from docqa.api.multipart import Upload
from docqa.errors import DocumentError, UsageError


def kept(
    sent_files: Sequence[Upload], collection: str, password: str | None, caller: Access, shared: Context
) -> list[dict[str, Any]]:
    """Register uploads once every one that needs the password is known to open with it."""
    if password is not None and not 0 < len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"password: 1 to {LONGEST_PASSWORD} characters are expected")
    with ExitStack() as stack:
        copies = [stack.enter_context(_unlocked(each, password, shared)) for each in sent_files]
        return [
            _registered(each, copy, collection, caller, shared) for each, copy in zip(sent_files, copies, strict=True)
        ]


@contextmanager
def _unlocked(upload: Upload, password: str | None, shared: Context) -> Iterator[Path | None]:
    if password is None:
        yield None
        return
    with ExitStack() as stack:
        try:
            copy = stack.enter_context(shared.unlocker.copy(upload.staged, password))
        except DocumentError as error:
            raise type(error)(f"{upload.name}: {error}. Nothing of this upload was kept") from error
        yield copy


def _registered(upload: Upload, copy: Path | None, collection: str, caller: Access, shared: Context) -> dict[str, Any]:
    library = caller.library

    def store() -> None:
        library.files.adopt_original(upload.staged, upload.document_id)
        if copy:
            library.files.adopt_unlocked(copy, upload.document_id)

    new = library.register(
        upload.document_id,
        name=upload.name,
        size_bytes=upload.size_bytes,
        collection=collection,
        path=upload.path,
        store=store,
    )
    if copy:
        library.retry([upload.document_id])
    shared.metrics.uploaded(upload.size_bytes)
    found = caller.document(upload.document_id)
    return wire.document(found) | {"new": new, "status_url": f"/v1/documents/{found.id}"}
