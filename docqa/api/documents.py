"""Documents: upload, list, look at, read again, delete."""

import re
from dataclasses import asdict
from functools import partial
from pathlib import Path as PDFPath
from typing import Annotated, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from docqa import wire
from docqa.api import names, shapes, uploads
from docqa.api.access import Access, Caller
from docqa.api.bodies import COLLECTION, EXPECTED, FactsBody, RetryBody, UnlockBody
from docqa.api.context import Shared
from docqa.api.documentation import NOT_MODIFIED, PART_OF_PDF, PDF, UPLOAD, problem_responses
from docqa.api.registration import kept
from docqa.api.sending import Known, is_known, sent
from docqa.errors import NotInLibrary, UsageError
from docqa.types import Collection, Document, DocumentState

DEFAULT_COLLECTION = "default"

router = APIRouter(prefix="/v1", tags=["documents"])

DocumentId = Annotated[str, Path(description="sha256 of the PDF's bytes, hex", max_length=200)]


@router.post(
    "/documents",
    summary="Upload PDFs",
    status_code=202,
    response_model=shapes.Uploaded,
    responses=problem_responses(413, 415, 422, 507)
    | {200: {"model": shapes.Uploaded, "description": "All were there already"}},
    openapi_extra=UPLOAD,
)
async def upload(request: Request, caller: Caller, shared: Shared) -> Response:
    """Store PDFs in a collection and queue them to be read; what is answered is on the disk for good.

    The same bytes again are the same document; other bytes under the same name are its next version. A password is
    tried on the files that need one; if it opens not all of them, nothing of the upload is kept.
    """
    limit_mb = shared.service.settings.api.max_upload_mb
    async with uploads.received(request, shared.staging, limit_mb=limit_mb) as form:
        collection = DEFAULT_COLLECTION if form.collection is None else form.collection
        if not re.fullmatch(COLLECTION, collection):
            raise UsageError(f"collection: {EXPECTED[COLLECTION]} expected")
        caller.require_collection(collection)
        documents = await run_sync(partial(kept, form.uploads, collection, form.password, caller, shared))
    status = 202 if any(each["new"] for each in documents) else 200
    return sent({"documents": documents}, status)


@router.get(
    "/documents",
    summary="List documents",
    response_model=shapes.Documents,
    responses=problem_responses(404, 422),
)
def documents(
    caller: Caller,
    collection: Annotated[str | None, Query(max_length=200)] = None,
    state: DocumentState | None = None,
    q: Annotated[str, Query(max_length=200, description="part of the name or the title")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1 << 31)] = 0,
) -> Response:
    """List documents in the order they came."""
    found, total = caller.listed(collection=collection, state=state, q=q, limit=limit, offset=offset)
    return sent(wire.documents(found) | {"total": total})


@router.get(
    "/documents/{document_id}",
    summary="Look at a document",
    response_model=shapes.DocumentDetail,
    responses=problem_responses(404, 422),
)
def document(document_id: DocumentId, caller: Caller) -> Response:
    """Show a document, where it came from and how far each page is."""
    found = caller.document(document_id)
    rate, eta_s = _progress(found, caller)
    sources = [{"collection": collection, "path": path} for collection, path in caller.sources(found)]
    pages = {"page_states": _page_states(found, caller), "pages_per_minute": rate, "eta_s": eta_s}
    outline = list(caller.library.catalog.descriptions.outline(found.id))
    return sent(wire.document(found) | {"outline": outline, "sources": sources} | pages)


@router.patch(
    "/documents/{document_id}",
    summary="Correct what is known of a document",
    response_model=shapes.Document,
    responses=problem_responses(403, 404, 413, 415, 422),
)
def describe(document_id: DocumentId, body: FactsBody, caller: Caller) -> Response:
    """Set a document's title, organisation, year or kind; search uses it at once, and a new version keeps it.

    What is not named stays; null takes a correction back.
    """
    found = caller.document(document_id)
    caller.require_only(found)
    caller.library.correct(found.id, {field: getattr(body, field) for field in body.model_fields_set})
    return sent(wire.document(caller.document(found.id)))


@router.get(
    "/documents/{document_id}/file",
    summary="Download the PDF",
    response_class=FileResponse,
    responses=problem_responses(404, 422) | {200: PDF, 206: PART_OF_PDF, 304: NOT_MODIFIED},
)
def file(document_id: DocumentId, caller: Caller, known: Known = None) -> Response:
    """Send the PDF as it came, or the bytes of it that a Range header asks for."""
    found = caller.document(document_id)
    path = _original(found, caller)
    tag = f'"{found.id}"'  # the same bytes are the same document
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_known(tag, known):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = names.disposition(found.name)
    return FileResponse(path, media_type="application/pdf", headers=headers)


@router.delete(
    "/documents/{document_id}",
    summary="Delete a document",
    response_model=shapes.Receipt,
    responses=problem_responses(404, 422),
)
def delete(document_id: DocumentId, caller: Caller) -> Response:
    """Remove a document everywhere: index, pages, file, catalog, and answers that were made from it.

    A key that is limited to collections takes it out of these; it is removed when no other has it.
    """
    receipt = caller.library.delete(caller.document(document_id), collections=caller.collections)
    return sent(wire.receipt(receipt))


@router.post(
    "/documents/{document_id}/retry",
    summary="Read a document's failed pages again",
    status_code=202,
    response_model=shapes.Document,
    responses=problem_responses(404, 413, 415, 422),
)
def retry(document_id: DocumentId, caller: Caller, shared: Shared, body: UnlockBody | None = None) -> Response:
    """Queue a document that failed, or whose pages did; one that did not is left as it is.

    If it needs a password, this is where to give it: a wrong one is refused, and changes nothing.
    """
    found = caller.document(document_id)
    if body and body.password:
        with shared.unlocker.copy(_original(found, caller), body.password.get_secret_value()) as copy:
            if copy:
                caller.library.unlock(found.id, copy)
    caller.library.retry([found.id])
    return sent(wire.document(caller.document(document_id)), 202)


@router.post(
    "/retry",
    summary="Read all failed pages again",
    status_code=202,
    response_model=shapes.RetriedDocuments,
    responses=problem_responses(404, 413, 415, 422),
)
def retry_all(body: RetryBody, caller: Caller) -> Response:
    """Queue every document that failed, or whose pages did."""
    found = caller.documents(collection=body.collection)
    ids = [document.id for document in found if document.state == "failed" or document.pages_failed]
    again = {document.id for document in caller.library.retry(ids)}
    return sent(wire.documents([each for each in caller.documents() if each.id in again]), 202)


@router.get(
    "/collections",
    summary="List collections",
    response_model=shapes.Collections,
    responses=problem_responses(),
)
def collections(caller: Caller) -> Response:
    """List collections with what they hold."""
    empty = {name: Collection(name, documents=0, pages=0, size_bytes=0) for name in caller.collections}
    there = {each.name: each for each in caller.library.catalog.sources.holdings(collections=caller.collections)}
    return sent({"collections": [asdict(each) for _, each in sorted((empty | there).items())]})


def _original(document: Document, caller: Access) -> PDFPath:
    files = caller.library.files
    if not files.has_original(document.id):
        raise NotInLibrary(f"The file of document {document.id[:12]} is gone: upload it again, or run docqa doctor")
    return files.original(document.id)


def _page_states(document: Document, caller: Access) -> list[dict[str, Any]]:
    outcomes = caller.library.catalog.page_outcomes(document.id)
    return [_page_state(number, outcomes.get(number)) for number in range(1, document.pages + 1)]


def _page_state(number: int, outcome: tuple[str, str] | None) -> dict[str, Any]:
    source, error = outcome or ("", "")
    state: Literal["queued", "failed", "done"] = "queued" if outcome is None else "failed" if error else "done"
    return {"page": number, "state": state, "source": source or None, "error": error}


def _progress(document: Document, caller: Access) -> tuple[float | None, float | None]:
    """Pages that are read in a minute, and seconds until this document is read; None if nobody can tell."""
    catalog = caller.library.catalog
    rate = catalog.reading.activity().pages_per_minute if document.state in ("queued", "reading") else 0.0
    if not rate:
        return None, None
    left = catalog.reading.pages_until(document.id)
    return rate, None if left is None else 60 * left / rate
