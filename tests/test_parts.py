import pytest

from docqa.question.parts import MOST_PARTS, parts


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "Compare the revenue of Acme and Beta in 2021.",
            ("Compare the revenue of Acme in 2021.", "Compare the revenue of Beta in 2021."),
        ),
        (
            "What was net income in 2019, 2020 and 2021?",
            ("What was net income in 2019?", "What was net income in 2020?", "What was net income in 2021?"),
        ),
        (
            "How do Acme Pumps and Beta Valves describe their competition?",
            (
                "How do Acme Pumps describe their competition?",
                "How do Beta Valves describe their competition?",
            ),
        ),
        (
            "What is the difference between training loss and validation loss?",
            ("What is the difference training loss?", "What is the difference validation loss?"),
        ),
        (
            "What were total revenue, net income and cash flow in FY2020?",
            (
                "What were total revenue in FY2020?",
                "What were net income in FY2020?",
                "What were cash flow in FY2020?",
            ),
        ),
        ("Is the fee due monthly or yearly?", ("Is the fee due monthly?", "Is the fee due yearly?")),
        ('Who wrote "Red Sky" and "Blue Sea"?', ('Who wrote "Red Sky"?', 'Who wrote "Blue Sea"?')),
        ("What do errors 88 and 188 mean?", ("What do errors 88 mean?", "What do errors 188 mean?")),
    ],
)
def test_each_thing_that_is_asked_for_is_a_question(question: str, asked: tuple[str, ...]):
    assert parts(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "What was spent on research and development?",
        "How many were there as of December 31, 2017?",
        "What is described on pages 10 and 11?",
        "Where is Acme, Inc. located?",
        "When did it exceed 200,000?",
        "Why?",
        "",
    ],
)
def test_what_asks_for_one_thing_has_no_parts(question: str):
    assert parts(question) == ()


def test_several_questions_are_parts_and_a_later_one_takes_what_it_leans_on():
    assert parts("How large is the fleet? What is the audit fee?") == (
        "How large is the fleet?",
        "What is the audit fee?",
    )
    assert parts("Who is the director? And where was she born?")[1] == "Who is the director? And where was she born?"


def test_a_long_list_is_one_question():
    years = [str(2000 + number) for number in range(MOST_PARTS + 1)]
    assert parts(f"What was paid in {', '.join(years[:-1])} and {years[-1]}?") == ()


def test_two_questions_in_another_script_are_two_parts():
    assert parts("收入是多少？工厂在哪里？") == ("收入是多少？", "工厂在哪里？")
    assert parts("Quand l'usine de Lyon a-t-elle été fermée ? Où se trouve le siège social de la société ?") == (
        "Quand l'usine de Lyon a-t-elle été fermée ?",
        "Où se trouve le siège social de la société ?",
    )


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "Vergleiche den Umsatz von Acme und Beta im Jahr 2021.",
            ("Vergleiche den Umsatz von Acme im Jahr 2021.", "Vergleiche den Umsatz von Beta im Jahr 2021."),
        ),
        (
            "Wie hoch war der Umsatz in 2019, 2020 und 2021?",
            (
                "Wie hoch war der Umsatz in 2019?",
                "Wie hoch war der Umsatz in 2020?",
                "Wie hoch war der Umsatz in 2021?",
            ),
        ),
        (
            "Comparez le chiffre d'affaires d'Acme et de Beta en 2021.",
            ("Comparez le chiffre d'affaires d'Acme en 2021.", "Comparez le chiffre d'affaires Beta en 2021."),
        ),
        (
            "Quel était le résultat net en 2020 et 2021 ?",
            ("Quel était le résultat net en 2020 ?", "Quel était le résultat net en 2021 ?"),
        ),
        (
            "Compara los ingresos de Acme con los de Beta en 2021.",
            ("Compara los ingresos de Acme en 2021.", "Compara los ingresos de Beta en 2021."),
        ),
        (
            "¿Cuáles fueron los ingresos en 2020 y 2021?",
            ("¿Cuáles fueron los ingresos en 2020?", "¿Cuáles fueron los ingresos en 2021?"),
        ),
        ("比较阿里巴巴和腾讯2021年的收入", ("比较阿里巴巴2021年的收入", "比较腾讯2021年的收入")),
        ("2020年和2021年的收入是多少？", ("2020年的收入是多少？", "2021年的收入是多少？")),
    ],
)
def test_lists_have_parts_in_other_languages(question: str, asked: tuple[str, ...]):
    assert parts(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "Was wurde für Forschung und Entwicklung ausgegeben?",  # every noun has a capital
        "Was steht auf den Seiten 10 und 11?",
        "Quelles sont les dépenses de recherche et développement ?",
        "Que dit-on aux pages 10 et 11 ?",
        "¿Cuáles fueron los ingresos, el beneficio y el flujo de caja?",  # "de caja" belongs to the last
        "¿Qué dicen las páginas 10 y 11?",
        "研发和设计费用是多少？",
    ],
)
def test_what_asks_for_one_thing_has_no_parts_in_other_languages(question: str):
    assert parts(question) == ()


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "When does the lease of the ferry end, and what was the availability of the wind farm?",
            ("When does the lease of the ferry end?", "What was the availability of the wind farm?"),
        ),
        (
            "When does the lease of the ferry end and how much was the availability of the wind farm?",
            ("When does the lease of the ferry end?", "How much was the availability of the wind farm?"),
        ),
        ("Who is the chair; where is the port?", ("Who is the chair?", "Where is the port?")),
        (
            "In which year was the ferry built and by how much did revenue grow?",
            ("In which year was the ferry built?", "By how much did revenue grow?"),
        ),
        (
            "Who owns the ferry and when does its lease end?",  # a later one takes what it leans on
            ("Who owns the ferry?", "Who owns the ferry? When does its lease end?"),
        ),
        (
            "How many ships did the port see and how long was the storm, and who is the chair?",
            ("How many ships did the port see?", "How long was the storm?", "Who is the chair?"),
        ),
        (
            "What was revenue in 2023 and 2024, and who is the chair?",
            ("What was revenue in 2023 and 2024?", "Who is the chair?"),
        ),
        (
            "Wann endet die Pacht der Fähre und wie hoch war die Verfügbarkeit des Windparks?",
            ("Wann endet die Pacht der Fähre?", "Wie hoch war die Verfügbarkeit des Windparks?"),
        ),
        (
            "Wie viele Mitarbeiter hat der Hafen; wer ist der Vorsitzende?",
            ("Wie viele Mitarbeiter hat der Hafen?", "Wer ist der Vorsitzende?"),
        ),
        (
            "Quand finit le bail du ferry et quelle était la disponibilité du parc éolien ?",
            ("Quand finit le bail du ferry ?", "Quelle était la disponibilité du parc éolien ?"),
        ),
        (
            "À quelle date le port a-t-il fermé, et combien de navires sont arrivés en mars ?",
            ("À quelle date le port a-t-il fermé ?", "Combien de navires sont arrivés en mars ?"),
        ),
        (
            "¿Cuándo termina el contrato del ferry y cuál fue la disponibilidad del parque eólico?",
            ("¿Cuándo termina el contrato del ferry?", "¿Cuál fue la disponibilidad del parque eólico?"),
        ),
        (
            "¿Quién es la presidenta, y cuántos barcos hay en el puerto?",
            ("¿Quién es la presidenta?", "¿Cuántos barcos hay en el puerto?"),
        ),
        (
            "渡轮的租约何时结束，风力发电场的可用率是多少？",
            ("渡轮的租约何时结束？", "风力发电场的可用率是多少？"),
        ),
        ("谁是主席，以及港口有多少员工？", ("谁是主席？", "港口有多少员工？")),
    ],
)
def test_two_questions_in_one_sentence_are_two_parts(question: str, asked: tuple[str, ...]):
    assert parts(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between how pumps work and how valves work?",
        "What does the report say about how pumps work and why do they fail?",
        "Explain what the pump does and why it fails.",
        "Explain what the pump does and why is it needed?",
        "What and when did the port publish?",
        "When and where was the ferry built?",
        "Where in Norway and when was the ferry built?",
        "How many employees and how many ships does the port have?",
        "Which pumps and which valves are used?",
        "What was revenue and what were costs in 2021?",  # "in 2021" belongs to both
        "What did the port earn and why?",
        "Who is the person who runs the port and who signed the report?",
        "Do you know when the lease ends and why the port was sold?",
        "Was und wann hat der Hafen veröffentlicht?",
        "Welche Pumpen und welche Ventile werden verwendet?",
        "Wie viele Schiffe und wie viele Mitarbeiter hat der Hafen?",
        "Erkläre, was die Pumpe tut und warum sie ausfällt.",
        "Quelle est l'entreprise qui vend des pompes et qui emploie 500 personnes ?",
        "Quand et pourquoi le port a-t-il fermé ?",
        "Combien de navires et combien d'employés le port a-t-il ?",
        "Explique ce que fait la pompe et pourquoi elle est chère ?",
        "¿Cuándo y dónde se construyó el ferry?",
        "¿Cuántos barcos y cuántos empleados tiene el puerto?",
        "Explica qué hace la bomba y por qué falla.",
        "请说明泵是什么，为什么会坏？",
        "港口在2024年收购了一家公司，收购价格是多少？",
    ],
)
def test_one_question_with_several_words_that_ask_is_left_whole(question: str):
    assert parts(question) == ()
