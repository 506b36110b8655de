"""Questions: answers, and the pages that speak of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.responses import Response

from docqa import wire
from docqa.answers.dialogue import Dialogue
from docqa.api import answer_shapes, problems
from docqa.api.access import Access, Caller
from docqa.api.answering import Answering, Ask, Failed, Found, Said, Say, Show, Waiting
from docqa.api.bodies import QueryBody, SearchBody
from docqa.api.context import Context, Shared
from docqa.api.documentation import EVENTS, problem_responses
from docqa.api.sending import sent, verbatim
from docqa.api.streaming import HEARTBEAT, EventStream, event
from docqa.errors import DocQAError
from docqa.types import Scope, StoredAnswer

router = APIRouter(prefix="/v1", tags=["questions"])


@router.post(
    "/query",
    summary="Answer a question",
    response_model=answer_shapes.Answer,
    responses=problem_responses(404, 413, 415, 422, 502, 507) | {200: EVENTS},
)
async def query(body: QueryBody, request: Request, caller: Caller, shared: Shared) -> Response:
    """Answer from the documents, citing the pages; `not_found` is an answer, too.

    With `stream` the answer comes as events: `evidence` first, then `token`s, one `citation` each, and `done` with
    the whole answer, or `error`.
    """
    ask = await run_sync(partial(asking, body, caller, shared))
    answering = Answering(shared.questions, ask)
    if body.stream:
        return EventStream(_events(answering, shared), answering)
    stored = await answering.answer(request)
    counted(stored, shared)
    return verbatim(stored.body)


@router.post(
    "/search",
    summary="Find pages",
    response_model=answer_shapes.Retrieval,
    responses=problem_responses(404, 413, 415, 422, 502),
)
async def search(body: SearchBody, caller: Caller, shared: Shared) -> Response:
    """Find the pages that speak of a question, best first, without answering it."""
    found = await asyncio.wrap_future(shared.searches.start(partial(_found, body, caller, shared)))
    return sent(found)


def asking(body: QueryBody, caller: Access, shared: Context, *, before: Sequence[str] = ()) -> Ask:
    """What will answer this question, for this caller, after the questions `before` if there is no conversation.

    Raises NotInLibrary if it asks for what is not there for them.
    """
    scope = _scope(body, caller)
    if body.conversation_id is not None:
        caller.library.catalog.conversations.get(body.conversation_id, caller.owner)
    engine = shared.service.engine(budget_tokens=body.budget_tokens, max_images=body.max_images)
    dialogue = Dialogue(replace(engine, names=caller.names), caller.library)

    def ask(say: Say, show: Show) -> StoredAnswer:
        return dialogue.ask(
            body.question,
            scope=scope,
            owner=caller.owner,
            conversation_id=body.conversation_id,
            before=before,
            say=say,
            show=show,
        )

    return ask


def counted(stored: StoredAnswer, shared: Context) -> dict[str, Any]:
    """An answer's fields, once it is counted."""
    answer: dict[str, Any] = json.loads(stored.body)
    shared.metrics.answered(answer["status"], answer["timings"])
    return answer


def told(failed: Failed, where: str, shared: Context) -> problems.Problem:
    """Why there is no answer, once it is noted."""
    error = failed.error
    problem = problems.of(error) if isinstance(error, DocQAError) else problems.unexpected(error)
    if problem.status >= 500:
        shared.metrics.failed(where, problem.detail)
    return problem


def _found(body: SearchBody, caller: Access, shared: Context) -> dict[str, Any]:
    retriever = shared.service.retriever
    if not body.rerank:
        retriever = replace(retriever, reranker=None)
    scope = _scope(body, caller)
    unread = caller.library.catalog.reading.unread(scope)
    found = retriever.retrieve(body.question, scope=scope, limit=body.limit)
    names = caller.names(found.document_ids)
    there = [hit for hit in found.hits if hit.document_id in names]  # one may have been deleted meanwhile
    expected = shared.service.settings.answer.expected_answerable
    return {"unread": unread} | wire.retrieval(replace(found, hits=there), names, expected_answerable=expected)


def _scope(body: QueryBody | SearchBody, caller: Access) -> Scope:
    return caller.scope(collections=body.collections, document_ids=body.document_ids, pages=body.page_ranges())


async def _events(answering: Answering, shared: Context) -> AsyncIterator[bytes]:
    started = perf_counter()
    async for happened in answering.events():
        match happened:
            case Waiting():
                yield HEARTBEAT
            case Found(evidence):
                shared.metrics.first_evidence(perf_counter() - started)
                yield event(wire.dumps({"evidence": [wire.evidence(each) for each in evidence]}), name="evidence")
            case Said(text):
                yield event(wire.dumps({"text": text}), name="token")
            case StoredAnswer():
                for citation in counted(happened, shared)["citations"]:
                    yield event(wire.dumps(citation), name="citation")
                yield event(happened.body, name="done")
            case Failed():
                yield event(wire.dumps(told(happened, "POST /v1/query", shared).body()), name="error")
