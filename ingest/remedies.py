"""What is wrong with the image of a scan, and what may help. Pure."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

DOT = 40  # grey levels of 256 by which a speck differs from all that is around it, itself half as even
SPECKLED = 0.01  # share of an image in specks; clean print has less than half of that
FAINT = 64  # grey levels between paper and ink, of which print has 150 and more
BLANK = 10  # fewer are in the paper itself
COARSE = 3  # pixels each way, together: so the grain of paper hardly counts
_EXTREMES = (0.5, 99.5)  # percentiles: paper and ink


def is_speckled(image: Image.Image) -> bool:
    """Whether it is full of single dots; noise everywhere is none: OCR reads it better than what a filter leaves."""
    grey = np.asarray(image.convert("L"))
    if min(grey.shape) < 3:
        return False
    around = [_moved(grey, down, right) for down in range(3) for right in range(3) if (down, right) != (1, 1)]
    middle = _moved(grey, 1, 1).astype(np.int16)
    darkest, lightest = reduce(np.minimum, around).astype(np.int16), reduce(np.maximum, around).astype(np.int16)
    specks = ((middle + DOT < darkest) | (middle - DOT > lightest)) & (lightest - darkest < DOT // 2)
    return bool(specks.mean() > SPECKLED)


def despeckled(image: Image.Image) -> Image.Image:
    """The image without single dots, and with thin strokes a little thinner."""
    return image.filter(ImageFilter.MedianFilter(3))


def stretched(image: Image.Image) -> Image.Image:
    """The image with ink as dark and paper as light as can be; itself if they differ enough, or hardly at all."""
    grey = np.asarray(image.convert("L").reduce(COARSE))
    ink, paper = np.percentile(grey, _EXTREMES)
    if not BLANK <= paper - ink < FAINT:
        return image
    levels = [round(min(max((value - ink) * 255 / (paper - ink), 0), 255)) for value in range(256)]
    return image.point(levels * len(image.getbands()))


def _moved(grey: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    height, width = grey.shape
    return grey[down : height - 2 + down, right : width - 2 + right]
