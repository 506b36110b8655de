"""What /openapi.json says of responses that are no plain JSON."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from docqa.api import problems, shapes
from docqa.api.chat_shapes import OpenAIErrorBody

Responses = dict[int | str, dict[str, Any]]

SUMMARIES = {
    400: "The request makes no sense as it stands",
    401: "A key is needed, or this one is not valid",
    403: "This key, or this web page, may not do that",
    404: "It is not there, or not for this key",
    413: "More than may be uploaded at once",
    415: "The body is not of the kind that is expected: see Content-Type",
    421: "Asked for by a name that is not docqa's",
    422: "The request makes no sense as it stands",
    429: "Too much at once: see Retry-After",
    500: "docqa failed",
    502: "The model server refused",
    503: "The index, the catalog or the model does not answer: see Retry-After",
    507: "The disk is full",
}
EVERYWHERE = (401, 403, 421, 429, 500, 503)
DESCRIPTION = """\
Ask questions about PDFs and see the pages that prove the answers.

Errors are problem details (RFC 9457): `detail` says what is wrong and what to do next. A request needs a key as soon as
one exists: `Authorization: Bearer docqa_...`.
"""

_EVENTS = """\
`evidence` {"evidence": [...]}, then `token` {"text": "..."} as often as text comes, one `citation` for each,
`done` with the answer as it is without `stream`, or `error` with a problem.
"""
_EVENT = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}
_NAMED = {"event": {"enum": ["evidence", "token", "citation", "done", "error"]}, "data": {"type": "string"}}
EVENTS: dict[str, Any] = {
    "description": f"The answer, or with `stream` its events: {_EVENTS}",
    "content": {"text/event-stream": {"itemSchema": _EVENT | {"properties": _NAMED}}},
}
CHUNKS: dict[str, Any] = {
    "description": "The answer, or with `stream` its chunks and `data: [DONE]`",
    "content": {"text/event-stream": {"itemSchema": _EVENT}},
}
PDF: dict[str, Any] = {
    "description": "The PDF as it was uploaded",
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    "headers": {"ETag": {"schema": {"type": "string"}}},
}
PART_OF_PDF: dict[str, Any] = PDF | {"description": "The bytes of it that Range asks for"}
EXPOSITION: dict[str, Any] = {
    "description": "Counts in the text format of Prometheus",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}
NOT_MODIFIED: dict[str, Any] = {"description": "As it was: If-None-Match names its ETag"}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": "PDFs, each with its file name; folders in it are kept",
                        },
                        "collection": {"type": "string", "pattern": r"^[\w][\w .-]{0,127}$", "default": "default"},
                        "password": {
                            "type": "string",
                            "format": "password",
                            "minLength": 1,
                            "maxLength": 1000,
                            "description": "of those that need one; it is not kept",
                        },
                    },
                },
                "encoding": {"file": {"contentType": "application/pdf"}},
            }
        },
    }
}


def problem_responses(*statuses: int) -> Responses:
    """The errors a route may answer with, beside those every route may."""
    return {status: _problem(SUMMARIES[status]) for status in sorted({*statuses, *EVERYWHERE})}


def openai_responses(*statuses: int) -> Responses:
    """The same in the shape of OpenAI's API."""
    schema = {"schema": {"$ref": "#/components/schemas/OpenAIErrorBody"}}
    return {
        status: {"description": SUMMARIES[status], "content": {"application/json": schema}}
        for status in sorted({*statuses, *EVERYWHERE})
    }


def image(media_type: str) -> dict[str, Any]:
    """An image as a response."""
    return {
        "description": "The page",
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}},
    }


def describe(app: FastAPI) -> None:
    """Let the app say all of this."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
            components = schema["components"]
            for model in (shapes.Problem, OpenAIErrorBody):
                described = model.model_json_schema(ref_template="#/components/schemas/{model}")
                components["schemas"] |= described.pop("$defs", {}) | {model.__name__: described}
            components["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": "a key that `docqa key create` made"}
            }
            schema["security"] = [{"key": []}, {}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _problem(summary: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": summary, "content": {problems.MEDIA_TYPE: schema}}
