"""The words of a page as its PDF has them. It and parse.py alone know PyMuPDF; they run in a child process."""

from collections import defaultdict
from typing import Any

import numpy as np
import pymupdf
from pymupdf import mupdf

from docqa.types import Box
from ingest.bidi import runs_right_to_left, words_as_read
from ingest.forms import Field, beside_labels
from ingest.lines import Line
from ingest.mending import Word, is_closed_up, is_spaced_out, struck_once, with_bullets

# Ligatures are spelt out; unknown glyphs become U+FFFD, so that garbled text shows; what lies off the page is left out.
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
_BOLD = pymupdf.TEXT_FONT_BOLD
_LEVEL = (1.0, 0.0)  # the direction of a line that runs straight to the right
_WRITTEN = (mupdf.PDF_WIDGET_TYPE_TEXT, mupdf.PDF_WIDGET_TYPE_COMBOBOX, mupdf.PDF_WIDGET_TYPE_LISTBOX)
_MARKS = (mupdf.PDF_WIDGET_TYPE_CHECKBOX, mupdf.PDF_WIDGET_TYPE_RADIOBUTTON)

Place = tuple[int, int]  # of a line: 0-based, its block and itself in that


def lines(page: Any, drawing: Any) -> list[Line]:  # noqa: ANN401  PyMuPDF's classes have no useful types
    """The lines of a page, drawn as it is shown, in the order of the file, each with its font's size and boldness.

    What a form holds stands beside its label.
    """
    text = _text(drawing, _TEXT_FLAGS)
    words = _words(text)
    if spaced_out := {place: found for place, found in words.items() if is_spaced_out([word for word, _ in found])}:
        closer = _words(_text(drawing, _TEXT_FLAGS | pymupdf.TEXT_INHIBIT_SPACES))
        for place, found in spaced_out.items():
            if is_closed_up([word for word, _ in closer[place]], [word for word, _ in found]):
                words[place] = closer[place]
    if any(not word.isascii() and runs_right_to_left(word) for found in words.values() for word, _ in found):
        words.update(_right_to_left(text))
    fonts = {
        (block["number"], index): _font(line["spans"])
        for block in text.extractDICT()["blocks"]
        for index, line in enumerate(block.get("lines", ()))
        if line["dir"] == _LEVEL  # what stands upright or slanted is no heading
    }
    printed = (Line(tuple(found), *fonts.get(place, (0.0, False))) for place, found in words.items())
    return beside_labels(with_bullets(struck_once(printed)), _fields(page))


def _fields(page: Any) -> list[Field]:  # noqa: ANN401
    """The fields of the page that are filled in or ticked."""
    fields = []
    try:
        widget = mupdf.pdf_first_widget(mupdf.pdf_page_from_fz_page(page.this))
        while widget.m_internal:
            kind = mupdf.pdf_widget_type(widget)
            if kind in _MARKS or (kind in _WRITTEN and mupdf.pdf_annot_field_value(widget)):
                box = mupdf.pdf_bound_widget(widget)
                fields.append(Field(Box(box.x0, box.y0, box.x1, box.y1), kind in _MARKS))
            widget = mupdf.pdf_next_widget(widget)
    except (RuntimeError, ValueError, mupdf.FzErrorBase):  # a form that is damaged is no reason to lose the page
        return []
    return fields


def _text(drawing: Any, flags: int) -> Any:  # noqa: ANN401
    """The text of a display list, whose own `get_textpage` gives a type that has no words (PyMuPDF 2.0)."""
    options = mupdf.FzStextOptions()
    options.flags = flags
    return pymupdf.TextPage(mupdf.FzStextPage(drawing.this, options))


def _words(text: Any) -> dict[Place, list[Word]]:  # noqa: ANN401
    """The words of each line, by the places of its block and of itself."""
    found = text.extractWORDS()
    boxes = map(Box._make, np.array([each[:4] for each in found]).round(1).tolist())
    words: dict[Place, list[Word]] = defaultdict(list)
    for (_, _, _, _, word, block, line, _), box in zip(found, boxes, strict=True):
        words[block, line].append((word, box))
    return words


def _right_to_left(text: Any) -> dict[Place, list[Word]]:  # noqa: ANN401
    """The level lines that run from right to left, their words as they are read."""
    found = {}
    for block in text.extractRAWDICT()["blocks"]:
        for index, line in enumerate(block.get("lines", ())):
            characters = [(each["c"], Box(*each["bbox"])) for span in line["spans"] for each in span["chars"]]
            if line["dir"] == _LEVEL and runs_right_to_left("".join(character for character, _ in characters)):
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
