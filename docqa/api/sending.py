"""What is sent, as docqa.wire writes it everywhere."""

from typing import Annotated, Any

from fastapi import Header
from starlette.responses import Response

from docqa import wire

JSON = "application/json"

Known = Annotated[str | None, Header(alias="If-None-Match", max_length=1000)]


def sent(shape: Any, status: int = 200) -> Response:  # noqa: ANN401  anything that JSON knows
    """A shape as a response."""
    return verbatim(wire.dumps(shape), status)


def verbatim(body: str, status: int = 200) -> Response:
    """JSON as it is stored."""
    return Response(body, status, media_type=JSON)


def is_known(tag: str, known: str | None) -> bool:
    """Whether If-None-Match names this ETag: the caller has it already."""
    return known is not None and (known.strip() == "*" or tag in known)
