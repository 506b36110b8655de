"""Page images with words marked. The only file that draws."""

import io
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw

from docqa.types import Box

MARKER = (255, 224, 102)  # multiplied into the page, as a text marker would
EDGE = (224, 122, 0)
MARGIN = 1.5  # points around a box


def marked(image: bytes, *, width: float, boxes: Iterable[Box]) -> Image.Image:
    """A page's image (JPEG) with these boxes marked; `width` is the page's in points."""
    page = Image.open(io.BytesIO(image)).convert("RGB")
    scale = page.width / width
    rectangles = [
        tuple(round(edge * scale) for edge in (box.x0 - MARGIN, box.y0 - MARGIN, box.x1 + MARGIN, box.y1 + MARGIN))
        for box in boxes
    ]
    ink = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(ink)
    for rectangle in rectangles:
        draw.rectangle(rectangle, fill=MARKER)
    page = ImageChops.multiply(page, ink)
    draw = ImageDraw.Draw(page)
    for rectangle in rectangles:
        draw.rectangle(rectangle, outline=EDGE, width=max(2, round(scale)))
    return page
