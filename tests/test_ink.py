import pytest
from PIL import Image, ImageDraw

from docqa.types import Box
from ingest.ink import share_beside

PAGE = (200, 400)  # pixels, and points


@pytest.mark.parametrize(
    ("boxes", "share"),
    [
        ([], 1 / 4),  # the whole drawing
        ([Box(0, 0, 99, 199)], 0),
        ([Box(0, 0, 99, 99)], 1 / 8),  # half of it is covered
        ([Box(0, 0, 49, 99), Box(40, 0, 99, 99)], 1 / 8),  # by two that overlap
        ([Box(-50, -50, 99, 99)], 1 / 8),  # or reach beyond the page
        ([Box(120, 220, 260, 500)], 1 / 4),  # nothing of it
    ],
)
def test_ink_counts_where_no_word_is(boxes: list[Box], share: float):
    image = Image.new("RGB", PAGE, "white")
    ImageDraw.Draw(image).rectangle((0, 0, 99, 199), fill="navy")
    assert share_beside(boxes, image, points_per_pixel=1) == pytest.approx(share, abs=0.01)


def test_an_empty_page_has_no_ink():
    assert share_beside([], Image.new("RGB", PAGE, "yellow"), points_per_pixel=1) == 0
