import pytest

from docqa.types import Box
from ingest.upright import Stance


@pytest.mark.parametrize(
    ("quarter_turns", "box"),
    [
        (0, Box(10, 20, 30, 25)),
        (1, Box(75, 10, 80, 30)),  # a page of 100 x 200 whose text runs down
        (2, Box(70, 175, 90, 180)),
        (3, Box(20, 170, 25, 190)),
    ],
)
def test_boxes_read_upright_lie_on_the_page_as_it_is_shown(quarter_turns: int, box: Box):
    assert Stance(100, 200, quarter_turns).on_page(Box(10, 20, 30, 25)) == box


@pytest.mark.parametrize("quarter_turns", range(4))
def test_what_lies_on_the_page_as_it_is_shown_is_found_on_the_upright_one(quarter_turns: int):
    stance = Stance(100, 200, quarter_turns, slope=3)
    assert stance.upright(stance.on_page(Box(10, 20, 30, 25))) == pytest.approx((10, 20, 30, 25), abs=0.2)


def test_the_upright_page_of_a_sideways_one_is_as_wide_as_that_is_high():
    assert [Stance(100, 200, turns).upright_size for turns in range(4)] == [(100, 200), (200, 100)] * 2


def test_boxes_follow_lines_that_fall_to_the_right():
    box = Stance(200, 200, slope=90).on_page(Box(180, 98, 184, 102))  # 82 points right of the middle
    assert box == Box(98, 180, 102, 184)  # as far below it, and no other size
