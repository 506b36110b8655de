import pytest

from docqa.text.words import closest_part, rarity, stems, terms


def test_terms_are_numbers_and_words_that_carry_meaning():
    assert terms("What was the revenue of 1,250.5 million?") == {"revenue", "1250.5", "million"}


def test_a_date_is_the_same_in_words_and_in_figures():
    assert terms("06 Feb 2024") == terms("6 February 2024") == terms("6. Februar 2024")


def test_forms_of_one_word_have_one_stem():
    assert stems("increased") == stems("increases") == stems("increasing")


def test_what_few_texts_have_is_worth_more():
    worth = rarity({"ferry", "port", "whale"}, [{"ferry", "port"}, {"port"}, {"port", "town"}])
    assert set(worth) == {"ferry", "port"}
    assert worth["ferry"] > worth["port"] > 0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("alpha beta gamma\tdelta\nThe ferries carried passengers last year", "The ferries carried passengers"),
        ("carried carried and then by ferry from here", "and then by ferry"),
        ("carried once and no more but carried here and carried there", "carried here and carried"),
        ("one two three four five", "one two three four"),
        ("two  words", "two  words"),
    ],
    ids=["several", "a rare one", "again and again", "none", "a short text"],
)
def test_the_words_in_a_row_that_are_worth_most_are_read(text: str, part: str):
    assert closest_part(text, {"ferry": 2.0, "ferrie": 2.0, "passen": 1.0, "carrie": 0.5}, words=4) == part


def test_a_word_that_a_line_end_breaks_is_one():
    assert "sedimentation" in terms("The sedi-\nmentation of the basin") & terms("sedi\u00admen\u00adtation")
