"""Conversations: the answers that were given, byte for byte as they were."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from docqa import wire
from docqa.api import answer_shapes
from docqa.api.access import Caller
from docqa.api.bodies import FeedbackBody
from docqa.api.documentation import problem_responses
from docqa.api.sending import sent, verbatim
from docqa.types import Conversation

router = APIRouter(prefix="/v1", tags=["conversations"])

Id = Annotated[str, Path(max_length=200)]


@router.get(
    "/conversations",
    summary="List conversations",
    response_model=answer_shapes.Conversations,
    responses=problem_responses(),
)
def conversations(caller: Caller) -> Response:
    """List the caller's conversations, the latest first."""
    found = caller.library.catalog.conversations.list(caller.owner)
    return sent({"conversations": [_shape(each) for each in found]})


@router.get(
    "/conversations/{conversation_id}",
    summary="Read a conversation",
    response_model=answer_shapes.ConversationDetail,
    responses=problem_responses(404, 422),
)
def conversation(conversation_id: Id, caller: Caller) -> Response:
    """Show a conversation's answers in the order they were given, and what the asker thinks of them."""
    kept = caller.library.catalog.conversations
    found = kept.get(conversation_id, caller.owner)
    answers = kept.answers(conversation_id)
    rated = {answer.id: asdict(answer.feedback) for answer in answers if answer.feedback.verdict}
    messages = ",".join(answer.body for answer in answers)
    return verbatim(f'{wire.dumps(_shape(found) | {"feedback": rated})[:-1]},"messages":[{messages}]}}')


@router.delete(
    "/conversations/{conversation_id}",
    summary="Delete a conversation",
    status_code=204,
    responses=problem_responses(404, 422),
)
def delete(conversation_id: Id, caller: Caller) -> None:
    """Delete a conversation with its answers."""
    caller.library.catalog.conversations.delete(conversation_id, caller.owner)


@router.get(
    "/answers/{answer_id}",
    summary="Read an answer",
    response_model=answer_shapes.Answer,
    responses=problem_responses(404, 422),
)
def answer(answer_id: Id, caller: Caller) -> Response:
    """Show an answer as it was given."""
    return verbatim(caller.library.catalog.conversations.answer(answer_id, caller.owner).body)


@router.get(
    "/answers/{answer_id}/feedback",
    summary="Read the rating of an answer",
    response_model=answer_shapes.Feedback,
    responses=problem_responses(404, 422),
)
def rating(answer_id: Id, caller: Caller) -> Response:
    """Show what was noted of an answer; a null verdict if nothing was, or it was taken back."""
    return sent(asdict(caller.library.catalog.conversations.answer(answer_id, caller.owner).feedback))


@router.put(
    "/answers/{answer_id}/feedback",
    summary="Rate an answer",
    status_code=204,
    responses=problem_responses(404, 413, 415, 422),
)
def feedback(answer_id: Id, body: FeedbackBody, caller: Caller) -> None:
    """Note whether an answer was good."""
    caller.library.catalog.conversations.rate(answer_id, caller.owner, body.verdict, body.comment)


def _shape(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "answers": conversation.answers,
    }
