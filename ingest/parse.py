"""A PDF's pages as lines of words and as pixels. The only file that knows PyMuPDF; it runs in a child process."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image

from docqa.errors import EncryptedPDF, UnreadablePDF
from docqa.types import Box
from ingest.bidi import runs_right_to_left, words_as_read
from ingest.layout import Line
from ingest.pictures import Raster

pymupdf.TOOLS.mupdf_display_errors(False)  # what is wrong is raised or in the text, not on the terminal
pymupdf.TOOLS.mupdf_display_warnings(False)

# Ligatures are spelt out; unknown glyphs become U+FFFD, so that garbled text shows; what lies off the page is left out.
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
_BOLD = pymupdf.TEXT_FONT_BOLD
_LABEL = re.compile(r"[\w.-]{1,12}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as PyMuPDF gives it."""

    width: float  # points, as shown
    height: float
    lines: list[Line]  # in the order of the file, which is nearly always the reading order
    image: Image.Image  # RGB


class PDF:
    """An open PDF.

    Raises EncryptedPDF or UnreadablePDF if it cannot be opened or has no pages.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            head = file.read(1024)
        if b"%PDF" not in head:
            raise UnreadablePDF(f"not a PDF: {_what_it_is(head)}")
        try:
            self._document = pymupdf.open(path, filetype="pdf")
            if self._document.needs_pass:
                raise EncryptedPDF("encrypted: it needs a password to open")
            self.pages = int(self._document.page_count)
            self.title = str((self._document.metadata or {}).get("title") or "")  # often empty or junk
        except (RuntimeError, ValueError) as error:
            reason = " ".join(str(error).replace(f"file '{path}'", "it").replace(f"file '{path.name}'", "it").split())
            raise UnreadablePDF(f"damaged: {reason[:200]}. Open it in a viewer and save it anew") from error
        if not self.pages:
            raise UnreadablePDF("damaged: no page can be found in it")

    def sheet(self, number: int, *, dpi: int, max_side: int) -> Sheet:
        """Read and render page `number` (1-based), its longer side no more than max_side pixels.

        Raises whatever PyMuPDF raises for a damaged page.
        """
        page: Any = self._document[number - 1]
        width, height = page.rect.width, page.rect.height
        scale = min(dpi / 72, max_side / max(width, height))
        pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
        image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
        return Sheet(width, height, _lines(page), image)

    def label(self, number: int) -> str | None:
        """What the PDF itself calls page `number` (1-based); None if that is its place in the file, or not readable."""
        page: Any = self._document[number - 1]
        try:
            label = str(page.get_label())
        except (IndexError, RuntimeError, ValueError):  # labels that are damaged are no reason to lose the page
            return None
        return label if label != str(number) and _LABEL.fullmatch(label) else None

    def rasters(self, number: int) -> list[Raster]:
        """Where page `number` (1-based) shows images; what lies off the page is cut off."""
        page: Any = self._document[number - 1]
        images = page.get_image_info()
        places = [pymupdf.Rect(image["bbox"]) * page.rotation_matrix & page.rect for image in images]
        return [
            Raster(Box(*(round(edge, 1) for edge in place)), (image["width"], image["height"]), image["size"])
            for image, place in zip(images, places, strict=True)
            if not place.is_empty
        ]


def _lines(page: Any) -> list[Line]:  # noqa: ANN401  pymupdf.Page has no useful types
    text = page.get_textpage(flags=_TEXT_FLAGS)
    words: dict[tuple[int, int], list[tuple[str, Box]]] = defaultdict(list)
    for x0, y0, x1, y1, word, block, line, _ in text.extractWORDS():
        if all(unicodedata.category(character) == "Co" for character in word):
            continue  # a bullet or icon from a symbol font
        shown = pymupdf.Rect(x0, y0, x1, y1) * page.rotation_matrix
        words[block, line].append((word, Box(*(round(edge, 1) for edge in shown.normalize()))))
    if any(runs_right_to_left(word) for found in words.values() for word, _ in found):
        words.update(_right_to_left(text, page.rotation_matrix))
    fonts = {
        (block["number"], index): _font(line["spans"])
        for block in text.extractDICT()["blocks"]
        for index, line in enumerate(block.get("lines", ()))
        if line["dir"] == (1.0, 0.0)  # what stands upright or slanted is no heading
    }
    return [Line(tuple(found), *fonts.get(place, (0.0, False))) for place, found in words.items()]


def _right_to_left(text: Any, rotation: Any) -> dict[tuple[int, int], list[tuple[str, Box]]]:  # noqa: ANN401
    """The level lines that run from right to left, their words as they are read."""
    found = {}
    for block in text.extractRAWDICT()["blocks"]:
        for index, line in enumerate(block.get("lines", ())):
            characters = [
                (each["c"], Box(*(pymupdf.Rect(each["bbox"]) * rotation).normalize()))
                for span in line["spans"]
                for each in span["chars"]
            ]
            if line["dir"] == (1.0, 0.0) and runs_right_to_left("".join(character for character, _ in characters)):
                found[block["number"], index] = [
                    (word, Box(*(round(edge, 1) for edge in (box.x0, box.y0, box.x1, box.y1))))
                    for word, box in words_as_read(characters)
                ]
    return found


def _font(spans: list[dict[str, Any]]) -> tuple[float, bool]:
    """Size in points of the longest span, and whether every span that shows something is bold."""
    shown = [span for span in spans if span["text"].strip()]
    if not shown:
        return 0.0, False
    return round(max(shown, key=lambda span: len(span["text"]))["size"], 1), all(
        span["flags"] & _BOLD for span in shown
    )


def _what_it_is(head: bytes) -> str:
    kinds = {
        b"\x89PNG": "a PNG image",
        b"\xff\xd8": "a JPEG image",
        b"PK": "a zip archive or office file",
        b"<": "HTML or XML",
    }
    if not head:
        return "the file is empty"
    name = next((kind for start, kind in kinds.items() if head.lstrip().startswith(start)), "something else")
    return f"its bytes are {name}"
