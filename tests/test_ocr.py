import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from docqa.types import Box
from ingest import ocr, textlayer
from ingest.lines import Line
from ingest.reading import ReadingOptions, read_page

WHITE = Image.new("RGB", (600, 800), "white")


def inked() -> Image.Image:
    image = WHITE.copy()
    ImageDraw.Draw(image).rectangle((100, 100, 500, 600), fill="navy")
    return image


def test_ink_of_the_text_itself_is_nothing_to_read():
    image = WHITE.copy()
    ImageDraw.Draw(image).rectangle((100, 100, 140, 110), fill="black")
    heading = [Line((("Appendix", Box(98, 98, 142, 112)),), 10, False)]
    assert not ocr.needed(heading, image, points_per_pixel=1.0)
    assert ocr.needed([], image, points_per_pixel=1.0)


def said(text: str) -> list[Line]:
    return [Line(tuple((word, Box(0, 0, 1, 1)) for word in text.split()), 10, False)]


@pytest.mark.parametrize(
    ("text", "image", "needed"),
    [
        ("", WHITE, False),  # a blank page
        ("", inked(), True),  # a picture of a page
        ("Page 3 of 40", inked(), True),  # a scan with a printed foot
        ("word " * 100, inked(), False),  # text beside a picture
        ("\ufffd\ufffd\ufffd\ue001 a b " * 60, WHITE, True),  # glyphs without meaning
    ],
)
def test_ocr_is_for_pages_whose_text_is_missing_or_garbled(text: str, image: Image.Image, needed: bool):
    assert ocr.needed(said(text) if text else [], image, points_per_pixel=1.0) is needed


def test_faint_print_is_something_to_read_and_uneven_paper_is_not():
    paper = np.random.default_rng(1).normal(230, 4, (800, 600)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(paper).convert("RGB")
    assert not ocr.needed([], image, points_per_pixel=0.5)
    ImageDraw.Draw(image).multiline_text((40, 40), "paid in full\n" * 12, fill=(205,) * 3, font_size=30)
    assert ocr.needed([], image, points_per_pixel=0.5)


def framed(words: int) -> list[Line]:
    """Words that cover the upper fifth of what is inked."""
    return [Line(tuple(("word", Box(100 + 10 * n, 100, 110 + 10 * n, 200)) for n in range(words)), 10, False)]


def test_few_words_on_a_drawn_page_may_be_a_stamp_and_those_of_the_scan_itself_are_none():
    image = inked()
    whole = [Line((("word " * 40, Box(100, 100, 501, 601)),), 10, False)]
    assert ocr.may_be_stamped(framed(40), image, points_per_pixel=1.0)
    assert not ocr.may_be_stamped(whole, image, points_per_pixel=1.0)
    assert not ocr.may_be_stamped(framed(400), image, points_per_pixel=1.0)


def test_words_on_a_photograph_are_no_stamp():
    waves = np.sin(np.linspace(0, 20, 800))[:, None] + np.cos(np.linspace(0, 9, 600)) + 2
    photograph = Image.fromarray((waves * 63).astype(np.uint8)).convert("RGB")
    assert not ocr.may_be_stamped(framed(40), photograph, points_per_pixel=1.0)


Placed = tuple[float, float, str]  # x and baseline in points, text
MakeScan = Callable[..., Path]
Pixels = NDArray[Any]


def printed(texts: Sequence[Placed], *, width: int, height: int) -> Image.Image:
    page = pymupdf.open().new_page(width=width, height=height)
    for x, y, text in texts:
        page.insert_text((x, y), text, fontsize=12)
    pixels = page.get_pixmap(dpi=150)
    return Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def make_scan(tmp_path: Path) -> MakeScan:
    """Make a page without a text layer: a picture of texts, turned counter-clockwise by quarters and then a little."""

    def make(
        *texts: Placed, quarter_turns: int = 0, degrees: float = 0, damage: Callable[[Pixels], Pixels] | None = None
    ) -> Path:
        image = printed(texts, width=400, height=300)
        if damage:
            image = Image.fromarray(damage(np.asarray(image)).clip(0, 255).astype(np.uint8))
        image = image.rotate(90 * quarter_turns, expand=True)
        image = image.rotate(degrees, fillcolor="white", resample=Image.Resampling.BICUBIC)
        width, height = (400, 300) if quarter_turns % 2 == 0 else (300, 400)
        pdf = pymupdf.open()
        pdf.new_page(width=width, height=height).insert_image((0, 0, width, height), stream=png(image))
        pdf.save(tmp_path / "scan.pdf")
        return tmp_path / "scan.pdf"

    return make


LETTER = [
    (40, 100, "The audit fee was 212,000 euros in the year."),
    (40, 118, "It was approved by the members in their meeting."),
    (40, 136, "Signed in March by the chairman of the board."),
]


@pytest.mark.parametrize(
    ("quarter_turns", "degrees", "middle"),  # of the word "212,000"
    [
        (0, 0, (161, 96)),
        (1, 0, (96, 239)),
        (2, 0, (239, 204)),
        (3, 0, (204, 161)),
        (0, 3, (156, 98)),
        (1, -3, (98, 239)),
    ],
)
def test_a_scan_is_read_however_it_lies(
    make_scan: MakeScan, quarter_turns: int, degrees: float, middle: tuple[float, float]
):
    page = read_page(make_scan(*LETTER, quarter_turns=quarter_turns, degrees=degrees), 1, ReadingOptions()).page
    assert page.source == "ocr"
    assert page.text == "\n".join(text for _, _, text in LETTER)
    assert (page.width, page.height) == ((400, 300) if quarter_turns % 2 == 0 else (300, 400))
    start = page.text.index("212,000")
    [box] = page.boxes(start, start + len("212,000"))
    assert ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) == pytest.approx(middle, abs=6)
    assert (box.x1 - box.x0 > box.y1 - box.y0) is (quarter_turns % 2 == 0)


def speckled(pixels: Pixels) -> Pixels:
    return np.where(np.random.default_rng(1).random((*pixels.shape[:2], 1)) < 0.05, 0, pixels)


def noisy(pixels: Pixels) -> Pixels:
    return pixels + np.random.default_rng(1).normal(0, 50, (*pixels.shape[:2], 1))


def faint(pixels: Pixels) -> Pixels:
    return 195 + pixels / 8 + np.random.default_rng(1).normal(0, 2, (*pixels.shape[:2], 1))


def grey(pixels: Pixels) -> Pixels:
    return pixels.mean(axis=2)


def faint_and_grey(pixels: Pixels) -> Pixels:
    return grey(faint(pixels))


@pytest.mark.parametrize("damage", [speckled, noisy, faint, grey, faint_and_grey])
def test_a_damaged_scan_is_read(make_scan: MakeScan, damage: Callable[[Pixels], Pixels]):
    page = read_page(make_scan(*LETTER, damage=damage), 1, ReadingOptions()).page
    assert page.text == "\n".join(text for _, _, text in LETTER)


@pytest.mark.parametrize("degrees", [0, 2])
def test_scanned_columns_of_prose_are_read_one_after_the_other(make_scan: MakeScan, degrees: float):
    left = ["The port handled more boxes", "than in any year before, as", "two new cranes were at work."]
    right = ["Costs rose by four per cent,", "most of it for the wages of", "those who work at night."]
    columns = [(x, 80 + 16 * row, text) for x, texts in ((20, left), (215, right)) for row, text in enumerate(texts)]
    page = read_page(make_scan(*columns, degrees=degrees), 1, ReadingOptions()).page
    assert page.text.split() == " ".join(left + right).split()


@pytest.mark.parametrize("degrees", [0, 2])
def test_rows_of_a_scanned_table_are_cells_between_tabs(make_scan: MakeScan, degrees: float):
    rows = [("Revenue", "1,204", "1,377"), ("Cost of sales", "811", "902"), ("Net income", "393", "475")]
    cells = [
        (x, 80 + 20 * row, text)
        for row, texts in enumerate(rows)
        for x, text in zip((40, 220, 320), texts, strict=True)
    ]
    page = read_page(make_scan(*cells, degrees=degrees), 1, ReadingOptions()).page
    assert [tuple(row.split("\t")) for row in page.text.split("\n")] == rows


@pytest.mark.parametrize("quarter_turns", [0, 1])
def test_a_stamp_does_not_hide_the_scan_it_is_on(make_scan: MakeScan, tmp_path: Path, quarter_turns: int):
    stamp = "Case 1:20-cv-00417 Document 45-2 Filed 03/03/20"
    pdf = pymupdf.open(make_scan(*LETTER, quarter_turns=quarter_turns))
    pdf[0].insert_text((20, 20), stamp, fontsize=8)
    pdf.save(tmp_path / "stamped.pdf")
    page = read_page(tmp_path / "stamped.pdf", 1, ReadingOptions()).page
    assert page.source == "ocr"
    assert "\n".join(text for _, _, text in LETTER) in page.text
    assert page.text.count(stamp) == 1
    [box] = page.boxes(page.text.index("Case"), page.text.index("Case") + 4)
    assert (box.x0, box.y1) == (pytest.approx(20, abs=2), pytest.approx(22, abs=3))


def test_the_words_of_a_title_page_are_not_replaced_by_what_ocr_makes_of_them(tmp_path: Path):
    pdf = pymupdf.open()
    page = pdf.new_page(width=400, height=300)
    page.insert_htmlbox((40, 70, 360, 110), "<p style='font-size: 24px'>İstanbul Şişli</p>")
    page.draw_rect((40, 120, 360, 124), fill=(0, 0, 0.6))
    pdf.save(tmp_path / "title.pdf")
    read = read_page(tmp_path / "title.pdf", 1, ReadingOptions()).page
    assert (read.text, read.source) == ("İstanbul Şişli", "layer")


def test_words_that_lie_over_their_scan_are_not_read_again(
    make_scan: MakeScan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pdf = pymupdf.open(make_scan(*LETTER))
    for x, y, text in LETTER:
        pdf[0].insert_text((x, y), text, fontsize=12, render_mode=3)
    pdf.save(tmp_path / "sandwich.pdf")
    monkeypatch.delattr(ocr, "read_scan")
    assert read_page(tmp_path / "sandwich.pdf", 1, ReadingOptions()).page.source == "layer"


def test_without_ocr_a_scan_is_an_image_only(make_scan: MakeScan):
    read = read_page(make_scan(*LETTER), 1, ReadingOptions(ocr="off"))
    assert (read.page.source, read.page.text) == ("none", "")
    assert Image.open(io.BytesIO(read.image)).size == (834, 625)


@pytest.fixture
def charted(tmp_path: Path) -> Path:
    """A page of text with a picture of words, one of them in the text layer, too, where it stands in the picture."""
    pdf = pymupdf.open()
    page = pdf.new_page(width=400, height=500)
    for row in range(8):
        page.insert_text((40, 60 + 14 * row), "Trade went on as it had in the years before that.", fontsize=10)
    page.insert_text((40, 400), "Figure 1: what came through the port.", fontsize=10)
    chart = printed([(10, 30, "Northern quay"), (120, 60, "Grain"), (10, 90, "Southern quay")], width=250, height=120)
    page.insert_image((60, 200, 310, 320), stream=png(chart))
    page.insert_text((180, 260), "Grain", fontsize=12)
    pdf.save(tmp_path / "charted.pdf")
    return tmp_path / "charted.pdf"


def test_words_in_a_picture_stand_after_the_text_and_none_twice(charted: Path):
    page = read_page(charted, 1, ReadingOptions(ocr="all")).page
    assert page.source == "layer"
    assert page.text.endswith("through the port.\n\nGrain\n\nNorthern quay\nSouthern quay")
    start = page.text.index("Southern")
    [box] = page.boxes(start, start + len("Southern"))
    assert (box.x0, box.y1) == (pytest.approx(70, abs=4), pytest.approx(292, abs=6))


def test_pictures_are_left_alone_where_only_scans_are_to_be_read(charted: Path):
    assert "quay" not in read_page(charted, 1, ReadingOptions()).page.text


def test_a_page_is_not_lost_to_pictures_that_take_too_long(charted: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ocr, "PICTURES_S", -1.0)
    page = read_page(charted, 1, ReadingOptions(ocr="all")).page
    assert "Figure 1" in page.text
    assert "quay" not in page.text


def test_a_picture_without_words_adds_nothing():
    picture = WHITE.copy()
    ImageDraw.Draw(picture).ellipse((100, 100, 500, 500), outline="navy", width=9)
    assert ocr.read_pictures(picture, [Box(50, 50, 550, 550)], [], points_per_pixel=1.0) == []


def test_meaningless_glyphs_give_way_to_fewer_that_mean_something(make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch):
    garbled = [Line((("\ufffd" * 900, Box(0, 0, 300, 20)),), 10, False)]
    monkeypatch.setattr(textlayer, "lines", lambda page, drawing: garbled)
    assert read_page(make_scan(*LETTER), 1, ReadingOptions()).page.source == "ocr"
