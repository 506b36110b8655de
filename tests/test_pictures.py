import numpy as np
from PIL import Image, ImageDraw

from docqa.types import Box
from ingest.pictures import Raster, cover, is_drawing, worth_reading


def raster(x0: float, y0: float, x1: float, y1: float) -> Raster:
    return Raster(Box(x0, y0, x1, y1), (300, 200), 5000)


def boxes(*rasters: Raster, before: tuple[Raster, ...] = ()) -> tuple[Box, ...]:
    return worth_reading(rasters, before, width=600, height=800)


CHART = raster(100, 100, 400, 300)


def test_icons_rules_and_backgrounds_are_not_worth_reading():
    icon, rule, background = raster(10, 10, 60, 60), raster(0, 400, 600, 420), raster(0, 0, 600, 800)
    assert boxes(CHART, icon, rule) == (CHART.box,)
    assert boxes(background) == ()


def test_slices_that_touch_are_one_picture():
    slices = [raster(100, 100 + 10 * n, 400, 110 + 10 * n) for n in range(20)]
    assert boxes(*slices, raster(100, 500, 400, 700)) == (CHART.box, Box(100, 500, 400, 700))


def test_a_slice_may_join_two_that_stood_apart():
    left, right, bridge = raster(0, 100, 200, 300), raster(300, 100, 500, 300), raster(150, 301, 350, 400)
    assert boxes(left, right, bridge) == (Box(0, 100, 500, 400),)


def test_a_head_that_runs_on_is_read_where_it_stands_first():
    head = raster(0, 0, 600, 60)
    assert boxes(head, CHART, before=(head,)) == (CHART.box,)
    assert boxes(head, before=(CHART,)) == (head.box,)


def test_a_page_tiled_with_images_is_texture():
    assert boxes(*(raster(x, y, x + 40, y + 40) for x in range(0, 600, 20) for y in range(0, 400, 20))) == ()


def test_a_scan_covers_its_page_in_strips_or_as_a_whole():
    strips = [raster(0, 200 * n, 600, 200 + 200 * n) for n in range(4)]
    assert cover(strips, width=600, height=800)
    assert cover([raster(20, 20, 580, 780)], width=600, height=800)
    assert not cover([CHART, raster(0, 400, 600, 800)], width=600, height=800)


def test_drawings_have_large_parts_of_one_shade():
    drawing = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(drawing).rectangle((20, 20, 120, 90), fill="orange")
    noise = np.random.default_rng(0).integers(0, 255, (100, 200, 3), dtype=np.uint8)
    assert is_drawing(drawing)
    assert not is_drawing(Image.fromarray(noise))
