import pytest

from docqa.text.hyphens import unbroken, with_whole_words, without_soft

PAPER = "An environ-\nmental licence for dredg-\ning is a well-\nknown and state-of-\nthe-art condition."


def test_words_that_line_ends_break_are_there_in_parts_and_whole():
    words = with_whole_words("The sedi-\nmentation of a well-\nknown basin").split()
    assert {"sedimentation", "mentation", "wellknown", "known"} <= set(words)


def test_a_text_that_breaks_words_is_read_with_them_joined():
    assert unbroken(PAPER).startswith("An environmental licence for dredging is")
    assert "state-of-\nthe-art" in unbroken(PAPER)
    assert unbroken("A licence for dredg-\ning", part_of=PAPER) == "A licence for dredging"


def test_a_lone_hyphen_at_a_line_end_is_that_of_a_compound():
    assert unbroken("The year-\nend report of 2021.") == "The year-\nend report of 2021."


@pytest.mark.parametrize(
    "text", ["COVID-\nrelated", "2019-\n2021", "pre-\nTax", "net\tnon-\ncurrent", "Vor-\n\nund", "a -\nb"]
)
def test_nothing_else_is_joined(text: str):
    assert with_whole_words(text) == text
    assert unbroken(f"{text}\n{PAPER}").startswith(text)


def test_soft_hyphens_are_not_read():
    assert without_soft("sedi\u00admen\u00ad\ntation") == "sedimentation"
    assert with_whole_words("sedi\u00ad\nmentation").split() == ["sedimentation"]
