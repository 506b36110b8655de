import pytest

from docqa.question.followup import meaning

REVENUE = "What was Adobe's total revenue in fiscal 2022?"


@pytest.mark.parametrize(
    ("question", "means"),
    [
        ("And in 2021?", "What was Adobe's total revenue in fiscal 2021?"),
        ("Why?", f"{REVENUE} Why?"),
        ("Since when?", f"{REVENUE} Since when?"),
        ("How much in 2020?", "What was Adobe's total revenue in fiscal 2020?"),
        ("2020?", "What was Adobe's total revenue in fiscal 2020?"),
        ("What about 2021 and 2020?", "What was Adobe's total revenue in fiscal 2021? 2020"),
        ("Why did it grow?", f"{REVENUE} Why did it grow?"),
        ("And the net income?", f"{REVENUE} And the net income?"),
        (
            "How many employees did they have in 2020?",
            "What was Adobe's total revenue in fiscal ? How many employees did they have in 2020?",
        ),
    ],
)
def test_what_points_back_takes_from_the_question_before(question: str, means: str):
    found = meaning(question, [REVENUE])
    assert (found.question, found.certain) == (means, True)


@pytest.mark.parametrize(
    "question",
    [
        "When does the lease of the Berlin office end?",
        "How tight must the flange bolts of the turbine be?",
        "Which of the funds that were named has the lowest fees?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str):
    found = meaning(question, [REVENUE])
    assert (found.question, found.certain) == (question, True)


def test_a_short_question_may_lean_on_the_one_before_or_not():
    found = meaning("Audit fee?", [REVENUE])
    assert (found.question, found.certain) == (f"{REVENUE} Audit fee?", False)


def test_what_a_chain_of_questions_is_about_is_kept():
    found = meaning("And in 2020?", [REVENUE, "And in 2021?"])
    assert found.question == "What was Adobe's total revenue in fiscal 2020?"


def test_a_new_subject_ends_the_chain():
    found = meaning("And in 2020?", [REVENUE, "How many ships did the harbour of Sandhaven see in 2024?"])
    assert found.question == "How many ships did the harbour of Sandhaven see in 2020?"


def test_a_short_question_that_is_whole_ends_the_chain():
    found = meaning("And for the blades?", [REVENUE, "What is the warranty?"])
    assert found.question == "What is the warranty? And for the blades?"


def test_the_first_question_means_what_it_says():
    assert meaning("And why?", []).question == "And why?"


@pytest.mark.parametrize(
    ("before", "question", "means"),
    [
        ("Wie hoch war der Umsatz 2022?", "Und 2021?", "Wie hoch war der Umsatz 2021?"),
        ("Wie hoch war der Umsatz 2022?", "Und im Jahr 2021?", "Wie hoch war der Umsatz 2021?"),
        ("Wie hoch war der Umsatz?", "Warum ist er gestiegen?", "Wie hoch war der Umsatz? Warum ist er gestiegen?"),
        ("Wie hoch war der Umsatz?", "Warum?", "Wie hoch war der Umsatz? Warum?"),
        ("Quel était le résultat ?", "Pourquoi ?", "Quel était le résultat ? Pourquoi ?"),
        ("¿Cuál fue el beneficio?", "¿Por qué?", "¿Cuál fue el beneficio? ¿Por qué?"),
        ("2022年的收入是多少？", "为什么？", "2022年的收入是多少？ 为什么？"),
        ("2022年的收入是多少？", "2021年是多少？", "2021年的收入是多少？"),
        ("Quel était le résultat en 2022 ?", "Et en 2021 ?", "Quel était le résultat en 2021 ?"),
        ("Quel était le résultat en 2022 ?", "Qu'en est-il de 2021 ?", "Quel était le résultat en 2021 ?"),
        ("Quel était le résultat ?", "Pourquoi a-t-il baissé ?", "Quel était le résultat ? Pourquoi a-t-il baissé ?"),
        ("¿Cuál fue el beneficio en 2022?", "¿Y en el año 2021?", "¿Cuál fue el beneficio en 2021?"),
        ("¿Quién es Acme?", "¿Cuál es su sede?", "¿Quién es Acme? ¿Cuál es su sede?"),
        ("2022年的收入是多少？", "那2021年呢？", "2021年的收入是多少？"),
        ("2022年的收入是多少？", "2021年？", "2021年的收入是多少？"),
        ("2022年的收入是多少？", "那净利润呢？", "2022年的收入是多少？ 那净利润呢？"),
        ("谁拥有这家工厂？", "它在哪里？", "谁拥有这家工厂？ 它在哪里？"),
    ],
)
def test_follow_ups_are_understood_in_other_languages(before: str, question: str, means: str):
    found = meaning(question, [before])
    assert (found.question, found.certain) == (means, True)


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Wie hoch war der Umsatz 2022?", "Wie viele Mitarbeiter hatte das Werk in Kassel am Jahresende?"),
        ("Quel était le résultat en 2022 ?", "Combien de navires le port de Lyon a-t-il accueillis en mars ?"),
        ("¿Cuál fue el beneficio en 2022?", "¿Cuántos barcos llegaron al puerto de Vigo durante marzo?"),
        ("2022年的收入是多少？", "其他公司的员工人数是多少？"),
        (REVENUE, "Y Combinator's largest fund by net assets?"),
    ],
)
def test_a_question_in_another_language_may_stand_by_itself(before: str, question: str):
    assert meaning(question, [before]).question == question
