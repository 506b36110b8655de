"""docqa as a model: for clients of OpenAI's API, such as its Python package, Open WebUI and LlamaIndex."""

import time
import uuid
from collections.abc import AsyncIterator
from functools import partial

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.responses import Response

from docqa import wire
from docqa.api import chat_shapes
from docqa.api.access import Access, Caller
from docqa.api.answering import Answering, Failed, Found, Said, Waiting
from docqa.api.bodies import LONGEST_QUESTION, ChatBody, QueryBody
from docqa.api.completions import NOT_FOUND, Completion
from docqa.api.context import Context, Shared
from docqa.api.documentation import CHUNKS, openai_responses
from docqa.api.questions import asking, counted, told
from docqa.api.sending import sent
from docqa.api.streaming import HEARTBEAT, EventStream, event
from docqa.errors import NotInLibrary, UsageError
from docqa.types import StoredAnswer

MODEL = "docqa"
DONE = event("[DONE]")

router = APIRouter(prefix="/v1", tags=["OpenAI"])


@router.get(
    "/models",
    summary="List models",
    response_model=chat_shapes.Models,
    responses=openai_responses(),
)
def models(caller: Caller) -> Response:
    """List docqa, and docqa/COLLECTION for each collection."""
    names = [MODEL, *(f"{MODEL}/{name}" for name in caller.collections or caller.library.catalog.sources.collections())]
    listed = [{"id": name, "object": "model", "created": 0, "owned_by": MODEL} for name in names]
    return sent({"object": "list", "data": listed})


@router.post(
    "/chat/completions",
    summary="Answer the last message",
    response_model=chat_shapes.ChatCompletion,
    responses=openai_responses(400, 404, 413, 415, 502, 507) | {200: CHUNKS},
)
async def complete(body: ChatBody, request: Request, caller: Caller, shared: Shared) -> Response:
    """Answer the last user message from the documents, as a chat completion.

    `message.annotations` cites the pages, each with the address of its marked image; `docqa` is the whole answer. To
    go on from an answer send its `docqa.conversation_id` as `conversation_id`.
    """
    query, before = _query(body, caller)
    ask = await run_sync(partial(asking, query, caller, shared, before=before))
    answering = Answering(shared.questions, ask)
    base_url = shared.service.settings.api.public_url or str(request.base_url)
    completion = Completion(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), body.model, base_url.rstrip("/"))
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        return EventStream(_chunks(answering, completion, shared, usage=usage), answering)
    answer = counted(await answering.answer(request), shared)
    return sent(completion.whole(answer))


def _query(body: ChatBody, caller: Access) -> tuple[QueryBody, list[str]]:
    """The last user message, in the collection the model names; and the user messages before it.

    Raises NotInLibrary or UsageError.
    """
    name, _, collection = body.model.partition("/")
    if name != MODEL:
        raise NotInLibrary(f"There is no model {body.model[:80]}: GET /v1/models lists those there are")
    asked = [message.text().strip() for message in body.messages if message.role == "user"]
    if not asked or not asked[-1]:
        raise UsageError("There is no question: send it as the last message with the role user")
    if len(asked[-1]) > LONGEST_QUESTION:
        raise UsageError(f"The question has {len(asked[-1])} characters: {LONGEST_QUESTION} at most")
    query = QueryBody.model_construct(
        question=asked[-1],
        collections=[collection] if collection else [],
        document_ids=[],
        pages=[],
        conversation_id=body.conversation_id,
    )
    return query, asked[:-1]


async def _chunks(
    answering: Answering, completion: Completion, shared: Context, *, usage: bool
) -> AsyncIterator[bytes]:
    said = False
    yield event(wire.dumps(completion.piece({"role": "assistant", "content": ""})))
    async for happened in answering.events():
        match happened:
            case Waiting():
                yield HEARTBEAT
            case Found():
                continue
            case Said(text):
                text = text if said else text.lstrip()  # so that annotations count from the same place
                said = said or bool(text)
                yield event(wire.dumps(completion.piece({"content": text})))
            case StoredAnswer():
                answer = counted(happened, shared)
                if not said:
                    yield event(wire.dumps(completion.piece({"content": NOT_FOUND})))
                yield event(wire.dumps(completion.end(answer)))
                if usage:
                    yield event(wire.dumps(completion.cost(answer)))
                yield DONE
            case Failed():
                yield event(wire.dumps(told(happened, "POST /v1/chat/completions", shared).openai_body()))
