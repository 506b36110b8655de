"""A question in a conversation: what was said before, the answer, and its place in the store."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docqa import wire
from docqa.answers.engine import Engine
from docqa.errors import NotInLibrary
from docqa.library import Library
from docqa.types import Evidence, Scope, Shown, StoredAnswer, Turn


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Asks an engine and keeps what it answers."""

    engine: Engine
    library: Library

    def ask(
        self,
        question: str,
        *,
        scope: Scope,
        owner: str,
        conversation_id: str | None = None,
        before: Sequence[str] = (),
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
    ) -> StoredAnswer:
        """Answer a question, going on from its conversation if it has one, and store the answer as it is returned.

        `owner` is the id of the asker's key, or empty; `before` are questions asked before, oldest first, if there is
        no conversation.

        Raises NotInLibrary if the conversation is not theirs, IndexUnavailable, ModelUnavailable, ModelRefused or
        ContextOverflow.
        """
        history: list[Turn] = []
        if conversation_id is not None:
            conversations = self.library.catalog.conversations
            conversations.get(conversation_id, owner)
            before = [_meant(answer) for answer in conversations.answers(conversation_id)[-1:]]
            history = self._history(conversation_id, scope)
        unread = self.library.catalog.reading.unread(scope)
        answer = self.engine.ask(question, scope=scope, say=say, show=show, history=history, before=before)
        begun = conversation_id or uuid.uuid4().hex
        stored_id, now = uuid.uuid4().hex, datetime.now(UTC)
        body = wire.stored_answer(answer, answer_id=stored_id, conversation_id=begun, created_at=now, unread=unread)
        stored = StoredAnswer(stored_id, begun, now, body)
        self.library.catalog.conversations.add(
            stored,
            owner=owner,
            question=question,
            turn=_to_json(answer.turn) if answer.turn else None,
            document_ids=[id for each in answer.evidence for id in each.document_ids],
            begins=conversation_id is None,
        )
        return stored

    def _history(self, conversation_id: str, scope: Scope) -> list[Turn]:
        """What a model goes on from: the turns since the last whose pages are gone or may not be seen any more."""
        turns: list[Turn] = []
        for stored in self.library.catalog.conversations.turns(conversation_id):
            shown = stored["shown"]
            names = self.engine.names({each["document_id"] for each in shown})
            try:
                turns.append(_from_json(stored, [self._shown(each, names, scope) for each in shown]))
            except NotInLibrary:
                turns = []
        return turns

    def _shown(self, stored: Mapping[str, Any], names: Mapping[str, str], scope: Scope) -> Shown:
        document_id = stored["document_id"]
        document = self.library.catalog.document(document_id)
        visible = document is not None and (not scope.collections or set(scope.collections) & set(document.collections))
        if not visible or document_id not in names:
            raise NotInLibrary(f"Document {document_id[:12]} is not there any more")
        page = self.library.files.page(document_id, stored["page"])
        return Shown(Evidence(stored["label"], document_id, names[document_id], page, (), 0.0), stored["image"])


def _meant(answer: StoredAnswer) -> str:
    """The question of an answer as it was searched for: with what it took from those before."""
    body = json.loads(answer.body)
    return str(body.get("searched") or body["question"])


def _to_json(turn: Turn) -> dict[str, Any]:
    return {
        "question": turn.question,
        "answer": turn.answer,
        "detail": turn.detail,
        "shown": [
            {
                "document_id": shown.evidence.document_id,
                "page": shown.evidence.page.number,
                "label": shown.evidence.label,
                "image": shown.image,
            }
            for shown in turn.shown
        ],
    }


def _from_json(stored: Mapping[str, Any], shown: Sequence[Shown]) -> Turn:
    return Turn(stored["question"], stored["answer"], tuple(shown), stored["detail"])
