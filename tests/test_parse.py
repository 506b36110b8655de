from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from docqa.errors import EncryptedPDF, UnreadablePDF
from ingest import layout
from ingest.parse import PDF, Sheet

MakePDF = Callable[..., Path]


def sheet(path: Path, number: int = 1) -> Sheet:
    return PDF(path).sheet(number, dpi=72, max_side=2000)


def words(sheet: Sheet) -> list[str]:
    return [word for line in sheet.lines for word, _ in line.words]


def ink(sheet: Sheet, place: int) -> float:
    """Share of dark pixels within the box of a word, at 72 dpi."""
    box = [box for line in sheet.lines for _, box in line.words][place]
    crop = sheet.image.convert("L").crop((int(box.x0), int(box.y0), round(box.x1), round(box.y1)))
    return float(np.mean(np.asarray(crop) < 160))


def test_only_a_page_with_colour_is_drawn_in_colour(tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 100), "Black on white")
    pdf.new_page().insert_text((72, 100), "Red on white", color=(1, 0, 0))
    pdf.new_page().draw_rect((72, 100, 300, 400), fill=(0.5, 0.5, 0.5))
    pdf.new_page().insert_image((72, 100, 300, 400), pixmap=pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 9, 9)))
    pdf.save(tmp_path / "pages.pdf")
    assert [sheet(tmp_path / "pages.pdf", number).image.mode for number in (1, 2, 3, 4)] == ["L", "RGB", "L", "RGB"]


def test_a_pdf_may_say_what_its_pages_are_called(make_pdf: MakePDF):
    path = make_pdf(*["Text."] * 5)
    pdf = pymupdf.open(path)
    pdf.set_page_labels(
        [
            {"startpage": 1, "style": "r", "firstpagenum": 2},
            {"startpage": 3, "prefix": "A-", "style": "D", "firstpagenum": 1},
            {"startpage": 4, "prefix": "a page with a very long name", "style": "D", "firstpagenum": 1},
        ]
    )
    pdf.saveIncr()
    labelled = PDF(path)
    assert [labelled.label(number) for number in range(1, 6)] == [None, "ii", "iii", "A-1", None]


def test_labels_that_only_count_the_pages_say_nothing(make_pdf: MakePDF):
    path = make_pdf("One", "Two")
    pdf = pymupdf.open(path)
    pdf.set_page_labels([{"startpage": 0, "style": "D", "firstpagenum": 1}])
    pdf.saveIncr()
    labelled = PDF(path)
    assert [labelled.label(number) for number in (1, 2)] == [None, None]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_lie_on_the_words_as_the_page_is_shown(make_pdf: MakePDF, rotation: int):
    read = sheet(make_pdf("Revenue of the port", rotation=rotation))
    assert (read.width, read.height) == ((595, 842) if rotation % 180 == 0 else (842, 595))
    assert words(read) == ["Revenue", "of", "the", "port"]
    assert min(ink(read, place) for place in range(4)) > 0.05


def test_boxes_follow_a_crop_box(tmp_path: Path):
    pdf = pymupdf.open()
    page = pdf.new_page(width=595, height=842)
    page.insert_text((200, 300), "Inside", fontsize=12)
    page.insert_text((20, 40), "Outside", fontsize=12)
    page.set_cropbox(pymupdf.Rect(150, 200, 500, 700))
    pdf.save(tmp_path / "cropped.pdf")
    read = sheet(tmp_path / "cropped.pdf")
    assert words(read) == ["Inside"]
    assert ink(read, 0) > 0.05


def test_a_huge_page_is_rendered_smaller(tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page(width=14400, height=7200)
    pdf.save(tmp_path / "huge.pdf")
    assert PDF(tmp_path / "huge.pdf").sheet(1, dpi=150, max_side=2000).image.size == (2000, 1000)


def test_fonts_tell_headings(tmp_path: Path):
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((72, 100), "Finance", fontsize=18)
    for row in range(6):
        page.insert_text((72, 140 + 14 * row), "The usual text of this page goes on and on.", fontsize=10)
    pdf.save(tmp_path / "headings.pdf")
    read = sheet(tmp_path / "headings.pdf")
    composed = layout.compose(1, read.width, read.height, read.lines, "layer")
    assert [(heading.text, heading.size) for heading in composed.headings] == [("Finance", 18.0)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_fonts_tell_headings_on_a_page_that_is_shown_turned(tmp_path: Path, rotation: int):
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.set_rotation(rotation)
    for row in range(6):
        at = pymupdf.Point(72, 100 + 30 * row) * page.derotation_matrix
        page.insert_text(at, "A line of the page", fontsize=10 if row else 18, rotate=rotation)
    pdf.save(tmp_path / "turned.pdf")
    read = sheet(tmp_path / "turned.pdf")
    assert [line.size for line in read.lines] == [18.0] + 5 * [10.0]
    composed = layout.compose(1, read.width, read.height, read.lines, "layer")
    assert [heading.size for heading in composed.headings] == [18.0]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_line_from_right_to_left_is_read_so_on_a_page_that_is_shown_turned(tmp_path: Path, rotation: int):
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.set_rotation(rotation)
    box = pymupdf.Rect(72, 72, 400, 150) * page.derotation_matrix
    page.insert_htmlbox(box, "<p dir='rtl'>דוח שנתי של הנמל.</p>", rotate=rotation)
    pdf.save(tmp_path / "turned.pdf")
    read = sheet(tmp_path / "turned.pdf")
    assert words(read) == ["דוח", "שנתי", "של", "הנמל."]
    assert min(ink(read, place) for place in range(4)) > 0.05


def test_lines_from_right_to_left_that_a_file_has_in_pieces_keep_the_order_of_these(tmp_path: Path):
    pdf = pymupdf.open()
    rows = "".join(f"<p dir='rtl'>בשנת 20{row} עלה 7 שוב</p>" for row in range(11, 23))
    pdf.new_page().insert_htmlbox((72, 72, 500, 800), rows)
    pdf.save(tmp_path / "pieces.pdf")
    read = sheet(tmp_path / "pieces.pdf")
    assert len(read.lines) > 12, "there are pieces"
    text = layout.compose(1, read.width, read.height, read.lines, "layer").text
    assert " ".join(text.split()) == " ".join(f"בשנת 20{row} עלה 7 שוב" for row in range(11, 23))


def test_what_stands_upright_on_a_page_as_it_is_shown_has_no_font_size(make_pdf: MakePDF):
    assert [line.size for line in sheet(make_pdf("Revenue of the port", rotation=90)).lines] == [0.0]


def test_an_encrypted_pdf_says_that_it_needs_a_password(tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page()
    pdf.save(tmp_path / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")
    with pytest.raises(EncryptedPDF, match="password"):
        PDF(tmp_path / "locked.pdf")


def test_a_pdf_that_only_forbids_printing_opens(tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page()
    pdf.save(tmp_path / "owned.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="owner")
    assert PDF(tmp_path / "owned.pdf").pages == 1


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04", "zip"),
        (b"<!doctype html>", "HTML"),
        (b"plain words", "something else"),
    ],
)
def test_what_is_no_pdf_is_refused_and_said_what_it_is(tmp_path: Path, head: bytes, what: str):
    path = tmp_path / "renamed.pdf"
    path.write_bytes(head)
    with pytest.raises(UnreadablePDF, match=what):
        PDF(path)


def test_a_pdf_without_pages_is_damaged(tmp_path: Path):
    path = tmp_path / "cut.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\n")
    with pytest.raises(UnreadablePDF, match="damaged") as caught:
        PDF(path)
    assert str(tmp_path) not in str(caught.value)


def test_what_is_damaged_is_told_in_whole_sentences(tmp_path: Path):
    path = tmp_path / "garbage.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"garbage \x00\xff" * 400)
    with pytest.raises(UnreadablePDF, match=r"[a-z]\. Open it"):
        PDF(path)


@pytest.mark.parametrize(
    ("key", "value"), [("Contents", "1 0 R"), ("Contents", "[999 0 R]"), ("Filter", "/Nonsense"), ("Filter", "[]")]
)
def test_instructions_that_are_damaged_do_not_lose_the_page(make_pdf: MakePDF, key: str, value: str):
    path = make_pdf("Revenue of the port")
    pdf = pymupdf.open(path)
    page = pdf[0]
    pdf.xref_set_key(page.xref if key == "Contents" else page.get_contents()[0], key, value)
    pdf.saveIncr()
    damaged = PDF(path)
    assert damaged.content_bytes(1, most=1000) < 1000
    assert damaged.sheet(1, dpi=72, max_side=2000).image.size == (595, 842)


def test_instructions_are_told_to_be_no_larger_than_they_are_or_no_less(make_pdf: MakePDF):
    path = make_pdf("a " * 5000)
    pdf = pymupdf.open(path)
    pdf.save(path.with_name("deflated.pdf"), deflate=True)
    deflated = PDF(path.with_name("deflated.pdf"))
    exact = len(pdf[0].read_contents())
    assert deflated.content_bytes(1, most=exact - 1) == exact - 1
    assert exact <= deflated.content_bytes(1, most=1 << 30) < 1 << 20
