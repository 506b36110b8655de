"""Conversations and the answers that were given in them, as they were given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from docqa.catalog.tables import answer_documents as _answer_documents
from docqa.catalog.tables import answers as _answers
from docqa.catalog.tables import conversations as _conversations
from docqa.catalog.tables import sources as _sources
from docqa.errors import NotInLibrary
from docqa.types import Conversation, Feedback, StoredAnswer, Verdict

TITLE_CHARACTERS = 200


class Conversations:
    """Each belongs to an owner: the id of a key, or empty for callers without one. Others do not see it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(
        self,
        answer: StoredAnswer,
        *,
        owner: str,
        question: str,
        turn: Mapping[str, Any] | None,
        document_ids: Iterable[str],
        begins: bool,
    ) -> None:
        """Store an answer, and its conversation if it `begins` with it.

        Raises NotInLibrary if the conversation, or a document the answer was made from, was deleted meanwhile.
        """
        when = answer.created_at
        documents = set(document_ids)
        there = sa.select(sa.func.count(_sources.c.document_id.distinct())).where(_sources.c.document_id.in_(documents))
        with self._engine.begin() as connection:
            known = _conversations.update().filter_by(id=answer.conversation_id, owner=owner).values(updated_at=when)
            goes_on = connection.execute(known).rowcount
            if not goes_on and not begins:
                raise NotInLibrary("The conversation was deleted meanwhile: ask again in a new one")
            if connection.scalar(there) != len(documents):
                raise NotInLibrary("A document that the answer was made from was deleted meanwhile: ask again")
            if not goes_on:
                title = question.replace("\0", " ")[:TITLE_CHARACTERS]
                begun = {"id": answer.conversation_id, "owner": owner, "title": title}
                connection.execute(_conversations.insert().values(created_at=when, updated_at=when, **begun))
            row = {"id": answer.id, "conversation_id": answer.conversation_id, "body": answer.body, "comment": ""}
            connection.execute(_answers.insert().values(created_at=when, turn=turn or sa.null(), **row))
            used = [{"answer_id": answer.id, "document_id": document_id} for document_id in documents]
            if used:
                connection.execute(_answer_documents.insert(), used)

    def list(self, owner: str) -> Sequence[Conversation]:
        """Those of an owner, the latest first."""
        return self._read(_conversations.c.owner == owner)

    def get(self, conversation_id: str, owner: str) -> Conversation:
        """Raises NotInLibrary."""
        found = self._read(sa.and_(_conversations.c.id == conversation_id, _conversations.c.owner == owner))
        if not found:
            raise NotInLibrary("There is no such conversation, or it was deleted")
        return found[0]

    def answers(self, conversation_id: str) -> Sequence[StoredAnswer]:
        """Its answers in the order they were given."""
        query = sa.select(_answers).filter_by(conversation_id=conversation_id).order_by(_answers.c.created_at)
        with self._engine.connect() as connection:
            return [_answer(row) for row in connection.execute(query)]

    def turns(self, conversation_id: str) -> Sequence[dict[str, Any]]:
        """What a model goes on from, in order; answers without one are left out."""
        query = sa.select(_answers.c.turn).filter_by(conversation_id=conversation_id).order_by(_answers.c.created_at)
        with self._engine.connect() as connection:
            return [turn for turn in connection.scalars(query) if turn is not None]

    def answer(self, answer_id: str, owner: str) -> StoredAnswer:
        """Raises NotInLibrary."""
        query = sa.select(_answers).join(_conversations).where(_answers.c.id == answer_id)
        with self._engine.connect() as connection:
            row = connection.execute(query.where(_conversations.c.owner == owner)).first()
        if row is None:
            raise NotInLibrary("There is no such answer: it was deleted, or a document it was made from was")
        return _answer(row)

    def hand_over(self, owner: str, to: str) -> None:
        """Let the conversations of one owner be another's."""
        with self._engine.begin() as connection:
            connection.execute(_conversations.update().filter_by(owner=owner).values(owner=to))

    def delete(self, conversation_id: str, owner: str) -> None:
        """Delete a conversation with its answers.

        Raises NotInLibrary.
        """
        self.get(conversation_id, owner)
        with self._engine.begin() as connection:
            connection.execute(_conversations.delete().filter_by(id=conversation_id))

    def rate(self, answer_id: str, owner: str, verdict: Verdict | None, comment: str = "") -> None:
        """Note what the asker thinks of an answer; None takes it back.

        Raises NotInLibrary.
        """
        self.answer(answer_id, owner)
        with self._engine.begin() as connection:
            values = {"verdict": verdict, "comment": comment.replace("\0", " ")}
            connection.execute(_answers.update().filter_by(id=answer_id).values(values))

    def rated(self) -> Sequence[StoredAnswer]:
        """Answers of everybody that were rated, in the order they were given."""
        query = sa.select(_answers).where(_answers.c.verdict.is_not(None)).order_by(_answers.c.created_at)
        with self._engine.connect() as connection:
            return [_answer(row) for row in connection.execute(query)]

    def verdicts(self) -> dict[str, int]:
        """How many answers were rated up and down."""
        query = sa.select(_answers.c.verdict, sa.func.count()).where(_answers.c.verdict.is_not(None))
        with self._engine.connect() as connection:
            return {verdict: count for verdict, count in connection.execute(query.group_by(_answers.c.verdict))}

    def forget_document(self, document_id: str, *, owners: Sequence[str] | None = None) -> int:
        """Delete the answers that were made from a document, of all or of these owners; and what is empty then."""
        made_from = sa.select(_answer_documents.c.answer_id).filter_by(document_id=document_id)
        if owners is not None:
            theirs = sa.select(_conversations.c.id).where(_conversations.c.owner.in_(owners))
            made_from = made_from.join(_answers).where(_answers.c.conversation_id.in_(theirs))
        touched = sa.select(_answers.c.conversation_id).where(_answers.c.id.in_(made_from))
        with self._engine.begin() as connection:
            theirs_held = sa.select(_conversations.c.id).where(_conversations.c.id.in_(touched)).with_for_update()
            connection.execute(theirs_held).all()  # an answer that is just being added is waited for
            removed = connection.execute(_answers.delete().where(_answers.c.id.in_(made_from))).rowcount
            empty = _conversations.c.id.not_in(sa.select(_answers.c.conversation_id))
            if removed:
                connection.execute(_conversations.delete().where(empty))
        return removed

    def _read(self, which: sa.ColumnElement[bool]) -> Sequence[Conversation]:
        query = (
            sa.select(_conversations, sa.func.count(_answers.c.id).label("answers"))
            .outerjoin(_answers)
            .where(which)
            .group_by(_conversations.c.id)
            .order_by(_conversations.c.updated_at.desc())
        )
        with self._engine.connect() as connection:
            return [
                Conversation(row.id, row.title, row.created_at, row.updated_at, row.answers)
                for row in connection.execute(query)
            ]


def _answer(row: sa.Row[tuple[object, ...]]) -> StoredAnswer:
    feedback = Feedback(row.verdict, row.comment)
    return StoredAnswer(row.id, row.conversation_id, row.created_at, row.body, feedback)
