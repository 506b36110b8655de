"""What is shown of one question."""

from dataclasses import replace
from datetime import UTC, datetime

from docqa.client import Answer, EvidencePage
from docqa.types import AnswerPart, Box, Citation, PackReceipt, PageReceipt
from ui import coverage, evidence, turns
from ui.asking import Asked, Asking
from ui.talk import Pick
from ui.turns import Turn

ONE = EvidencePage(1, "a.pdf", "aa", 3, 600, 800, "layer", 2.0, ())
TWO = EvidencePage(2, "b.pdf", "bb", 7, 600, 800, "ocr", 5.0, ())
CITATION = Citation(2, "bb", "b.pdf", 7, "Revenue\t9\nrose", (Box(0, 0, 1, 1),), True)
ANSWER = Answer(
    id="id",
    conversation_id="talk",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    question="How much?",
    status="answered",
    method="model",
    text="It is 9 [2].",
    citations=(CITATION,),
    evidence=(ONE, TWO),
    answerable=0.9,
    timings={"search": 10, "answer": 90},
)


def test_the_evidence_that_is_cited_first_opens() -> None:
    assert Turn.of(ANSWER).first_label() == 2


def test_while_it_comes_the_best_page_opens_until_the_text_names_one() -> None:
    asking = Asking(Asked("How much?"), evidence=(ONE, TWO))
    assert Turn.coming(asking).first_label() == 2
    asking.text = "As [1] says"
    assert Turn.coming(asking).first_label() == 1


def test_what_was_searched_for_is_told_only_if_the_question_was_put_otherwise() -> None:
    assert turns.searched(ANSWER) == ""
    assert turns.searched(replace(ANSWER, searched="how  much?")) == ""
    assert turns.searched(replace(ANSWER, searched="How much of it?")) == "Searched for: How much of it?"


def test_a_page_that_is_evidence_itself_is_turned_to_under_its_own_label() -> None:
    beside = replace(ONE, label=3, page=4)
    turn = Turn.of(replace(ANSWER, evidence=(ONE, TWO, beside)))
    assert evidence.at(turn, beside, 3) == Pick("id", 1)
    assert evidence.at(turn, beside, 5) == Pick("id", 3, 5)
    assert evidence.at(turn, beside, 7) == Pick("id", 3, 7)  # the page 7 that is evidence is of another document


def test_a_label_that_was_never_sent_cannot_be_clicked() -> None:
    places = turns.data(Turn.of(replace(ANSWER, text="See [9]")), active=None, verdict=None)["places"]
    assert set(places) == {"1", "2"}


def test_copied_markdown_names_the_pages_and_quotes_them() -> None:
    copied = turns.markdown(Turn.of(ANSWER))
    assert copied == "**How much?**\n\nIt is 9 [2].\n\n[2] b.pdf, p. 7\n> Revenue | 9 rose\n"


def test_a_quote_that_is_not_borne_out_says_so() -> None:
    turn = Turn.of(replace(ANSWER, citations=(replace(CITATION, supported=False),)))
    assert "not borne out" in turns.markdown(turn)
    assert not turns.data(turn, active=2, verdict=None)["sources"][0]["supported"]


def test_an_answer_that_breaks_off_says_why() -> None:
    assert "The model is gone" in Turn.of(replace(ANSWER, interrupted="The model is gone.")).warning


def test_a_stopped_answer_says_that_it_is_not_kept() -> None:
    asking = Asking(Asked("How much?"))
    asking.stop()
    assert asking.is_over
    assert "not kept" in Turn.coming(asking).warning


def test_an_answer_on_weak_evidence_says_so() -> None:
    assert turns.note(Turn.of(ANSWER)) == ""
    assert "weak" in turns.note(Turn.of(replace(ANSWER, answerable=0.05)))
    assert "Not found" in turns.note(Turn.of(replace(ANSWER, answerable=0.1, status="not_found")))


def test_an_answer_that_came_before_all_was_read_says_so() -> None:
    assert turns.unread(ANSWER) == ""
    assert turns.unread(replace(ANSWER, unread=1)).startswith("1 document was not read")
    assert turns.unread(replace(ANSWER, unread=2)).startswith("2 documents were not read")


def test_coverage_tells_what_was_found_for_each_part() -> None:
    parts = (AnswerPart("Here?", 0.9, True, (2, 1)), AnswerPart("There?", 0.1, False, (1,)))
    asked = coverage.parts(replace(ANSWER, parts=parts))
    assert [(question, [mark["text"] for mark in marks]) for question, marks in asked] == [
        ("Here?", ["[2] b.pdf, p. 7", "[1] a.pdf, p. 3"]),
        ("There?", ["nothing found"]),
    ]


def test_coverage_tells_cited_cited_read_and_left_out_pages_apart() -> None:
    dropped = PageReceipt("cc", "c.pdf", 4, None, "dropped", "no room", 900, 0)
    receipt = PackReceipt("m", "p", True, 4096, 4096, 512, 1, 0, 1, 0, 1, 1, (dropped,))
    read = coverage.of(replace(ANSWER, receipt=receipt))
    assert [(each.document, each.cited, each.read, each.left_out) for each in read] == [
        ("b.pdf", (7,), (), ()),
        ("a.pdf", (), (3,), ()),
        ("c.pdf", (), (), (4,)),
    ]
    assert read[1].marks()[0]["text"] == "read, had nothing: p. 3"
    assert coverage.sent(dropped)[-1]["text"] == "no room"


def test_whatever_breaks_an_answer_off_ends_the_waiting():
    class Broken:
        def ask(self, *_: object, **__: object) -> None:
            raise RuntimeError("a mistake in the program")

    asking = Asking(Asked("How much?"))
    asking.start(Broken())  # type: ignore[arg-type]
    asking.wait(5.0)
    assert asking.is_over
    assert asking.error.startswith("The answer broke off")
