"""Whether it runs, and whether it can answer questions."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter
from starlette.responses import Response

from docqa import build
from docqa.api import system_shapes
from docqa.api.access import Caller
from docqa.api.context import Shared
from docqa.api.documentation import problem_responses
from docqa.api.sending import sent
from docqa.errors import DocQAError, ServiceUnavailable
from docqa.service import Service
from docqa.types import Scope

PATIENCE_S = 5.0  # with each check
WORKER_GONE_S = 30.0  # after its last sign of life

router = APIRouter(tags=["system"])


class _Off(Exception):
    """There is none, and need not be."""


@router.get("/health", summary="Whether it runs", response_model=system_shapes.Health)
async def health() -> dict[str, str]:
    """Say that the API runs; needs no key."""
    return {"status": "ok"}


@router.get(
    "/ready",
    summary="Whether it can answer",
    response_model=system_shapes.Readiness,
    responses=problem_responses() | {503: {"model": system_shapes.Readiness, "description": "It cannot"}},
)
async def ready(caller: Caller, shared: Shared) -> Response:
    """Try the index, the catalog, the model servers if there are any, and whether a worker reads what is queued."""
    checks: dict[str, dict[str, Any]] = {}

    async def check(name: str, look: Callable[[], None]) -> None:
        started = perf_counter()
        state, said = await _tried(look)
        checks[name] = {"state": state, "ms": round(1000 * (perf_counter() - started), 1), "error": said}

    service = shared.service
    async with anyio.create_task_group() as group:
        group.start_soon(check, "index", lambda: _index(service))
        group.start_soon(check, "catalog", lambda: _catalog(service))
        group.start_soon(check, "model", lambda: _model(service))
        group.start_soon(check, "visual", lambda: _visual(service))
        group.start_soon(check, "worker", lambda: _worker(service))
    failed = any(each["state"] == "fail" for name, each in checks.items() if name != "worker")
    body = {"status": "fail" if failed else "ok", "checks": dict(sorted(checks.items()))}
    return sent(body, 503 if failed else 200)


async def _tried(look: Callable[[], None]) -> tuple[str, str]:
    try:
        with anyio.fail_after(PATIENCE_S):
            await run_sync(look, abandon_on_cancel=True)
    except _Off as reason:
        return "off", str(reason)
    except TimeoutError:
        return "fail", f"It did not answer within {PATIENCE_S:g} s"
    except (DocQAError, OSError) as error:
        return "fail", str(error)
    return "ok", ""


def _index(service: Service) -> None:
    service.library.index.size(Scope())


def _catalog(service: Service) -> None:
    service.library.catalog.keys.any()


def _model(service: Service) -> None:
    if not service.settings.model.url:
        raise _Off("None is set: answers are quotations")
    build.model_server(service.settings).models()


def _visual(service: Service) -> None:
    if service.retriever.visual is None:
        raise _Off("None is set: pages are found by their text")
    service.retriever.visual.reach()


def _worker(service: Service) -> None:
    seen = service.library.catalog.reading.activity().worker_seen_at
    if seen is None:
        raise _Off("None was ever there: start one with docqa worker")
    if (datetime.now(UTC) - seen).total_seconds() > WORKER_GONE_S:
        raise ServiceUnavailable(f"Not seen since {seen:%Y-%m-%d %H:%M:%S} UTC: start it with docqa worker")
