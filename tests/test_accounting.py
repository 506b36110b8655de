import pytest

from docqa.question.accounting import words_of_statements


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Has the company increased its debt?", "notes payable"),
        ("What is the FY2019 capital expenditure?", "purchases of property plant"),
        ("What was CAPEX in 2020?", "purchases of property plant"),
        ("Is the operating margin improving?", "operating income"),
        ("What is the PP&E of 3M?", "equipment net"),
    ],
)
def test_a_question_is_searched_with_the_words_of_statements(question: str, words: str):
    assert words in words_of_statements(question)


@pytest.mark.parametrize("question", ["When did the last coal ship leave?", "How tight must the bolts be?"])
def test_other_questions_are_left_alone(question: str):
    assert words_of_statements(question) == ""


def test_no_word_is_searched_twice():
    words = words_of_statements("What were revenue, profit and margin?").split()
    assert len(words) == len(set(words))
