"""Lines from right to left, as PDF programs give them."""

import pytest

from docqa.types import Box
from ingest.bidi import runs_right_to_left, words_as_read


def drawn(glyphs: str) -> list[tuple[str, Box]]:
    """Characters that stand side by side, as seen from left to right; a space is a gap."""
    return [(character, Box(10.0 * x, 0, 10.0 * x + 10, 10)) for x, character in enumerate(glyphs)]


def read(glyphs: str) -> str:
    return " ".join(word for word, _ in words_as_read(drawn(glyphs)))


@pytest.mark.parametrize(
    ("seen", "as_read"),
    [
        ("בא", "אב"),
        ("דג בא", "אב גד"),
        ("2022 בא", "אב 2022"),
        ("%4.5 בא", "אב 4.5%"),
        ("דג 1,250 בא", "אב 1,250 גד"),
        ("דג New York בא", "אב New York גד"),
        (".2022 תנשב", "בשנת 2022."),
        ("٥٠ ن", "ن ٥٠"),
    ],
)
def test_a_line_is_read_from_the_right_and_what_runs_the_other_way_is_kept(seen: str, as_read: str):
    assert read(seen) == as_read


def test_the_order_in_the_file_does_not_matter():
    characters = drawn("2022 דג בא")
    assert words_as_read(characters[::-1]) == words_as_read(characters)


def test_letters_that_are_drawn_as_one_stay_in_their_order():
    lam, alef = ("ل", Box(0, 0, 10, 10)), ("ا", Box(10, 0, 10, 10))
    assert words_as_read([alef, lam, ("د", Box(10, 0, 20, 10))])[0][0] == "دلا"
    assert words_as_read([("ﻻ", Box(0, 0, 10, 10))])[0][0] == "لا", "a shape is spelt out"


def test_a_word_has_the_box_of_its_characters():
    [(_, first), (_, second)] = words_as_read(drawn("דג בא"))
    assert (first, second) == (Box(30, 0, 50, 10), Box(0, 0, 20, 10))


@pytest.mark.parametrize(
    ("text", "leftwards"),
    [("אב 50", True), ("In English שלום is", False), ("plain", False), ("50", False), ("É 5", False)],
)
def test_a_line_runs_the_way_most_of_its_letters_do(text: str, leftwards: bool):
    assert runs_right_to_left(text) is leftwards
