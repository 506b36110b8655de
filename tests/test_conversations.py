"""Conversations, answers, keys: what is stored, and who sees it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from docqa.catalog import Catalog
from docqa.cli import up
from docqa.errors import NotInLibrary, UsageError
from docqa.settings import Settings
from docqa.types import Feedback, StoredAnswer

BODY = '{"text":"Caf\\u00e9 [1]"}'


def say(catalog: Catalog, answer_id: str, conversation_id: str, *, owner: str = "", document: str = "d") -> None:
    catalog.register(document, name="a.pdf", size_bytes=1, collection="default", path=f"/{document}.pdf")
    answer = StoredAnswer(answer_id, conversation_id, datetime.now(UTC), BODY)
    catalog.conversations.add(
        answer, owner=owner, question=f"Question {answer_id}?", turn=None, document_ids=[document], begins=True
    )


def test_an_answer_is_kept_to_the_byte(catalog: Catalog):
    say(catalog, "a", "c")
    assert catalog.conversations.answer("a", "").body == BODY


def test_a_conversation_is_called_by_its_first_question_and_lists_the_latest_first(catalog: Catalog):
    say(catalog, "a", "one")
    say(catalog, "b", "two")
    say(catalog, "c", "one")
    found = [(each.id, each.title, each.answers) for each in catalog.conversations.list("")]
    assert found == [("one", "Question a?", 2), ("two", "Question b?", 1)]
    assert [each.id for each in catalog.conversations.answers("one")] == ["a", "c"]


def test_nobody_sees_the_conversations_of_another_key(catalog: Catalog):
    say(catalog, "a", "c", owner="alice")
    assert catalog.conversations.list("bob") == []
    for look in (
        lambda: catalog.conversations.get("c", "bob"),
        lambda: catalog.conversations.answer("a", "bob"),
        lambda: catalog.conversations.delete("c", "bob"),
        lambda: catalog.conversations.rate("a", "bob", "up"),
    ):
        with pytest.raises(NotInLibrary):
            look()


@pytest.mark.parametrize("gone", ["document", "conversation"])
def test_an_answer_is_not_stored_after_what_it_belongs_to_was_deleted(catalog: Catalog, gone: str):
    say(catalog, "a", "c")
    if gone == "document":
        catalog.sources.unlink("d")
    else:
        catalog.conversations.delete("c", "")
    late = StoredAnswer("b", "c", datetime.now(UTC), BODY)
    with pytest.raises(NotInLibrary, match="meanwhile"):
        catalog.conversations.add(late, owner="", question="?", turn=None, document_ids=["d"], begins=False)


def test_conversations_can_be_handed_over(catalog: Catalog):
    say(catalog, "a", "c")
    catalog.conversations.hand_over("", "alice")
    assert (len(catalog.conversations.list("")), len(catalog.conversations.list("alice"))) == (0, 1)


def test_answers_go_with_the_document_they_were_made_from(catalog: Catalog):
    say(catalog, "a", "c", document="kept")
    say(catalog, "b", "c", document="deleted")
    say(catalog, "x", "alone", document="deleted")
    assert catalog.conversations.forget_document("deleted") == 2
    assert [each.id for each in catalog.conversations.answers("c")] == ["a"]
    assert [each.id for each in catalog.conversations.list("")] == ["c"]


def test_only_the_answers_of_some_owners_may_go(catalog: Catalog):
    say(catalog, "a", "one", owner="alice")
    say(catalog, "b", "two", owner="bob")
    assert catalog.conversations.forget_document("d", owners=["alice"]) == 1
    assert catalog.conversations.list("alice") == []
    assert [each.id for each in catalog.conversations.list("bob")] == ["two"]


def test_a_verdict_is_kept_and_can_be_taken_back(catalog: Catalog):
    say(catalog, "a", "c")
    catalog.conversations.rate("a", "", "down", "wrong page")
    assert catalog.conversations.verdicts() == {"down": 1}
    [answer] = catalog.conversations.answers("c")
    assert answer.feedback == catalog.conversations.answer("a", "").feedback == Feedback("down", "wrong page")
    catalog.conversations.rate("a", "", None)
    assert catalog.conversations.verdicts() == {}


def test_a_question_with_a_null_character_can_be_stored(catalog: Catalog):
    answer = StoredAnswer("a", "c", datetime.now(UTC), BODY)
    catalog.conversations.add(answer, owner="", question="What\0?", turn=None, document_ids=[], begins=True)
    assert catalog.conversations.get("c", "").title == "What ?"


def test_a_key_is_found_by_its_secret_alone(catalog: Catalog):
    key, secret = catalog.keys.create("alice", ["law", "law"])
    assert catalog.keys.find(secret) == key
    assert key.collections == ("law",)
    assert catalog.keys.find(secret + "x") is None


def test_the_secret_of_a_key_is_not_stored(tmp_path: Path):
    catalog = Catalog.at(tmp_path / "catalog.db")
    _, secret = catalog.keys.create("alice")
    catalog.close()
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_key_names_are_unique_and_a_deleted_key_opens_nothing(catalog: Catalog):
    assert not catalog.keys.any()
    _, secret = catalog.keys.create("alice")
    with pytest.raises(UsageError, match="alice already"):
        catalog.keys.create("alice")
    catalog.keys.delete("alice")
    assert catalog.keys.find(secret) is None
    with pytest.raises(NotInLibrary, match="docqa key list"):
        catalog.keys.delete("alice")


def test_a_catalog_is_copied_whole_and_back(catalog: Catalog, tmp_path: Path):
    say(catalog, "a1", "c1", document="d")
    say(catalog, "a2", "c1")
    key, secret = catalog.keys.create("alice")
    copy = Catalog.at(tmp_path / "other.db")
    copy.take(catalog)
    with pytest.raises(UsageError, match="in use already"):
        copy.take(catalog)
    catalog.copy_into(tmp_path / "file.db")
    third = Catalog.at(tmp_path / "file.db")
    for each in (copy, third):
        assert each.documents() == catalog.documents()
        assert each.conversations.answers("c1") == catalog.conversations.answers("c1")
        assert each.conversations.turns("c1") == catalog.conversations.turns("c1")
        assert each.keys.find(secret) == key
        each.close()


def test_a_page_that_lost_its_key_gets_its_conversations_back(tmp_path: Path):
    catalog = Catalog.at(tmp_path / "catalog.db")
    catalog.keys.create("alice")
    settings = Settings(data=tmp_path)
    up._PageKey(settings, catalog).look()
    [key] = [each for each in catalog.keys.list() if each.name == up.KEY_NAME]
    say(catalog, "a1", "c1", owner=key.id)
    (tmp_path / "page-key").unlink()  # as in a restored library
    again = up._PageKey(settings, catalog)
    again.look()
    found = catalog.keys.find(again.secret)
    assert found is not None
    assert [each.id for each in catalog.conversations.list(found.id)] == ["c1"]
    catalog.close()
