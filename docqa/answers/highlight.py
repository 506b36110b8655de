"""Page images with words marked. The only file that draws."""

import io
from collections.abc import Iterable, Sequence
from typing import Literal

from PIL import Image, ImageChops, ImageDraw

from docqa.types import Box

MARKER = (255, 224, 102)  # multiplied into the page, as a text marker would
EDGE = (224, 122, 0)
MARGIN = 1.5  # points around a box
JPEG_QUALITY = 85
LONGEST_SIDE = 10_000  # pixels

Format = Literal["jpeg", "png"]


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


def drawn(
    image: bytes, *, width: int | None, kind: Format, boxes: Sequence[Box] = (), page_width: float = 1.0
) -> bytes:
    """A page's image (JPEG) so many pixels wide, or as it is, with boxes marked; `page_width` is in points."""
    page = marked(image, width=page_width, boxes=boxes)
    if width is not None and width != page.width:
        # a page may be a thousand times as high as wide
        factor = min(width / page.width, LONGEST_SIDE / max(page.size))
        page = page.resize((max(1, round(page.width * factor)), max(1, round(page.height * factor))), reducing_gap=2.0)
    buffer = io.BytesIO()
    if kind == "png":
        page.save(buffer, "PNG", compress_level=1)
    else:
        page.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
