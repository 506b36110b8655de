from dataclasses import replace

import pytest

from docqa.types import Page
from ingest.running import edge_rows, with_running
from tests.fakes import page

HEIGHT = 40 * 12.0


def pages(*heads: str, foot: str = "") -> list[Page]:
    """Pages of 40 rows with these rows at their top; {} in the foot is the page's number."""
    made = []
    for number, head in enumerate(heads, start=1):
        body = [f"Row {row} of page {number} says {row * number}." for row in range(38)]
        made.append(replace(page("\n".join([head, *body, foot.format(number)]), number=number), height=HEIGHT))
    return made


def told(*made: Page) -> list[list[str]]:
    """The running rows of each page."""
    near = {each.number: edge_rows(each) for each in made}
    return [[each.text[slice(*span)] for span in with_running(each, near).running] for each in made]


def test_rows_at_the_same_place_on_three_pages_are_running_ones_and_numbers_with_them():
    assert told(*pages("Acme Inc.", "Acme Inc.", "Acme Inc.", foot="Page {}")) == [
        ["Acme Inc.", "Page 1"],
        ["Acme Inc.", "Page 2"],
        ["Acme Inc.", "Page 3"],
    ]


def test_left_and_right_pages_may_have_heads_of_their_own():
    heads = ["Acme Inc.", "Annual Report"] * 3
    assert told(*pages(*heads)) == [[head] for head in heads]


def test_two_pages_may_begin_alike():
    assert told(*pages("Costs", "Costs", "Sales")) == [[], [], []]


def test_what_repeats_in_the_middle_of_pages_is_text():
    made = [replace(each, height=3000.0) for each in pages("Acme Inc.", "Acme Inc.", "Acme Inc.")]
    near = {each.number: tuple(row for row in edge_rows(each) if row.place > 0.1) for each in made}
    assert [with_running(each, near).running for each in made] == [(), (), ()]


@pytest.mark.parametrize("heads", ["Region\tSales\tShare", "Year ended May 31,\n2023\t2022", "Car\tSeats\tRadio"])
def test_the_heads_of_a_table_over_several_pages_are_text(heads: str):
    tables = [f"{heads}\n{name}\t5\tS\nSouth of {name}\tS\tS" for name in ("Oslo", "Moss", "Lier")]
    assert told(*pages(*tables)) == [[], [], []]
    wide = "Car\tSeats\tRadio\tDoors"  # drawn after the rows, in some files
    assert told(*pages(wide, wide, wide)) == [[], [], []]


def test_a_head_of_three_parts_is_a_running_one():
    head = "Acme Inc.\tHandbook\tConfidential"
    assert told(*pages(head, head, head)) == [[head]] * 3


@pytest.mark.parametrize(
    "foot",
    ["Page {} of 12", "Seite {} von 12", "Página {} de 12", "- {} -", "{}/12", "Acme Inc. {}/12", "Acme Inc. | Page {}",
     "2 May 2022 14:33\t{}/12", "Case 20-cv-417 Page {} of 12 PageID: 7"],
)  # fmt: skip
def test_a_foot_is_the_same_whichever_page_it_numbers(foot: str):
    assert told(*pages("One", "Two", "Three", foot=foot)) == [[foot.format(number)] for number in (1, 2, 3)]


def test_what_running_rows_say_is_text_of_the_first_page_that_has_them():
    made = pages(*["Acme Inc."] * 3, *["Wear gloves."] * 3, foot="Page {}")
    near = {each.number: edge_rows(each) for each in made}
    read = [with_running(each, near).body for each in made]
    assert ["Acme" in body for body in read] == [True, False, False, False, False, False]
    assert ["Wear" in body for body in read] == [False, False, False, True, False, False]
    assert not any("Page" in body for body in read)


def test_pages_that_hold_nothing_else_keep_their_text():
    made = [replace(page("Acme Inc.", number=number), height=HEIGHT) for number in (1, 2, 3)]
    assert told(*made) == [[], [], []]


def test_a_page_without_words_has_none():
    assert edge_rows(page("")) == ()
