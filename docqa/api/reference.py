"""The page /docs: every route to read and try, from files of this machine only."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.responses import FileResponse, HTMLResponse, Response

FOLDER = Path(str(files("fastapi_offline"))) / "static"
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>docqa API</title>
<link rel="stylesheet" href="docs/swagger-ui.css"><link rel="icon" href="data:,"></head>
<body><div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body>
</html>
"""
START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true})'
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def page() -> Response:
    """Show the page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """Start it."""
    return Response(START, media_type="text/javascript")


@router.get("/docs/swagger-ui.css")
async def style() -> Response:
    """Its style."""
    return FileResponse(FOLDER / "swagger-ui.css", media_type="text/css")


@router.get("/docs/swagger-ui-bundle.js")
async def program() -> Response:
    """Its program."""
    return FileResponse(FOLDER / "swagger-ui-bundle.js", media_type="text/javascript")


PATHS = frozenset(route.path for route in router.routes if isinstance(route, APIRoute))
