import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa import tokens
from docqa.errors import ContextOverflow
from docqa.packing import pack
from tests.fakes import evidence


def words(text: str) -> int:
    return len(text.split())


def test_a_page_that_does_not_fit_is_passed_over_whole():
    pages = [evidence("one two", label=1), evidence("far too long", label=2), evidence("three", label=3)]
    shown = pack(pages, budget=3, cost=words, image_cost=10, max_images=4)
    assert [each.evidence.label for each in shown] == [1, 3]


def test_a_page_too_long_is_shown_by_its_passages():
    long = evidence("short start")
    long = type(long)(
        long.label,
        long.document_id,
        long.document,
        evidence("short start " + "and more " * 50).page,
        long.passages,
        1.0,
    )
    assert pack([long], budget=5, cost=words, image_cost=10, max_images=0)[0].text == "short start"


def test_what_is_left_buys_images_best_page_first():
    pages = [evidence("one", label=1), evidence("two", label=2), evidence("three", label=3)]
    shown = pack(pages, budget=3 + 25, cost=words, image_cost=10, max_images=4)
    assert [each.image for each in shown] == [True, True, False]


def test_overflow_names_the_setting_to_change():
    with pytest.raises(ContextOverflow, match="DOCQA_MODEL__BUDGET_TOKENS"):
        pack([evidence("one two three")], budget=2, cost=words, image_cost=10, max_images=4)


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(0, 100), st.integers(0, 5))
def test_the_budget_and_the_image_limit_hold(lengths: list[int], budget: int, max_images: int):
    pages = [evidence("w " * length, label=n) for n, length in enumerate(lengths, start=1)]
    try:
        shown = pack(pages, budget=budget, cost=words, image_cost=7, max_images=max_images)
    except ContextOverflow:
        assert min(lengths) > budget
        return
    images = sum(each.image for each in shown)
    assert sum(words(each.text) for each in shown) + 7 * images <= budget
    assert images <= max_images


@given(st.text())
def test_tokens_are_never_undercounted_by_characters(text: str):
    assert tokens.at_most(text) >= len(text)
