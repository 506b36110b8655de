from pathlib import Path

import pymupdf
import pytest

from docqa.types import Box
from ingest.forms import Field, beside_labels
from ingest.lines import Line
from ingest.reading import ReadingOptions, read_page


def line(text: str, x: float, y: float, *, size: float = 10) -> Line:
    return Line(((text, Box(x, y, x + 5 * len(text), y + size)),), size, False)


def field(x: float, y: float, *, width: float = 150, is_mark: bool = False) -> Field:
    return Field(Box(x, y, x + width, y + 14), is_mark)


def texts(lines: list[Line], *fields: Field) -> list[str]:
    return [line.words[0][0] for line in beside_labels(lines, fields)]


def test_a_value_stands_behind_the_line_left_of_it():
    printed = [line("Name:", 50, 100), line("Date:", 300, 100), line("Vessel:", 50, 120)]
    filled = [line("Lavender", 102, 122), line("May", 352, 102), line("Torvald", 102, 102)]
    found = texts([*printed, *filled], field(100, 120), field(350, 100), field(100, 100))
    assert found == ["Name:", "Torvald", "Date:", "May", "Vessel:", "Lavender"]


def test_a_value_stands_behind_a_line_right_above_it_if_what_is_left_is_far():
    printed = [line("Name", 50, 90), line("Born", 400, 90), line("Section", 50, 104)]
    assert texts([*printed, line("1971", 402, 104)], field(400, 102)) == ["Name", "Born", "1971", "Section"]


def test_a_value_without_a_label_is_last_and_a_page_of_values_keeps_its_order():
    printed, value = line("Below", 50, 300), line("Torvald", 50, 102)
    assert texts([value, printed], field(50, 100)) == ["Below", "Torvald"]
    assert texts([value], field(50, 100)) == ["Torvald"]


@pytest.mark.parametrize(("x", "order"), [(64, ["No", "Yes", "✗"]), (150, ["No", "✗", "Yes"])])
def test_a_mark_belongs_to_the_line_it_is_nearest_to(x: float, order: list[str]):
    printed = [line("No", 20, 100), line("Yes", 45, 100)] if x == 64 else [line("No", 20, 100), line("Yes", 165, 100)]
    assert texts([*printed, line("8", x + 2, 101)], field(x, 99, width=12, is_mark=True)) == order


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_form_is_read_as_it_is_filled_in(tmp_path: Path, rotation: int):
    pdf = pymupdf.open()
    page = pdf.new_page(width=500, height=500)
    for y, text in ((100, "Vessel:"), (140, "Preferred pier:"), (180, "Resident of the town"), (220, "Used for trade")):
        page.insert_text((100, y), text, fontsize=11)
    for y, value, size in ((100, "Sea Lavender", 11), (140, "Pier C", 20)):
        written = pymupdf.Widget()
        written.field_type, written.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, value
        written.rect, written.field_value, written.text_fontsize = pymupdf.Rect(200, y - 18, 420, y + 8), value, size
        page.add_widget(written)
    for y, is_on in ((180, True), (220, False)):
        ticked = pymupdf.Widget()
        ticked.field_type, ticked.field_name = pymupdf.PDF_WIDGET_TYPE_CHECKBOX, f"at {y}"
        ticked.rect, ticked.field_value = pymupdf.Rect(80, y - 11, 94, y + 3), is_on
        page.add_widget(ticked)
    page.set_rotation(rotation)
    pdf.save(tmp_path / "form.pdf")
    read = read_page(tmp_path / "form.pdf", 1, ReadingOptions(ocr="off")).page
    if rotation == 0:
        assert read.text.split("\n\n") == [
            "Vessel:\tSea Lavender",
            "Preferred pier:\tPier C",
            "✓ Resident of the town",
            "Used for trade",
        ]
    assert (read.text.count("✓"), read.text.count("3"), read.headings) == (1, 0, ())
