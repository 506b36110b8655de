"""What a page shows besides its words. Pure."""

from collections.abc import Iterable

import numpy as np
from PIL import Image

from docqa.types import Box

GRID = 100  # ink is looked for in this many cells each way
CONTRAST = 8  # grey levels of 256 by which ink differs from the background


def share_beside(boxes: Iterable[Box], image: Image.Image, *, points_per_pixel: float) -> float:
    """Share of the page, 0 to 1, outside the boxes and not of the background colour (the most frequent)."""
    cells = np.asarray(image.convert("L").resize((GRID, GRID), Image.Resampling.BOX)).astype(int)
    background = int(np.bincount(cells.ravel(), minlength=256).argmax())
    inked = np.abs(cells - background) > CONTRAST
    across, down = GRID / (image.width * points_per_pixel), GRID / (image.height * points_per_pixel)
    for box in boxes:
        inked[int(box.y0 * down) : int(box.y1 * down) + 1, int(box.x0 * across) : int(box.x1 * across) + 1] = False
    return float(inked.mean())
