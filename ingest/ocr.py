"""Words from images of pages and of pictures. The only file that knows RapidOCR; it runs in a child process."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from time import monotonic
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from docqa.types import Box
from ingest.ink import share_beside
from ingest.lines import Line
from ingest.order import in_reading_order, with_own
from ingest.pictures import is_drawing
from ingest.remedies import despeckled, is_speckled, stretched
from ingest.strips import Strips
from ingest.upright import Stance

MIN_CHARACTERS = 30  # a page with fewer has no text worth the name, if its image shows anything else
MIN_CHARACTERS_WITH_PICTURE = 150  # a scan may carry a text layer that is only a header, footer or stamp
MAX_CHARACTERS_ON_SCAN = 600  # a page with more is no scan with a stamp, or a form with what was typed into it
BARE = 0.7  # share of a page's ink without words from which on they are a stamp; over a scan's own words it has less
MAX_GARBLED = 0.2  # share of characters that stand for no known glyph
PICTURE = 0.3  # share of a page with ink that makes it a picture
DUST = 0.001
GRAIN = 3  # pixels each way, together: so the noise of a scan hardly counts
READABLE = 0.85  # the engine is surer of text that stands upright, and less sure of any other
SURE = 0.75  # what the engine is less sure of is no text of a picture
MIN_LETTERS = 8  # letters and digits of a picture that holds text
PICTURES_S = 20.0
ROOM = 400  # pixels each way, at least, of what the detector sees of a picture

_UNKNOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
NOTHING = Strips(np.empty((0, 4, 2)), (), np.empty(0))
_TURNS = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def needed(lines: list[Line], image: Image.Image, *, points_per_pixel: float) -> bool:
    """Whether a page's own text is missing or garbled while its image shows something else to read."""
    if are_garbled(lines):
        return True
    text = _text(lines)
    if len(text) >= MIN_CHARACTERS_WITH_PICTURE:
        return False
    boxes = _boxes(lines)
    if len(text) < MIN_CHARACTERS:
        return share_beside(boxes, stretched(image), points_per_pixel=points_per_pixel) > DUST
    return share_beside(boxes, image, points_per_pixel=points_per_pixel) > PICTURE


def may_be_stamped(lines: list[Line], image: Image.Image, *, points_per_pixel: float) -> bool:
    """Whether a page's own words are few and beside nearly all it shows: as a stamp is, if an image covers the page.

    Photographs are left alone: see pictures.is_drawing.
    """
    if not 0 < len(_text(lines)) <= MAX_CHARACTERS_ON_SCAN or not is_drawing(image.reduce(GRAIN)):
        return False
    image = stretched(image)
    beside = share_beside(_boxes(lines), image, points_per_pixel=points_per_pixel)
    return beside > max(DUST, BARE * share_beside([], image, points_per_pixel=points_per_pixel))


def are_garbled(lines: Iterable[Line]) -> bool:
    """Whether too many of their characters stand for no known glyph."""
    text = _text(lines)
    return len(_UNKNOWN.findall(text)) > MAX_GARBLED * len(text)


def _text(lines: Iterable[Line]) -> str:
    return "".join(word for line in lines for word, _ in line.words)


def _boxes(lines: Iterable[Line]) -> list[Box]:
    return [box for line in lines for _, box in line.words]


def read_scan(
    image: Image.Image, lines: Sequence[Line] = (), *, width: float, height: float
) -> tuple[list[Line], Stance]:
    """Lines of text in the image of a page, in reading order, as they lie once it is upright, and how it stands.

    The page, as it is shown, measures width x height points. `lines` are those it has already: they are among those
    read, and nothing is read where their words are. An image full of dots is read with them and without; what gives
    more is kept.
    """
    scale = width / image.width
    image = stretched(_without(image, lines, points_per_pixel=scale))
    readings = [_upright(image)]
    if is_speckled(image):
        readings.append(_upright(despeckled(image)))
    quarter_turns, strips = max(readings, key=lambda reading: reading[1].sure_characters)
    stance = Stance(width, height, quarter_turns, strips.slope)
    turned = image.size if quarter_turns % 2 == 0 else image.size[::-1]
    straight = strips.straightened(stance.slope, width=turned[0], height=turned[1])
    own = [replace(line, words=tuple((word, stance.upright(box)) for word, box in line.words)) for line in lines]
    return with_own(straight.lines(points_per_pixel=scale), own), stance


def _without(image: Image.Image, lines: Iterable[Line], *, points_per_pixel: float) -> Image.Image:
    """A copy of the image, in colour as the engine wants it, with paper where the words are."""
    image = image.convert("RGB")
    canvas = ImageDraw.Draw(image)
    for box in _boxes(lines):
        canvas.rectangle(_pixels(box, points_per_pixel), fill="white")
    return image


def _upright(image: Image.Image) -> tuple[int, Strips]:
    """How many quarter turns counter-clockwise set the text upright, and what is read then.

    The engine reads upright strips as if their text ran down, so how sure it is of them tells which way they run.
    """
    best = 0, _strips(image)
    _, strips = best
    if not strips.texts or (strips.score > READABLE and not strips.are_sideways):
        return best
    turns = (2,) if not strips.are_sideways else (1, 3) if strips.score > READABLE else (3, 1)
    for quarter_turns in turns:
        turned = _strips(image.transpose(_TURNS[quarter_turns]))
        if turned.score > best[1].score or (best[1].are_sideways and turned.score > READABLE):
            best = quarter_turns, turned
        if best[1].score > READABLE:
            break
    return best


def read_pictures(
    image: Image.Image, pictures: Iterable[Box], lines: Iterable[Line], *, points_per_pixel: float
) -> list[list[Line]]:
    """Lines of text in pictures on the image of a page, a list for each that holds any, without words of `lines`.

    After PICTURES_S seconds the other pictures are left alone, so that they do not cost the page.
    """
    until = monotonic() + PICTURES_S
    image = _without(image, lines, points_per_pixel=points_per_pixel)
    read = []
    for picture in pictures:
        if monotonic() > until:
            break
        pixels = _pixels(picture, points_per_pixel)
        found = _read_picture(image.crop(pixels)).at(*pixels[:2]).lines(points_per_pixel=points_per_pixel)
        worded = [line for line in found if _letters(line)]
        if sum(map(_letters, worded)) >= MIN_LETTERS:
            read.append(in_reading_order(worded))
    return read


def _read_picture(picture: Image.Image) -> Strips:
    if not is_drawing(picture):
        return NOTHING
    # The detector blows up what is low or narrow.
    margin = (0, 0, max(ROOM - picture.width, 0), max(ROOM - picture.height, 0))
    return _strips(ImageOps.expand(picture, margin, fill="white")).surer_than(SURE)


def _pixels(box: Box, points_per_pixel: float) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(edge / points_per_pixel) for edge in (box.x0, box.y0, box.x1, box.y1))
    return x0, y0, max(x1, x0), max(y1, y0)


def _letters(line: Line) -> int:
    return sum(character.isalnum() for word, _ in line.words for character in word)


def _strips(image: Image.Image) -> Strips:
    found = _engine()(np.asarray(image)[:, :, ::-1])
    if found.boxes is None:
        return NOTHING
    return Strips(np.asarray(found.boxes, dtype=float), tuple(found.txts), np.asarray(found.scores, dtype=float))


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
