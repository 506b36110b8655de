"""Answers in a conversation: stored as given, gone on from, and gone with their documents."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from docqa.answers.dialogue import Dialogue
from docqa.answers.engine import Engine
from docqa.errors import NotInLibrary
from docqa.library import Library
from docqa.retrieval.retriever import Retriever
from docqa.types import Draft, Evidence, Scope, Shown, StoredAnswer, Turn
from ingest.pipeline import Pipeline
from tests.fakes import WordHashEmbedder, run


class Remembers:
    """Answers with the number of turns before, and can be gone on from like a model."""

    def __init__(self) -> None:
        self.histories: list[Sequence[Turn]] = []

    def answer(
        self,
        question: str,
        evidence: Sequence[Evidence],
        *,
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
        history: Sequence[Turn] = (),
    ) -> Draft:
        self.histories.append(history)
        show(evidence)
        text = f"After {len(history)} turns [1]"
        say(text)
        turn = Turn(question, text, tuple(Shown(each, image=True) for each in evidence), detail=4)
        return Draft("answered", text, (), tuple(evidence), turn=turn)


@pytest.fixture
def answerer() -> Remembers:
    return Remembers()


@pytest.fixture
def dialogue(
    pipeline: Pipeline, library: Library, make_pdf: Callable[..., Path], answerer: Remembers
) -> Iterator[Dialogue]:
    run(pipeline, make_pdf("Sheep give wool.", name="sheep.pdf"), make_pdf("Cows give milk.", name="cows.pdf"))
    retriever = Retriever(WordHashEmbedder(), library.index, None, 8)
    engine = Engine(retriever, library.files, library.catalog.names, answerer, "model", 2, 0.0)
    yield Dialogue(engine, library)


def ask(dialogue: Dialogue, question: str, *, conversation: str | None = None, owner: str = "") -> StoredAnswer:
    return dialogue.ask(
        question,
        scope=Scope(),
        owner=owner,
        conversation_id=conversation,
        say=lambda _: None,
        show=lambda _: None,
    )


def test_an_answer_is_stored_as_it_is_returned(dialogue: Dialogue, library: Library):
    stored = ask(dialogue, "What gives wool?")
    assert library.catalog.conversations.answer(stored.id, "") == stored
    body = json.loads(stored.body)
    assert (body["id"], body["conversation_id"], body["text"]) == (
        stored.id,
        stored.conversation_id,
        "After 0 turns [1]",
    )


def test_a_follow_up_goes_on_from_the_very_pages_that_were_shown(dialogue: Dialogue, answerer: Remembers):
    first = ask(dialogue, "What gives wool?")
    second = ask(dialogue, "And milk?", conversation=first.conversation_id)
    assert second.conversation_id == first.conversation_id
    [turn] = answerer.histories[-1]
    assert (turn.question, turn.answer, turn.detail) == ("What gives wool?", "After 0 turns [1]", 4)
    assert [(each.evidence.label, each.image) for each in turn.shown] == [(1, True), (2, True)]
    assert turn.shown[0].evidence.page.text == "Sheep give wool."


def test_a_follow_up_goes_on_from_the_last_question_as_it_was_understood(dialogue: Dialogue):
    first = ask(dialogue, "What gives wool?")
    second = ask(dialogue, "Cows, milk?", conversation=first.conversation_id)
    third = ask(dialogue, "And why?", conversation=first.conversation_id)
    searched = [json.loads(each.body)["searched"] for each in (second, third)]
    assert searched == ["Cows, milk?", "Cows, milk? And why?"]


def test_a_conversation_of_somebody_else_cannot_be_gone_on_with(dialogue: Dialogue):
    first = ask(dialogue, "What gives wool?", owner="alice")
    with pytest.raises(NotInLibrary):
        ask(dialogue, "And milk?", conversation=first.conversation_id, owner="bob")


def test_deleting_a_document_deletes_the_answers_made_from_it(dialogue: Dialogue, library: Library):
    stored = ask(dialogue, "What gives wool?")
    [sheep] = [document for document in library.catalog.documents() if document.name == "sheep.pdf"]
    assert library.delete(sheep).answers == 1
    with pytest.raises(NotInLibrary, match="a document it was made from"):
        library.catalog.conversations.answer(stored.id, "")


def test_a_new_version_of_a_file_takes_the_answers_made_from_the_old_one_along(
    dialogue: Dialogue, library: Library, pipeline: Pipeline, make_pdf: Callable[..., Path]
):
    ask(dialogue, "What gives wool?")
    run(pipeline, make_pdf("Llamas give wool, too.", name="sheep.pdf"))
    assert library.catalog.conversations.list("") == []


def test_pages_that_may_not_be_seen_any_more_are_not_gone_on_from(dialogue: Dialogue, answerer: Remembers):
    first = ask(dialogue, "What gives wool?")
    elsewhere = Scope(collections=("elsewhere",))
    dialogue.ask(
        "And milk?",
        scope=elsewhere,
        owner="",
        conversation_id=first.conversation_id,
        say=lambda _: None,
        show=lambda _: None,
    )
    assert answerer.histories[-1] == []


def test_what_is_raised_while_listening_stops_the_answer_and_stores_nothing(dialogue: Dialogue, library: Library):
    class Left(Exception): ...

    def leave(_: str) -> None:
        raise Left

    with pytest.raises(Left):
        dialogue.ask("What gives wool?", scope=Scope(), owner="", say=leave, show=lambda _: None)
    assert library.catalog.conversations.list("") == []
