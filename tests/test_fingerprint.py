"""When two pages count as the same."""

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from ingest.fingerprint import Fingerprints
from ingest.parse import PDF

MakePDF = Callable[..., Path]
Change = Callable[[pymupdf.Document], object]


class Listed:
    """Objects as a dictionary has them: text and stream by number."""

    def __init__(self, objects: dict[int, tuple[str, bytes]]) -> None:
        self._objects = objects

    def text(self, number: int) -> str:
        return self._objects[number][0]

    def stream(self, number: int) -> bytes:
        return self._objects[number][1]


def fingerprint(objects: dict[int, tuple[str, bytes]], *parts: str) -> str:
    return Fingerprints(Listed(objects)).of(parts)


def test_the_numbers_of_objects_do_not_count_but_what_they_hold_does():
    one = fingerprint({1: ("<</Font 2 0 R>>", b""), 2: ("<</Size 5>>", b"glyphs")}, "1 0 R")
    renumbered = fingerprint({8: ("<</Font 3 0 R>>", b""), 3: ("<</Size 5>>", b"glyphs")}, "8 0 R")
    redrawn = fingerprint({1: ("<</Font 2 0 R>>", b""), 2: ("<</Size 5>>", b"shapes")}, "1 0 R")
    assert one == renumbered
    assert one != redrawn


def test_which_part_is_which_counts():
    assert fingerprint({}, "a", "") != fingerprint({}, "", "a")


def test_a_page_that_is_pointed_at_does_not_count():
    before = {1: ("<</Dest[2 0 R/Fit]>>", b""), 2: ("<</Type/Page/Rotate 0>>", b"")}
    after = {1: ("<</Dest[2 0 R/Fit]>>", b""), 2: ("<</Type/Page/Rotate 90>>", b"")}
    assert fingerprint(before, "1 0 R") == fingerprint(after, "1 0 R")


def test_loops_end():
    objects = {1: ("<</Popup 2 0 R>>", b""), 2: ("<</Parent 1 0 R>>", b"")}
    assert len(fingerprint(objects, "1 0 R")) == 64


def test_objects_that_lie_too_deep_in_one_another_are_refused():
    objects = {number: (f"<</Next {number + 1} 0 R>>", b"") for number in range(1, 1000)}
    with pytest.raises(RecursionError):
        fingerprint(objects, "1 0 R")


def fingerprints(path: Path) -> list[str]:
    pdf = PDF(path)
    return [pdf.fingerprint(number) for number in range(1, pdf.pages + 1)]


def saved(path: Path, change: Change, **how: object) -> Path:
    pdf = pymupdf.open(path)
    change(pdf)
    changed = path.with_name("changed.pdf")
    pdf.save(changed, **how)
    return changed


@pytest.fixture
def path(make_pdf: MakePDF) -> Path:
    return make_pdf("One.", "Two.", "Three.")


def nothing(_: pymupdf.Document) -> None: ...


def test_writing_a_pdf_anew_changes_no_page(path: Path):
    pages = fingerprints(path)
    assert all(pages)
    assert len(set(pages)) == 3
    assert fingerprints(saved(path, nothing, garbage=3, use_objstms=1)) == pages
    assert fingerprints(saved(path, lambda pdf: pdf.set_metadata({"title": "Other"}))) == pages


def test_pages_that_moved_keep_their_fingerprints(path: Path):
    one, two, three = fingerprints(path)
    assert fingerprints(saved(path, lambda pdf: pdf.select([2, 0, 1]), garbage=3)) == [three, one, two]


def _field(pdf: pymupdf.Document) -> None:
    widget = pymupdf.Widget()
    widget.field_type, widget.field_name, widget.field_value = pymupdf.PDF_WIDGET_TYPE_TEXT, "name", "Ann"
    widget.rect = pymupdf.Rect(50, 50, 200, 80)
    pdf[1].add_widget(widget)


CHANGES: dict[str, Change] = {
    "text": lambda pdf: pdf[1].insert_text((72, 300), "More."),
    "a line": lambda pdf: pdf[1].draw_line((10, 10), (90, 90)),
    "rotation": lambda pdf: pdf[1].set_rotation(90),
    "crop": lambda pdf: pdf[1].set_cropbox(pymupdf.Rect(0, 0, 300, 300)),
    "a note": lambda pdf: pdf[1].add_highlight_annot(pymupdf.Rect(72, 90, 120, 110)),
    "a form field": _field,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_the_look_of_a_page_changes_that_page_alone(path: Path, change: Change):
    before, after = fingerprints(path), fingerprints(saved(path, change))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]


def test_what_is_filled_in_counts(path: Path):
    def fill(pdf: pymupdf.Document) -> None:
        page = pdf[1]  # kept: without it the field belongs to nothing
        [widget] = page.widgets()
        widget.field_value = "Bob"
        widget.update()

    form = saved(path, _field).rename(path.with_name("form.pdf"))
    empty, filled = fingerprints(form), fingerprints(saved(form, fill))
    assert [a == b for a, b in zip(empty, filled, strict=True)] == [True, False, True]


def test_a_picture_that_is_swapped_counts(path: Path):
    def with_picture(grey: int) -> Change:
        pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 9, 9))
        pixels.clear_with(grey)
        return lambda pdf: pdf[1].insert_image(pymupdf.Rect(50, 50, 90, 90), pixmap=pixels)

    dark, light = (fingerprints(saved(path, with_picture(grey))) for grey in (20, 200))
    assert [a == b for a, b in zip(dark, light, strict=True)] == [True, False, True]


def test_a_page_whose_content_is_missing_has_none(path: Path):
    damaged = saved(path, lambda pdf: pdf.xref_set_key(pdf.page_xref(1), "Contents", "99999 0 R"))
    assert [bool(each) for each in fingerprints(damaged)] == [True, False, True]
