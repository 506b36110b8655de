"""Pages that have the same text."""

import pytest

from docqa.retrieval.fusion import PageKey, RankedPage
from docqa.retrieval.twins import collapsed, signature, suspects
from docqa.types import PassageKey

PAGE = "Acme Corp.\n\nSales were $12.5 million in 2019, a rise of 3%.\n\n{number}"


def same(left: str, right: str) -> bool:
    return signature(left, own=["12", "9"]) == signature(right, own=["14", "11"])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (PAGE.format(number="12"), PAGE.format(number="14")),
        (PAGE.format(number="Page 9 of 80"), PAGE.format(number="Page 11 of 82")),
        (PAGE.format(number="Annual report\t12"), PAGE.format(number="Annual report\t14")),
        (PAGE.format(number=""), PAGE.format(number="").replace("Sales were", "SALES\nwere")),
    ],
)
def test_pages_that_differ_in_their_own_number_have_the_same_text(left: str, right: str):
    assert same(left, right)


@pytest.mark.parametrize(
    ("here", "there"),
    [("2019", "2018"), ("$12.5", "$12.6"), ("12.5", "125"), ("3%", "-3%"), ("rise", "fall"), ("Acme", "Beta")],
)
def test_pages_that_differ_in_a_figure_a_year_or_a_word_do_not(here: str, there: str):
    assert not same(PAGE.format(number="12"), PAGE.format(number="14").replace(here, there))


def test_a_number_within_the_text_is_not_taken_for_that_of_the_page():
    assert not same(
        "12 apples were sold.\nThey were red.\nThat is all.", "14 apples were sold.\nThey were red.\nThat is all."
    )


def ranked(*keys: PageKey) -> list[RankedPage]:
    return [RankedPage(key, 3.0 - place, (PassageKey(*key, 0),)) for place, key in enumerate(keys)]


def test_the_best_of_pages_with_the_same_text_stays_and_says_where_else_it_stands():
    a, b, c = PageKey("a", 1), PageKey("b", 1), PageKey("c", 1)
    kept = collapsed(ranked(b, c, a), {a: "text", b: "text"})
    assert [(page.key, page.also_on) for page in kept] == [(b, (a,)), (c, ())]
    assert suspects({a: "text", b: "text", c: "other"}) == [a, b]
