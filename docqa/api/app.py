"""The API over one service, which the caller opened: nothing is global."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from docqa import build
from docqa.api import (
    chat,
    conversations,
    documentation,
    documents,
    pages,
    problems,
    questions,
    readiness,
    reference,
    system,
)
from docqa.api.access import Gate
from docqa.api.context import Context
from docqa.api.limits import BodyLimit, Rates, Slots
from docqa.api.metrics import Metrics
from docqa.api.observation import Observed
from docqa.service import Service
from docqa.storage.staging import Staging

LONGEST_BODY = 4 << 20  # bytes
UPLOADS = "/v1/documents"  # have a limit of their own


def build_app(service: Service) -> FastAPI:
    """The API; what it keeps beside the service lives as long as the app."""
    chosen = service.settings.api
    running, waiting = chosen.concurrent_questions, chosen.queued_questions
    staging = Staging(service.library.files.uploads)
    context = Context(
        service=service,
        staging=staging,
        unlocker=build.unlocker(service.settings, staging),
        questions=Slots("question", running=running, waiting=waiting),
        searches=Slots("search", running=running, waiting=waiting),
        metrics=Metrics(),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_sync(context.staging.clean)
        yield
        await run_sync(context.close)

    app = FastAPI(
        title="docqa",
        version=version("docqa"),
        lifespan=lifespan,
        docs_url=None,  # they load from the internet; reference.py does not
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    for module in (documents, pages, questions, conversations, chat, readiness, system, reference):
        app.include_router(module.router)
    problems.handle(app)
    documentation.describe(app)
    rates = Rates(chosen.requests_per_minute)
    app.add_middleware(BodyLimit, most_bytes=LONGEST_BODY, but=UPLOADS)  # the last added is the outermost
    app.add_middleware(Gate, library=service.library, settings=chosen, rates=rates)
    if chosen.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=chosen.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-Id"],
            expose_headers=["ETag", "Retry-After", "X-Request-Id"],
        )
    app.add_middleware(Observed, metrics=context.metrics)
    return app
