"""Pages: what was read on them, and their images with words marked."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from docqa import wire
from docqa.answers.highlight import Format, drawn
from docqa.api import shapes
from docqa.api.access import Access, Caller
from docqa.api.bodies import BOX
from docqa.api.documentation import NOT_MODIFIED, image, problem_responses
from docqa.api.documents import DocumentId
from docqa.api.sending import Known, is_known, sent
from docqa.errors import NotInLibrary
from docqa.types import Box, Document

router = APIRouter(prefix="/v1/documents/{document_id}/pages", tags=["documents"])

Number = Annotated[int, Path(ge=1, le=1_000_000, description="physical page, 1-based")]


class Looks(BaseModel):
    """How a page's image is wanted."""

    model_config = ConfigDict(extra="forbid")

    box: list[Annotated[str, Field(pattern=BOX)]] = Field(
        [],
        max_length=500,
        description="x0,y0,x1,y1 in points from the top left: marked on the image; may be repeated",
        examples=[["72,90,300,104"]],
    )
    width: int | None = Field(None, ge=64, le=2400, description="in pixels; without it as the image is stored")

    def boxes(self) -> list[Box]:
        """What is marked."""
        return [_box(each) for each in self.box]


@router.get(
    "/{number}.jpg",
    summary="A page's image, JPEG",
    response_class=Response,
    responses=problem_responses(404, 422) | {200: image("image/jpeg"), 304: NOT_MODIFIED},
)
def jpeg(
    document_id: DocumentId, number: Number, caller: Caller, looks: Annotated[Looks, Query()], known: Known = None
) -> Response:
    """Show a page as it looks, with boxes marked."""
    return _image(caller, document_id, number, looks, known, "jpeg")


@router.get(
    "/{number}.png",
    summary="A page's image, PNG",
    response_class=Response,
    responses=problem_responses(404, 422) | {200: image("image/png"), 304: NOT_MODIFIED},
)
def png(
    document_id: DocumentId, number: Number, caller: Caller, looks: Annotated[Looks, Query()], known: Known = None
) -> Response:
    """Show a page as it looks, with boxes marked."""
    return _image(caller, document_id, number, looks, known, "png")


@router.get(
    "/{number}",
    summary="What was read on a page",
    response_model=shapes.Page,
    responses=problem_responses(404, 422),
)
def page(document_id: DocumentId, number: Number, caller: Caller) -> Response:
    """Show a page's text and where each word stands."""
    return sent(wire.page(caller.library.files.page(_document_with(caller, document_id, number).id, number)))


def _document_with(caller: Access, document_id: str, number: int) -> Document:
    """Raises NotInLibrary if the document is not there, or has not so many pages."""
    document = caller.document(document_id)
    if document.pages and number > document.pages:
        raise NotInLibrary(f"{document.name} has {document.pages} pages")
    return document


def _image(caller: Access, document_id: str, number: int, looks: Looks, known: str | None, kind: Format) -> Response:
    boxes, width = looks.boxes(), looks.width
    files = caller.library.files
    document = _document_with(caller, document_id, number)
    stored = files.image(document.id, number)
    tag = f'"{hashlib.sha256(stored + f"{kind} {width} {boxes}".encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_known(tag, known):
        return Response(status_code=304, headers=headers)
    if boxes or width is not None or kind == "png":
        page_width = files.page(document.id, number).width if boxes else 1.0
        stored = drawn(stored, width=width, kind=kind, boxes=boxes, page_width=page_width)
    return Response(stored, media_type=f"image/{kind}", headers=headers)


def _box(text: str) -> Box:
    x0, y0, x1, y1 = map(float, text.split(","))
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
