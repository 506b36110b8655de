import numpy as np
import pytest

from docqa.types import Box
from ingest.strips import Strips


def strips(*texts: str, slope: float = 0.0, score: float = 0.9) -> Strips:
    """Strips 10 pixels high and 10 for each character, one below the other, turned about the first's corner."""
    quads = np.array(
        [
            [(0, 20 * row), (10 * len(text), 20 * row), (10 * len(text), 20 * row + 10), (0, 20 * row + 10)]
            for row, text in enumerate(texts)
        ],
        dtype=float,
    )
    cosine, sine = np.cos(np.radians(slope)), np.sin(np.radians(slope))
    return Strips(quads @ np.array([[cosine, sine], [-sine, cosine]]), texts, np.full(len(texts), score))


def test_words_share_a_strip_by_their_characters():
    [line] = strips("Net sales").lines(points_per_pixel=0.5)
    assert line.words == (("Net", Box(0, 0, 15, 5)), ("sales", Box(20, 0, 45, 5)))


def test_text_that_runs_down_is_sideways_whatever_else_runs_across():
    assert not strips("a label", "another").are_sideways
    down = strips("The first line of text", "The second one", slope=90)
    across = strips("Page 3")
    both = Strips(np.concatenate([down.quads, across.quads]), down.texts + across.texts, np.full(3, 0.9))
    assert both.are_sideways


@pytest.mark.parametrize("slope", [-4.0, 3.0])
def test_lines_that_slope_are_straightened(slope: float):
    sloping = strips("The first line of text", "and the second one", slope=slope)
    assert sloping.slope == pytest.approx(slope)
    straight = sloping.straightened(sloping.slope, width=300, height=100)
    tops = straight.quads[:, :2, 1]
    assert tops[:, 0] == pytest.approx(tops[:, 1])
    assert straight.slope == 0


@pytest.mark.parametrize("slope", [0.1, 40.0])
def test_what_hardly_slopes_or_is_meant_to_stays(slope: float):
    assert strips("The first line of text", slope=slope).slope == 0


def test_short_strips_do_not_tell_the_slope():
    assert strips("ab", "cd", slope=5).slope == 0


def test_the_engine_is_as_sure_as_of_the_usual_character():
    mixed = Strips(strips("a" * 9, "b").quads, ("a" * 9, "b"), np.array([1.0, 0.5]))
    assert mixed.score == pytest.approx(0.95)
    assert mixed.sure_characters == pytest.approx(9.5)
    assert mixed.surer_than(0.75).texts == ("a" * 9,)
    assert mixed.surer_than(1.1).score == 0
