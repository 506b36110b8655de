"""What a page shows besides its words. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docqa.types import Box

GRID = 100  # ink is looked for in this many cells each way, or a few more
CONTRAST = 8  # grey levels of 256 by which ink differs from the background


def share_beside(boxes: Sequence[Box], image: Image.Image, *, points_per_pixel: float) -> float:
    """Share of the page, 0 to 1, outside the boxes and not of the background colour (the most frequent)."""
    width, height = max(1, image.width // GRID), max(1, image.height // GRID)  # of a cell, pixels
    cells = np.asarray(image.reduce((width, height)).convert("L")).astype(int)
    background = int(np.bincount(cells.ravel(), minlength=256).argmax())
    inked = np.abs(cells - background) > CONTRAST
    return float((inked & ~_covered(boxes, inked.shape, (width * points_per_pixel, height * points_per_pixel))).mean())


def _covered(boxes: Sequence[Box], shape: tuple[int, ...], cell: tuple[float, float]) -> NDArray[np.bool_]:
    """Which cells of so many down and across, each of this width and height in points, a box reaches into.

    Each box counts from its first cell on, to the right and down, and is taken back behind its last.
    """
    down, across = shape
    edges = (np.array(boxes).reshape(-1, 4) / (*cell, *cell)).astype(int)
    edges[:, 2:] += 1
    x0, y0, x1, y1 = np.clip(edges, 0, (across, down, across, down)).T
    counts = np.zeros((down + 1, across + 1), int)
    for x, y, count in ((x0, y0, 1), (x1, y1, 1), (x0, y1, -1), (x1, y0, -1)):
        np.add.at(counts, (y, x), count)
    return counts.cumsum(0).cumsum(1)[:down, :across] > 0
