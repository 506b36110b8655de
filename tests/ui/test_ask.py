"""The page that asks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from docqa.client import Client
from docqa.service import Service
from ingest.sandbox import Sandbox
from tests.api.conftest import MANUAL, QUESTION, REPORT, read_queued
from tests.ui.conftest import LONGEST_RUN_S, Open, drawn, go, words
from ui import ask as desk
from ui.asking import Asking
from ui.talk import Pick, Talk


def ask(page: AppTest, question: str) -> AppTest:
    """Ask, and look again until the answer is there."""
    page.chat_input[0].set_value(question).run()
    for _ in range(100):
        assert not page.exception
        if "asking" not in page.query_params:
            return page
        page.run()
    raise AssertionError("no answer came")


def test_an_empty_library_says_what_to_do_first(open_page: Open, empty_address: str) -> None:
    page = open_page(empty_address)
    assert "Start with a PDF" in words(page)
    assert page.button(key="add_documents").label == "Add documents"
    assert not page.chat_input


def test_an_answer_comes_with_its_page_and_an_address_that_reopens_it(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    turn = drawn(page, "answer_0")
    assert drawn(page, "question_0")["text"] == QUESTION
    assert turn["quoted"]
    assert turn["sources"][0]["document"] == REPORT
    assert turn["active"] == turn["sources"][0]["label"]
    assert page.get("imgs") or page.get("image")
    assert "quoted in the answer" in words(page)
    assert REPORT in words(page)

    again = open_page(reading_address, answer=page.query_params["answer"])
    assert drawn(again, "answer_0") == turn


def test_what_was_said_of_an_answer_is_shown_again(open_page: Open, reading_address: str) -> None:
    answer_id = ask(open_page(reading_address), QUESTION).query_params["answer"]
    with Client(reading_address) as client:
        client.rate(answer_id, "down")
    assert drawn(open_page(reading_address, answer=answer_id), "answer_0")["verdict"] == "down"


def test_the_list_of_conversations_names_one_as_soon_as_its_first_answer_is_drawn(
    open_page: Open, reading_address: str
) -> None:
    page = ask(open_page(reading_address), QUESTION)
    with Client(reading_address) as client:
        conversation_id = client.answer(page.query_params["answer"]).conversation_id
    assert f"conversation_{conversation_id}" in {button.key for button in page.button}


def test_an_answer_that_comes_while_the_page_is_drawn_without_it_is_drawn_next(
    open_page: Open, reading_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = desk._follow

    def later(open_talk: Talk, coming: Asking | None) -> None:
        while coming is not None and not coming.is_over:
            coming.wait(LONGEST_RUN_S)
        follow(open_talk, coming)

    monkeypatch.setattr(desk, "FIRST_PAGES_S", 0)
    monkeypatch.setattr(desk, "_follow", later)
    page = open_page(reading_address)
    page.chat_input[0].set_value(QUESTION).run()
    assert drawn(page, "answer_0")["sources"]


def test_a_follow_up_stands_below_and_shows_its_own_proof(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    page = ask(page, "How often must the gearbox oil be changed?")
    assert drawn(page, "question_1")["text"].startswith("How often")
    assert drawn(page, "answer_0")["active"] is None
    assert MANUAL in words(page)


def test_an_address_opens_the_answer_it_names_with_the_proof_of_that(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    first = page.query_params["answer"]
    ask(page, "How often must the gearbox oil be changed?")
    again = open_page(reading_address, answer=first)
    assert [drawn(again, f"answer_{place}")["named"] for place in (0, 1)] == [True, False]
    assert drawn(again, "answer_0")["active"] is not None
    assert drawn(again, "answer_1")["active"] is None


def test_a_follow_up_tells_what_was_searched_for(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    page = ask(page, "And in 2021?")
    assert drawn(page, "answer_0")["searched"] == ""
    assert drawn(page, "answer_1")["searched"] == f"Searched for: {QUESTION} 2021"


def test_what_is_not_there_is_not_found_with_the_nearest_pages(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), "What is the best recipe for tomato soup?")
    turn = drawn(page, "answer_0")
    assert turn["note"].startswith("Not found")
    assert turn["blocks"] == []
    assert turn["sources"]
    assert "among the nearest" in words(page)
    drawing = list(page.main)
    [said] = [place for place, each in enumerate(drawing) if each in page.caption and "Nothing of it" in each.value]
    assert drawing[said + 1].type == "image"  # the marks are not those of a quotation: said before they are seen


def test_turning_the_page_tells_evidence_from_what_is_none(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    answer_id = page.query_params["answer"]
    with Client(reading_address) as client:
        shown = {(each.document, each.page): each.label for each in client.answer(answer_id).evidence}
    for number in (1, 2):
        page.session_state["pick"] = Pick(answer_id, shown[REPORT, number])
        page.run()
        page.button(key="leaf_Next page").click().run()
        assert f"<b style='font-size:1.05em'>[{shown[REPORT, number + 1]}]" in words(page)
        assert "not part of the evidence" not in words(page)
    (manual,) = [number for name, number in shown if name == MANUAL]
    page.session_state["pick"] = Pick(answer_id, shown[MANUAL, manual])
    page.run()
    page.button(key="leaf_Next page" if manual == 1 else "leaf_Previous page").click().run()
    assert "not part of the evidence" in words(page)


def test_page_text_is_shown_as_text(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    next(each for each in page.button_group if each.key == "proof_view").set_value("Text").run()
    assert "Port of Sandhaven" in page.text[0].value


def test_how_it_was_made_names_documents_stages_and_prompt(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    answer_id = page.query_params["answer"]
    page.session_state[f"made_{answer_id}"] = True
    page.run()
    rows = drawn(page, f"coverage_{answer_id}")["rows"]
    assert rows[0]["name"] == REPORT
    assert rows[0]["marks"][0]["text"].startswith("cited p. ")
    assert {row["label"] for row in drawn(page, f"time_{answer_id}")["rows"]} >= {"search", "answer"}
    assert "quoted word for word" in words(page)


def test_a_question_keeps_to_the_documents_that_were_chosen(
    open_page: Open, reading_address: str, examples: Service
) -> None:
    manual = next(each.id for each in examples.library.catalog.documents() if each.name == MANUAL)
    page = open_page(reading_address)
    page.multiselect[1].set_value([manual]).run()
    page = ask(page, "How often must the gearbox oil be changed?")
    assert {page["document_id"] for page in _evidence(reading_address, page.query_params["answer"])} == {manual}


def test_coming_back_to_the_page_opens_what_was_open_until_a_new_question_is_wanted(
    open_page: Open, reading_address: str
) -> None:
    page = ask(open_page(reading_address), QUESTION)
    answer_id = page.query_params["answer"]
    for path in ("library", ""):
        page.query_params.clear()
        go(page, path)
    assert page.query_params["answer"] == answer_id
    assert drawn(page, "question_0")["text"] == QUESTION
    page.button(key="new_question").click().run()
    assert "Ask your documents" in words(page)


def test_evidence_leads_to_its_page_in_the_library(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    with Client(reading_address) as client:
        (first, *_) = client.answer(page.query_params["answer"]).citations
    [link] = page.get("page_link")
    assert link.proto.query_string == f"document={first.document_id}&page={first.page}"


def test_evidence_whose_document_was_deleted_elsewhere_says_so(
    open_page: Open, writing_address: str, workshop: Service, sandbox: Sandbox, make_pdf: Callable[..., Path]
) -> None:
    with Client(writing_address) as client:
        (uploaded,) = client.upload(make_pdf("The beacon of Hollow Cape burns red.", name="beacon.pdf"))
        read_queued(workshop, sandbox)
        page = ask(open_page(writing_address), "Which colour has the beacon of Hollow Cape?")
        client.delete(uploaded.id)
    next(each for each in page.button_group if each.key == "proof_view").set_value("Text").run()
    assert r"beacon\.pdf was deleted: its pages are gone" in words(page)
    assert "GET" not in words(page)


def test_an_answer_that_is_gone_says_so(open_page: Open, reading_address: str) -> None:
    assert "This answer is gone" in words(open_page(reading_address, answer="0" * 32))


def test_conversations_are_listed_opened_and_deleted(open_page: Open, reading_address: str) -> None:
    page = ask(open_page(reading_address), QUESTION)
    with Client(reading_address) as client:
        conversation_id = client.answer(page.query_params["answer"]).conversation_id
    fresh = open_page(reading_address)
    fresh.button(key=f"conversation_{conversation_id}").click().run()
    assert drawn(fresh, "question_0")["text"] == QUESTION
    fresh.button(key="delete_conversation").click().run()
    assert "answer" not in fresh.query_params
    assert f"conversation_{conversation_id}" not in {button.key for button in fresh.button}


def _evidence(address: str, answer_id: str) -> list[dict[str, str]]:
    with Client(address) as client:
        return [{"document_id": each.document_id} for each in client.answer(answer_id).evidence]
