import pytest

from docqa.pagenames import only_pages_named, pages_named


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What is on page 7?", ((7, 7),)),
        ("Which cars are introduced on pages 10 and 11?", ((10, 10), (11, 11))),
        ("Summarise pages 3-5, 9 and 12 to 14", ((3, 5), (9, 9), (12, 14))),
        ("See p. 4 or pp. 8–9", ((4, 4), (8, 9))),
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
