"""What is sent, as docqa.wire writes it everywhere."""

from typing import Any

from starlette.responses import Response

from docqa import wire

JSON = "application/json"


def sent(shape: Any, status: int = 200) -> Response:  # noqa: ANN401  anything that JSON knows
    """A shape as a response."""
    return verbatim(wire.dumps(shape), status)


def verbatim(body: str, status: int = 200) -> Response:
    """JSON as it is stored."""
    return Response(body, status, media_type=JSON)
