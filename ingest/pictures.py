"""Which pictures of a page may hold words that its text layer lacks. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from docqa.types import Box

TOUCHING = 2.0  # points between rasters that are parts of one picture
SMALLEST = 0.02  # share of the page: smaller ones are icons and logos
THINNEST = 30.0  # points: lower or narrower ones are rules and borders
COVERING = 0.7  # share of the page: larger ones are scans, backgrounds or photographs
LARGEST = 0.8  # share of the page: larger ones are backgrounds, or scans whose words are in the text layer
MAX_RASTERS = 500  # on one page: more are texture
FLAT = 0.4  # share of a picture in its two most frequent shades, of SHADES: photographs have less
SHADES = 64


@dataclass(frozen=True, slots=True)
class Raster:
    """An image as a page shows it."""

    box: Box
    pixels: tuple[int, int]  # width and height
    size_bytes: int  # compressed


def worth_reading(
    rasters: Sequence[Raster], before: Iterable[Raster], *, width: float, height: float
) -> tuple[Box, ...]:
    """Boxes of a page's pictures that are neither too small nor a background, top to bottom.

    Rasters that touch are one picture. Those that stand just so on the page before, too, as a running head does, are
    left out.
    """
    fresh = set(rasters) - set(before)
    if len(fresh) > MAX_RASTERS:
        return ()
    page = width * height
    pictures = [box for box in _joined(raster.box for raster in fresh) if SMALLEST <= _area(box) / page <= LARGEST]
    return tuple(
        sorted(
            (box for box in pictures if min(box.x1 - box.x0, box.y1 - box.y0) >= THINNEST),
            key=lambda box: (box.y0, box.x0),
        )
    )


def cover(rasters: Sequence[Raster], *, width: float, height: float) -> bool:
    """Whether one picture covers most of a page, as a scan does."""
    pictures = _joined(raster.box for raster in rasters) if len(rasters) <= MAX_RASTERS else ()
    return any(_area(box) > COVERING * width * height for box in pictures)


def is_drawing(picture: Image.Image) -> bool:
    """Whether large parts have one shade: those of charts, diagrams and screenshots do, those of photographs do not."""
    shades = np.bincount(np.asarray(picture.convert("L")).ravel() // (256 // SHADES), minlength=SHADES)
    return bool(np.sort(shades)[-2:].sum() >= FLAT * shades.sum())


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """Boxes around those that touch each other."""
    apart: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box.y0, box.x0)):
        while touching := [other for other in apart if _touch(box, other)]:
            apart = [other for other in apart if other not in touching]
            for other in touching:
                box = box.union(other)
        apart.append(box)
    return apart


def _touch(a: Box, b: Box) -> bool:
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    down = min(a.y1, b.y1) - max(a.y0, b.y0)
    return min(across, down) > -TOUCHING


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)
