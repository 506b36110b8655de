"""Words from a page image. The only file that knows RapidOCR; it runs in a child process (sandbox.py)."""

import logging
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from docqa.types import Box
from ingest.ink import share_beside
from ingest.layout import Line, in_reading_order

MIN_CHARACTERS = 30  # a page with fewer has no text worth the name, if its image shows anything else
MIN_CHARACTERS_WITH_PICTURE = 150  # a scan may carry a text layer that is only a header, footer or stamp
MAX_GARBLED = 0.2  # share of characters that stand for no known glyph
PICTURE = 0.3  # share of a page with ink that makes it a picture
DUST = 0.001


def needed(lines: list[Line], image: Image.Image, *, points_per_pixel: float) -> bool:
    """Whether a page's own text is missing or garbled while its image shows something else to read."""
    text = "".join(word for line in lines for word, _ in line.words)
    if text and sum(map(_is_garbled, text)) > MAX_GARBLED * len(text):
        return True
    if len(text) >= MIN_CHARACTERS_WITH_PICTURE:
        return False
    boxes = [box for line in lines for _, box in line.words]
    ink = share_beside(boxes, image, points_per_pixel=points_per_pixel)
    return ink > (DUST if len(text) < MIN_CHARACTERS else PICTURE)


def _is_garbled(character: str) -> bool:
    code = ord(character)
    return code == 0xFFFD or code < 0x20 or 0x7F <= code < 0xA0 or 0xE000 <= code < 0xF900 or code >= 0xF0000


def read_lines(image: Image.Image, *, points_per_pixel: float) -> list[Line]:
    """Lines of text in the image, in reading order; boxes in points."""
    found = _engine()(np.asarray(image)[:, :, ::-1])
    if found.boxes is None:
        return []
    lines = [
        _line(quad, text, points_per_pixel) for quad, text in zip(found.boxes, found.txts, strict=True) if text.strip()
    ]
    return in_reading_order(lines)


def _line(quad: Any, text: str, scale: float) -> Line:  # noqa: ANN401  a NumPy array (4, 2)
    """One recognised strip of text; each word gets its share of the strip's width by its share of the characters."""
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


@cache
def _engine() -> Any:  # noqa: ANN401
    """One engine a process. One thread: the pool runs a process for each core."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(
        params={
            "Global.use_cls": False,  # the line-direction classifier drops whole lines
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
