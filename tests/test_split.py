from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from docqa.types import Heading
from ingest.split import HeadingPath, split
from tests.fakes import page

ID = "a" * 64


def test_passages_end_where_sentences_end():
    text = "One two three four. Five six seven eight. Nine ten."
    assert [p.text for p in split(ID, page(text), "doc", HeadingPath(), max_words=8)] == [
        "One two three four. Five six seven eight.",
        "Nine ten.",
    ]


def test_a_heading_begins_a_passage_that_stands_under_it():
    text = "Before it are some words here.\n\nCosts\n\nThey fell."
    sheet = replace(page(text), headings=(Heading(text.index("Costs"), "Costs", 14.0),))
    before, under = split(ID, sheet, "doc", HeadingPath(), max_words=20)
    assert (before.headings, under.headings) == (("doc",), ("doc", "Costs"))
    assert under.text == "Costs\n\nThey fell."


def test_a_smaller_heading_stands_under_a_larger_one_until_the_next():
    path = HeadingPath()
    for text, size in [("Report", 20.0), ("Finance", 14.0), ("Debt", 12.0), ("Safety", 14.0)]:
        path = path.under(Heading(0, text, size))
    assert path.texts == ("Report", "Safety")


def test_the_path_carries_over_to_the_next_page():
    sheet = replace(page("Finance"), headings=(Heading(0, "Finance", 14.0),))
    path = HeadingPath().after(sheet)
    assert split(ID, page("Revenue was 5."), "doc", path, max_words=20)[0].headings == ("doc", "Finance")


def test_a_sentence_without_end_is_cut_between_words():
    passages = split(ID, page("word " * 1000), "doc", HeadingPath(), max_words=50)
    assert [len(passage.text.split()) for passage in passages] == [50] * 20


def test_a_word_without_end_is_cut_too():
    assert max(len(passage.text) for passage in split(ID, page("x" * 5000), "doc", HeadingPath(), max_words=50)) <= 1000


def test_scripts_without_spaces_count_by_character():
    assert len(split(ID, page("水" * 100), "doc", HeadingPath(), max_words=50)) == 2


@given(st.text(alphabet="ab. \t\nA1", max_size=200), st.integers(1, 12))
def test_passages_hold_all_text_once_in_order_and_say_where(text: str, max_words: int):
    sheet = page(text)
    passages = split(ID, sheet, "doc", HeadingPath(), max_words=max_words)
    assert all(text[passage.start : passage.end] == passage.text for passage in passages)
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(text.split())
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
