from docqa.words import closest_part, stems, terms


def test_terms_are_numbers_and_words_that_carry_meaning():
    assert terms("What was the revenue of 1,250.5 million?") == {"revenue", "1250.5", "million"}


def test_forms_of_one_word_have_one_stem():
    assert stems("increased") == stems("increases") == stems("increasing")


def test_the_words_that_share_most_with_a_question_are_read():
    text = "alpha beta gamma\tdelta\nThe ferries carried passengers last year omega psi"
    assert closest_part(text, "How many passengers did the ferry carry?", words=4) == "The ferries carried passengers"


def test_a_short_text_is_read_whole():
    assert closest_part("two  words", "anything", words=2) == "two  words"


def test_without_a_shared_word_the_beginning_is_read():
    assert closest_part("one two three four", "unrelated", words=2) == "one two"
