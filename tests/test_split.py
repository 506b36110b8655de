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


def test_nothing_stands_under_the_table_of_contents():
    path = HeadingPath().under(Heading(0, "Inhaltsverzeichnis", 18)).under(Heading(0, "1 Kaimauern", 14))
    assert path.texts == ("1 Kaimauern",)


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


def test_rows_in_a_passage_of_their_own_carry_the_heads_of_their_table():
    rows = "\n".join(f"Division {n}\t{n}\t{n + 1}" for n in range(9))
    first, *others = split(ID, page(f"Sales\n2023\t2022\n{rows}"), "doc", HeadingPath(), max_words=12)
    assert first.lead == ""
    assert {passage.lead for passage in others} == {"Sales 2023 | 2022"}


def test_a_table_begins_a_passage():
    first, second = (f"{name}\n2023\t2022\n" + "\n".join(f"Division {n}\t{n}\t{n}" for n in range(4)) for name in "AB")
    passages = split(ID, page(f"{first}\n\n{second}"), "doc", HeadingPath(), max_words=60)
    assert [passage.text for passage in passages] == [first, second]


def test_what_a_heading_says_already_is_no_lead():
    rows = "\n".join(f"Division {n}\t{n}\t{n + 1}" for n in range(9))
    sheet = replace(page(f"Sales\n2023\t2022\n{rows}"), headings=(Heading(0, "Sales", 14.0),))
    assert split(ID, sheet, "doc", HeadingPath(), max_words=12)[-1].lead == "2023 | 2022"


def test_a_table_that_goes_on_on_the_next_page_keeps_its_heads():
    rows = "\n".join(f"Division {n}\t{n}\t{n + 1}" for n in range(3))
    path = HeadingPath().after(page(f"Sales\n2023\t2022\n{rows}"))
    [passage] = split(ID, page(rows, number=2), "doc", path, max_words=50)
    assert passage.lead == "Sales 2023 | 2022"


def test_running_rows_are_in_no_passage_and_no_heading():
    text = "Acme Inc.\n\nIt goes on\nto the foot\nAcme Inc.\nand after it."
    again = text.rindex("Acme")
    sheet = replace(page(text), headings=(Heading(0, "Acme Inc.", 14.0),), running=((0, 9), (again, again + 9)))
    passages = split(ID, sheet, "doc", HeadingPath(), max_words=50)
    assert [passage.text for passage in passages] == ["It goes on\nto the foot", "and after it."]
    assert passages[0].headings == ("doc",)
    assert HeadingPath().after(sheet).texts == ()


def test_bold_heads_of_columns_are_no_headings():
    rows = "\n".join(f"Division {n}\t{n}\t{n + 1}" for n in range(3))
    text = f"Sales\n(in millions)\n\nNorth\tSouth\n\nRestated\n\n{rows}"
    bold = [Heading(text.index(words), words, 10.0) for words in ("Sales", "(in millions)", "Restated")]
    [passage] = split(ID, replace(page(text), headings=tuple(bold)), "doc", HeadingPath(), max_words=50)
    assert passage.headings == ("doc", "Sales")


def test_a_heading_stays_with_what_is_below_it():
    text = "Costs\n\n" + " ".join(["word"] * 9) + "."
    sheet = replace(page(text), headings=(Heading(0, "Costs", 14.0),))
    assert len(split(ID, sheet, "doc", HeadingPath(), max_words=9)) == 1


@given(st.text(alphabet="ab. \t\nA1", max_size=200), st.integers(1, 12))
def test_passages_hold_all_text_once_in_order_and_say_where(text: str, max_words: int):
    sheet = page(text)
    passages = split(ID, sheet, "doc", HeadingPath(), max_words=max_words)
    assert all(text[passage.start : passage.end] == passage.text for passage in passages)
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(text.split())
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
