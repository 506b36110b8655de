from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.answers.citations import cite, repair, repaired
from tests.fakes import evidence


@pytest.mark.parametrize(
    ("said", "repaired"),
    [
        ("Revenue rose [1].", "Revenue rose [1]."),
        ("Revenue rose [1, 2].", "Revenue rose [1][2]."),
        ("Revenue rose 【2】.", "Revenue rose [2]."),
        ("Revenue rose [^1].", "Revenue rose [1]."),
        ("Revenue rose [source 1].", "Revenue rose [1]."),
        ("Revenue rose (Source 2).", "Revenue rose [2]."),
        ("Revenue rose [1-2].", "Revenue rose [1][2]."),
        ("It costs 212 euros (page 2).", "It costs 212 euros (page 2)."),
        ("A loss of (2) million, by .5 percent.", "A loss of (2) million, by .5 percent."),
        ("A loss of (459) in (2016).", "A loss of (459) in (2016)."),
        ("Revenue rose [7].", "Revenue rose."),
    ],
)
def test_markers_are_written_one_way_and_never_point_at_nothing(said: str, repaired: str):
    assert repair(said, [1, 2]) == repaired


@given(st.lists(st.sampled_from([*"Revenue rose 【】()[]-,. 129", "source "])), st.data())
def test_a_text_that_comes_in_pieces_is_repaired_as_the_whole_is(letters: list[str], data: st.DataObject):
    text = "".join(letters)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    assert "".join(repaired(pieces, [1, 2])) == repair(text, [1, 2])


def test_a_citation_quotes_the_sentence_it_rests_on_and_knows_its_boxes():
    shown = evidence("The port is old. Revenue reached 187 million euros.\nNothing else matters.", number=4)
    [citation] = cite("In 2024 revenue reached 187 million [1].", [shown])
    assert citation.quote == "Revenue reached 187 million euros."
    assert (citation.page, len(citation.boxes)) == (4, 1)


def test_a_number_that_is_not_on_the_page_is_not_supported():
    shown = evidence("Revenue reached 187 million euros.")
    [right] = cite("Revenue reached 187 million euros [1].", [shown])
    [wrong] = cite("Revenue reached 188 million euros [1].", [shown])
    assert (right.supported, wrong.supported) == (True, False)


def test_words_that_are_not_on_the_page_are_not_supported():
    [citation] = cite("The captain resigned after the storm [1].", [evidence("Revenue reached 187 million euros.")])
    assert not citation.supported
    assert (citation.quote, citation.boxes) == ("", ())


def test_citations_come_once_each_in_order_of_first_mention():
    shown = [evidence("Costs fell.", label=1), evidence("Sales rose.", label=2)]
    assert [citation.label for citation in cite("Sales rose [2]. Costs fell [1]. Sales rose [2].", shown)] == [2, 1]
