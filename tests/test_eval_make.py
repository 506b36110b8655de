import json
from pathlib import Path
from random import Random

import pytest

from docqa.evaluation.making import cells, drawing, library, prose, sections, swapping, telling, wording
from docqa.evaluation.making.candidates import Candidate
from docqa.evaluation.making.library import QuestionSet
from docqa.text.words import stems
from docqa.types import Document, Heading, Page
from tests.fakes import page

LOREM = "Nothing of note can be told of the quiet little place where all of this was seen."
TABLE = "Figures of the year\n\tHarbour dues\tPilotage fees\nCoal berths\t1,234\t88\nGrain berths\t907\t61"


def document(name: str, title: str = "", *, digit: str = "a") -> Document:
    return Document(digit * 64, name, title, ("default",), "done", 4, 4, 0, "", 1, None)  # type: ignore[arg-type]


def candidate(answer: str, keys: str, *, number: int = 1, context: str = "") -> Candidate:
    return Candidate("table", number, f"what is {keys}", answer, frozenset(stems(keys)), frozenset(stems(context)), ())


def pages(*texts: str) -> list[telling.PageWords]:
    return [telling.read(page(text, number=number)) for number, text in enumerate(texts, start=1)]


def asked(text: str, *, seed: int = 0) -> Candidate:
    (found,) = prose.candidates(page(text), {}, Random(seed))
    return found


def test_a_cell_is_asked_for_by_its_row_and_the_head_of_its_column():
    found = list(cells.candidates(page(TABLE), {}, Random(1)))
    assert [each.answer in {"1,234", "88"} for each in found] == [True, False]
    coal = found[0]
    head = {"1,234": "Harbour dues", "88": "Pilotage fees"}[coal.answer]
    assert head in coal.asks
    assert "coal berths" in coal.asks
    assert coal.keys == {"coal", "berths"}


def test_a_row_of_one_word_is_asked_for_only_if_few_pages_have_it():
    text = page("Figures\n\tHarbour dues\tPilotage fees\nOther\t1,234\t88")
    assert list(cells.candidates(text, {"other": 2}, Random(1)))
    assert not list(cells.candidates(text, {"other": 3}, Random(1)))


def test_a_row_whose_columns_have_no_clear_heads_is_not_asked_for():
    assert not list(cells.candidates(page("Coal berths\t1,234\t88\nGrain berths\t907\t61"), {}, Random(1)))
    twice = "Figures\n\tDues\tDues\nCoal berths\t1,234\t88"
    assert not list(cells.candidates(page(twice), {}, Random(1)))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The last coal ship left the old eastern harbour on 30 September 2024.", "30 September 2024"),
        ("The audit of the accounts cost the harbour authority $212,000 last winter.", "$212,000"),
        ("Grain traffic through the northern basin fell by 12.5 percent after the storm.", "12.5 percent"),
        ("The northern basin has 41 berths for ships that carry grain or timber.", "41"),
        ("The new breakwater was planned and drawn by the engineer Ada Lindqvist.", "Ada Lindqvist"),
    ],
)
def test_a_sentence_is_asked_for_its_number_date_or_name(text: str, answer: str):
    for seed in range(6):  # in its own order, or as keywords
        found = asked(text, seed=seed)
        assert found.answer == answer
        assert answer not in found.asks


@pytest.mark.parametrize(
    "text",
    [
        "It left the old eastern harbour with coal for the last time on 30 September 2024.",  # what is it?
        "The audit cost $212,000 and the new pilot boat another $450,000 in the same year of it.",  # which one?
        "As the drawing of Figure 3 shows the breakwater is bent towards the northern side of it.",
        "Short, with 12 words.",
    ],
)
def test_a_sentence_of_which_it_is_not_clear_what_is_asked_for_is_left_out(text: str):
    assert not list(prose.candidates(page(text), {}, Random(0)))


def test_a_heading_is_asked_for_if_a_section_stands_under_it_on_its_page():
    text = "3.2 Dredging the channel\n" + f"{LOREM} " * 4 + "\nOther business\nNone."
    headings = (Heading(0, "3.2 Dredging the channel", 12.0), Heading(text.index("Other"), "Other business", 12.0))
    plain = page(text)
    read = Page(1, plain.width, plain.height, text, plain.words, headings, "layer")
    (found,) = sections.candidates(read, Random(0))
    assert found.asks.endswith("about dredging the channel")
    assert found.answer == ""


def test_a_page_that_tells_the_same_is_gold_too():
    found = telling.telling(
        candidate("1,234", "coal berths", context="2024"),
        pages("Coal berths\t1,234", "For the coal berths 1,234 was paid in 2024.", "Grain in 2024"),
    )
    assert found == (1, 2)


def test_a_question_is_left_out_if_another_page_says_something_else_of_it():
    asks = candidate("1,234", "coal berths", context="2024")
    assert isinstance(telling.telling(asks, pages("Coal berths\t1,234", "Coal berths in 2024\t99")), str)
    assert telling.telling(asks, pages("Coal berths\t1,234", "Coal berths in 1999\t99")) == (1,)


def test_a_table_of_contents_tells_nothing():
    asks = candidate("", "dredging channel")
    assert telling.telling(asks, pages("dredging channel", "Contents\nDredging channel\t7")) == (1,)
    assert isinstance(telling.telling(asks, pages("dredging channel", "Minutes\nDredging channel\t7")), str)


@pytest.mark.parametrize(
    ("number", "other", "is_one"),
    [
        ("83,733", "83.7", True),
        ("83,733", "84", True),
        ("83,733", "83.8", False),
        ("1,250,000", "1.25", True),
        ("83,733", "8", False),  # one digit rounds everything
        ("41", "42", False),
    ],
)
def test_a_number_is_known_by_its_rounding(number: str, other: str, is_one: bool):
    assert telling.is_rounding(number, other) is is_one


def test_a_page_may_tell_the_answer_rounded():
    asks = candidate("83,733", "harbour income year")
    rounded, other = pages("Our harbour made an income of 83.7 million", "Our harbour made an income of 71 million")
    assert telling.may_tell(asks, rounded)
    assert not telling.may_tell(asks, other)


def test_a_year_is_swapped_for_one_that_the_document_lacks():
    known = swapping.years("In 2023 and 2024, as in FY22 and '25")
    assert known == {2022, 2023, 2024, 2025}
    for seed in range(5):
        swap = swapping.other_year("what were dues in 2024", known, Random(seed))
        assert swap is not None
        asks, year = swap
        assert asks == f"what were dues in {year}"
        assert int(year) in {2021, 2026, 2027}
    assert swapping.other_year("what were dues", known, Random(0)) is None


def test_a_name_is_swapped_for_one_of_other_documents_of_which_the_document_has_no_word():
    foreign = swapping.foreign_names({"Ada Lindqvist", "Olaf Berg", "The Old Mole"}, frozenset({"berg"}))
    asks = swapping.other_name("who paid Carl Holm in May", foreign, Random(0))
    assert asks == ("who paid Ada Lindqvist in May", "Ada Lindqvist")


def test_words_are_replaced_by_plain_ones():
    replaced = {wording.reworded("staff required", Random(seed)) for seed in range(20)}
    assert replaced == {"staff required", "staff needed"}


REPORT = [
    page(f"{LOREM}\n\n{TABLE}", number=1),
    page(f"The northern basin has 41 berths for ships that carry grain or timber.\n\n{LOREM}", number=2),
    page(f"The audit of the accounts cost the harbour authority $212,000 last winter.\n\n{LOREM}", number=3),
    page(f"The last coal ship left the old eastern quay in the autumn of 2019.\n\n{LOREM}", number=4),
    page(f"Pilots guided 317 tankers through the narrow southern channel at night.\n\n{LOREM}", number=5),
    page(f"Storms closed the lighthouse road for 19 days during the long winter.\n\n{LOREM}", number=6),
]


def made(*, seed: int = 0, per_document: int = 3, near_misses: int = 2) -> QuestionSet:
    one, other = document("harbour report.pdf"), document("second copy.pdf", digit="b")
    held = {one: REPORT, other: [page(f"Copies held 55 of the red lamps near a very old gate.\n\n{LOREM}", number=1)]}
    return library.make(
        [one, other], lambda each: held[each], per_document=per_document, near_misses=near_misses, seed=seed
    )


def test_the_same_library_and_seed_give_the_same_questions():
    assert made().rows == made().rows
    assert made().rows != made(seed=1).rows


def test_rows_are_a_question_file(tmp_path: Path):
    from docqa.evaluation import questions

    path = tmp_path / "made.jsonl"
    rows = made().rows
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    loaded = questions.load(path)
    assert len(loaded) == len(rows)
    for question in loaded:
        if question.answerable:
            held = {each.number: each.text for each in REPORT if question.doc == "harbour report.pdf"}
            assert all(question.gold_answers[0] in held.get(place, "55") for place in question.evidence_pages)
        elif question.made == "hidden page":
            assert question.hidden_pages
        assert question.standalone == ("report" in question.question or "copy" in question.question)


def test_what_is_hidden_is_every_page_that_may_tell_the_answer():
    again = "As said, the basin in the north has 41 berths, where grain and timber ships are carried by tugs."
    drawn = drawing.draw([*REPORT, page(again, number=7)], wanted=0, near_misses=9, random=Random(0))
    (berths,) = [each for each in drawn.questions if each.candidate.answer == "41"]
    assert set(berths.hidden) == {2, 7}
    assert berths.pages == ()


def test_a_document_of_few_pages_gets_no_near_miss_by_hiding():
    drawn = drawing.draw(REPORT[:3], wanted=0, near_misses=9, random=Random(0))
    assert not drawn.questions


def test_a_question_that_another_document_may_answer_is_not_asked_of_all():
    one, twin = document("harbour report.pdf"), document("harbour twin.pdf", digit="b")
    both = library.make([one, twin], lambda _: REPORT, per_document=4, near_misses=0, seed=0)
    alone = library.make([one], lambda _: REPORT, per_document=4, near_misses=0, seed=0)
    assert not any(row["standalone"] for row in both.rows)
    assert any(row["standalone"] for row in alone.rows)


def test_a_document_is_named_by_what_it_alone_is_called():
    named = library.labels(
        [
            document("a.pdf", "Annual Report", digit="a"),
            document("harbour_2024.pdf", "Annual Report", digit="b"),
            document("0e94b4197b10096b1f4c699701570fbf.pdf", "Presentation", digit="c"),
            document("x.pdf", "Rules for Pilots", digit="d"),
        ]
    )
    assert list(named.values()) == ["", "harbour 2024", "", "Rules for Pilots"]
