"""What runs, and what it did."""

import shutil
from dataclasses import asdict
from importlib.metadata import version as version_of
from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from docqa import build, settings
from docqa.api import system_shapes
from docqa.api.access import Caller
from docqa.api.context import Shared
from docqa.api.documentation import EXPOSITION, problem_responses
from docqa.api.sending import sent
from docqa.errors import DocQAError
from docqa.types import Scope
from docqa.upkeep import doctor

STATES = ("queued", "reading", "done", "failed")

router = APIRouter(tags=["system"])


@router.get("/version", summary="Version", response_model=system_shapes.Version, responses=problem_responses())
async def version() -> dict[str, str]:
    """Which docqa this is."""
    return {"version": version_of("docqa")}


@router.get(
    "/metrics",
    summary="Counts for Prometheus",
    response_class=Response,
    responses=problem_responses() | {200: EXPOSITION},
)
def metrics(caller: Caller, shared: Shared) -> Response:
    """Requests, answers and documents as Prometheus reads them."""
    caller.require_all()
    activity = caller.library.catalog.reading.activity()
    shared.metrics.set_documents(activity.states)
    shared.metrics.set("pages_waiting", "Pages to be read", activity.pages_waiting)
    shared.metrics.set("pages_per_minute", "Pages read in the last minute", activity.pages_per_minute)
    shared.metrics.set("passages", "Passages in the index", caller.library.index.size(Scope()))
    free = shutil.disk_usage(shared.service.settings.data).free
    shared.metrics.set("disk_free_bytes", "Room where the library is", free)
    shared.metrics.set("questions_in_progress", "Questions that run or wait", shared.questions.taken)
    return Response(shared.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


@router.get("/stats", summary="Counts for people", response_model=system_shapes.Stats, responses=problem_responses())
def stats(caller: Caller, shared: Shared) -> Response:
    """What the library holds for this caller, and what the API did since it runs."""
    held = caller.library.catalog.reading.holdings(caller.collections)
    activity = caller.library.catalog.reading.activity()
    shape = {
        "documents": {state: held.states.get(state, 0) for state in STATES},
        "pages": held.pages,
        "passages": caller.library.index.size(Scope(collections=caller.collections)),
        "bytes": held.size_bytes,
        "pages_waiting": held.pages_waiting,
        "pages_per_minute": round(activity.pages_per_minute, 1),
        "worker_seen_at": activity.worker_seen_at.isoformat() if activity.worker_seen_at else None,
        "routes": shared.metrics.routes(),
        "answers": shared.metrics.answers(),
        "errors": [] if caller.collections else shared.metrics.errors(),
    }
    return sent(shape)


@router.get("/v1/system", summary="What runs", response_model=system_shapes.System, responses=problem_responses())
def system(caller: Caller, shared: Shared) -> Response:
    """Show index, models, limits and settings; settings only to those who may see all."""
    chosen = shared.service.settings
    shape = {
        "version": version_of("docqa"),
        "index": {
            "kind": "server" if chosen.index.url else "embedded",
            "url": chosen.index.url,
            "passages": caller.library.index.size(Scope(collections=caller.collections)),
        },
        "embedding": shared.service.embedding_model,
        "reranking": {"enabled": chosen.reranking.enabled, "pages": chosen.reranking.pages},
        "model": _model(chosen) if chosen.model.url else None,
        "limits": {
            "max_upload_mb": chosen.api.max_upload_mb,
            "requests_per_minute": chosen.api.requests_per_minute,
            "concurrent_questions": chosen.api.concurrent_questions,
            "queued_questions": chosen.api.queued_questions,
            "answer_pages": chosen.answer.pages,
            "budget_tokens": chosen.model.budget_tokens,
        },
        "settings": [] if caller.collections else [each._asdict() for each in settings.explained(chosen)],
    }
    return sent(shape)


@router.post(
    "/v1/doctor", summary="Check everything", response_model=system_shapes.Findings, responses=problem_responses()
)
def examine(caller: Caller, shared: Shared) -> Response:
    """Check that everything is there and fits together; takes some seconds."""
    caller.require_all()
    return sent({"findings": [asdict(finding) for finding in doctor.examine(shared.service.settings)]})


def _model(chosen: settings.Settings) -> dict[str, Any]:
    """The language model as its server runs it; if that does not answer, what the settings say."""
    model = chosen.model
    facts = {"url": model.url, "name": model.name or "", "profile": model.profile or ""}
    unknown = {"window": None, "max_images": None, "exact": None}
    try:
        served = build.served(chosen, build.model_server(chosen))
    except DocQAError as error:
        return facts | unknown | {"error": str(error)}
    return {
        "url": model.url,
        "name": served.name,
        "profile": served.profile.name,
        "window": served.window,
        "max_images": served.max_images,
        "exact": served.exact,
        "error": "",
    }
