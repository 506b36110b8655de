"""Strips of text as an OCR engine finds them on an image: how they stand, and the lines they make. Pure."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from docqa.types import Box
from ingest.lines import Line

TALL = 1.5  # times as high as wide: a strip that runs up or down
LONG = 3  # times as long as high: a strip whose slope can be told
MIN_SLOPE, MAX_SLOPE = 0.3, 15.0  # degrees: less does no harm, more is meant


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    """What an engine read, each strip a line of text or a part of one."""

    quads: NDArray[np.float64]  # (n, 4, 2), pixels: corners top left, top right, bottom right, bottom left
    texts: tuple[str, ...]  # never blank
    scores: NDArray[np.float64]  # (n,): how sure the engine is of each, 0 to 1

    @property
    def score(self) -> float:
        """How sure the engine is of a character; 0 if there is none."""
        return float(np.average(self.scores, weights=[len(text) for text in self.texts])) if self.texts else 0.0

    @property
    def sure_characters(self) -> float:
        """How many characters are right, as far as the engine is sure of them."""
        return float(sum(score * len(text) for score, text in zip(self.scores, self.texts, strict=True)))

    @property
    def are_sideways(self) -> bool:
        """Whether most of the text runs up or down."""
        width, height = np.ptp(self.quads, axis=1).T
        length = np.maximum(width, height)
        return bool(length[height > TALL * width].sum() > length.sum() / 2)

    @property
    def slope(self) -> float:
        """Of the usual long strip in degrees, positive if it falls to the right; 0 if it need not be straightened."""
        along, down = (self.quads[:, 1] - self.quads[:, 0]).T
        height = np.abs(self.quads[:, 3, 1] - self.quads[:, 0, 1])
        long = along > LONG * height
        if not long.any():
            return 0.0
        slope = float(np.median(np.degrees(np.arctan2(down[long], along[long]))))
        return slope if MIN_SLOPE <= abs(slope) <= MAX_SLOPE else 0.0

    def straightened(self, degrees: float, *, width: int, height: int) -> "Strips":
        """The strips as they lie once an image of this size is turned back by a slope about its middle."""
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        middle = np.array([width, height]) / 2
        return replace(self, quads=(self.quads - middle) @ np.array([[cosine, -sine], [sine, cosine]]) + middle)

    def at(self, x: int, y: int) -> "Strips":
        """The strips of an image that is cut out of another at this pixel, as they lie on that."""
        return replace(self, quads=self.quads + np.array([x, y]))

    def surer_than(self, score: float) -> "Strips":
        """Those the engine is at least so sure of."""
        sure = self.scores >= score
        texts = tuple(text for text, keep in zip(self.texts, sure, strict=True) if keep)
        return Strips(self.quads[sure], texts, self.scores[sure])

    def lines(self, *, points_per_pixel: float) -> list[Line]:
        """A line for each strip; boxes in points."""
        return [_line(quad, text, points_per_pixel) for quad, text in zip(self.quads, self.texts, strict=True)]


def _line(quad: NDArray[np.float64], text: str, scale: float) -> Line:
    """Words of a strip; each gets its share of the strip's width by its share of the characters."""
    x0, y0 = (float(edge) * scale for edge in quad.min(axis=0))
    x1, y1 = (float(edge) * scale for edge in quad.max(axis=0))
    per_character = (x1 - x0) / len(text)
    words: list[tuple[str, Box]] = []
    place = 0
    for word in text.split():
        place = text.index(word, place)
        left, right = x0 + place * per_character, x0 + (place + len(word)) * per_character
        words.append((word, Box(round(left, 1), round(y0, 1), round(right, 1), round(y1, 1))))
        place += len(word)
    return Line(tuple(words), size=round((y1 - y0) * 0.75), bold=False)
