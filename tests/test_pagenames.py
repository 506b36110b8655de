import pytest

from docqa.question.pagenames import numbers_printed, only_pages_named, pages_named, with_printed


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What is on page 7?", ((7, 7),)),
        ("Which cars are introduced on pages 10 and 11?", ((10, 10), (11, 11))),
        ("Summarise pages 3-5, 9 and 12 to 14", ((3, 5), (9, 9), (12, 14))),
        ("See p. 4 or pp. 8–9", ((4, 4), (8, 9))),
        ("Was steht auf Seite 7?", ((7, 7),)),
        ("¿Qué dice la página 7?", ((7, 7),)),
        ("Что на стр. 7 и странице 9?", ((7, 7), (9, 9))),
        ("第7页写了什么？", ((7, 7),)),
        ("7ページには何がありますか？", ((7, 7),)),
        ("第7章写了什么？", ()),
        ("ما في الصفحة 7؟", ((7, 7),)),
        ("מה יש בעמוד 7?", ((7, 7),)),
        ("How long is the 10 page report?", ()),
        ("Who wrote page one?", ()),
        ("Compare pages 9 to 3", ()),
        ("pages 1 to 9999", ()),
    ],
)
def test_pages_are_named_by_number(question: str, pages: tuple[tuple[int, int], ...]):
    assert pages_named(question) == pages


def test_a_question_may_say_hardly_more_than_a_page():
    assert only_pages_named("What does page 7 say?")
    assert not only_pages_named("Which cars are introduced on pages 10 and 11?")


def test_a_question_can_mean_the_numbers_that_are_printed():
    assert [numbers_printed(label) for label in ("9", "4–5")] == [(9,), (4, 5)]
    assert [numbers_printed(label) for label in ("iv", "A-3", "4-5", "", None)] == [()] * 5


def test_people_are_told_what_is_printed_where_it_differs():
    assert [with_printed(12, printed) for printed in ("9", "12", None)] == ["12 (printed 9)", "12", "12"]
