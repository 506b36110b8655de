import pytest

from docqa.question.drawings import asks_about_drawing


@pytest.mark.parametrize(
    "question",
    [
        "Which curve is steepest in Figure 3?",
        "What does Fig. 3 show?",
        "Was zeigt Abb. 2?",
        "How tall is the highest bar when coverage is plotted?",
        "What colour is the wire to pin 4?",
        "Welche Farbe hat die Kurve im Diagramm?",
        "Que montre le graphique des ventes ?",
        "¿Qué color tiene la barra más alta?",
        "图中最高的柱状是哪一年?",
    ],
)
def test_a_question_may_be_about_what_is_drawn(question: str):
    assert asks_about_drawing(question)


@pytest.mark.parametrize(
    "question",
    [
        "What was revenue in 2021?",
        "Which conclusions were drawn from the audit?",
        "What is the command line for an installation?",
        "When was the disk image released?",
        "Wie hoch war der Umsatz?",
    ],
)
def test_most_are_not(question: str):
    assert not asks_about_drawing(question)
