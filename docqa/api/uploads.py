"""Files that come in with a request, to the disk as they come: memory does not grow with their size."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.to_thread import run_sync
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from docqa.api.multipart import FormTooLarge, Reader
from docqa.api.problems import Problem, Refused
from docqa.storage.staging import Staging

BLOCK_BYTES = 512 << 10  # that are parsed and written at once
AROUND_BYTES = 4 << 20  # of a form, beside its files


@asynccontextmanager
async def received(request: Request, staging: Staging, *, limit_mb: int) -> AsyncIterator[Reader]:
    """Take in a form with PDFs; what is still staged when the block ends, however it ends, is removed.

    Raises Refused if it is too large or no form, UsageError if it makes no sense, LibraryFull.
    """
    boundary = _boundary(request)
    most_bytes = limit_mb << 20
    if int(request.headers.get("content-length", 0)) > most_bytes + AROUND_BYTES:
        raise _too_large(limit_mb)
    reader = Reader(boundary, staging.folder(), most_bytes=most_bytes)
    try:
        await _read(request, reader, most_bytes + AROUND_BYTES)
        reader.finish()
        yield reader
    except FormTooLarge:
        raise _too_large(limit_mb) from None
    finally:
        with anyio.CancelScope(shield=True):
            await run_sync(reader.clear)


async def _read(request: Request, reader: Reader, most_bytes: int) -> None:
    block: list[bytes] = []
    size = read = 0
    async for chunk in request.stream():
        block.append(chunk)
        size += len(chunk)
        if (read := read + len(chunk)) > most_bytes:
            raise FormTooLarge
        if size >= BLOCK_BYTES:
            await run_sync(reader.feed, block)
            block, size = [], 0
    await run_sync(reader.feed, block)


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        detail = "Send the files as multipart/form-data: curl -F file=@report.pdf"
        raise Refused(Problem(415, "Unsupported media type", detail))
    return options[b"boundary"]


def _too_large(limit_mb: int) -> Refused:
    detail = f"An upload may have {limit_mb} MB: send less at once, or raise DOCQA_API__MAX_UPLOAD_MB"
    return Refused(Problem(413, "Too large", detail))
