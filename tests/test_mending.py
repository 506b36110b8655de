"""Words that a PDF draws in an unusual way, as they are read."""

from pathlib import Path

import pymupdf
import pytest

from ingest.mending import is_closed_up, is_spaced_out
from ingest.parse import PDF


def read(drawn: str, path: Path) -> list[list[str]]:
    """The words of each line of a page that is drawn by these instructions, in Helvetica (/helv)."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_font()
    xref = pdf.get_new_xref()
    pdf.update_object(xref, "<<>>")
    pdf.update_stream(xref, drawn.encode())
    page.set_contents(xref)
    pdf.save(path)
    return [[word for word, _ in line.words] for line in PDF(path).sheet(1, dpi=72, max_side=2000).lines]


@pytest.mark.parametrize("apart", [0.1, 0.15, 0.2, 0.35])
def test_words_whose_letters_stand_apart_are_read_as_words(tmp_path: Path, apart: float):
    drawn = f"BT /helv 20 Tf {20 * apart} Tc 40 700 Td (ANNUAL REPORT 2018) Tj 0 Tc 0 -40 Td (Plain words) Tj ET"
    assert read(drawn, tmp_path / "spaced.pdf") == [["ANNUAL", "REPORT", "2018"], ["Plain", "words"]]


def test_single_letters_without_spaces_stay_apart(tmp_path: Path):
    drawn = "BT /helv 12 Tf 6 Tc 40 700 Td (ABCDEFGH) Tj ET"
    assert read(drawn, tmp_path / "letters.pdf") == [list("ABCDEFGH")]


@pytest.mark.parametrize("shift", ["0 0", "0.4 0", "1.5 -1.5"])
def test_words_that_are_struck_twice_are_read_once(tmp_path: Path, shift: str):
    line = "(Shadowed heading) Tj"
    drawn = f"BT /helv 16 Tf 40 700 Td {line} {shift} Td {line} 0 -40 Td (Plain words) Tj ET"
    assert read(drawn, tmp_path / "twice.pdf") == [["Shadowed", "heading"], ["Plain", "words"]]


def test_each_word_struck_twice_before_the_next_is_read_once(tmp_path: Path):
    drawn = "BT /helv 16 Tf 40 700 Td (Net) Tj 0.4 0 Td (Net) Tj 40 0 Td (sales) Tj 0.4 0 Td (sales) Tj ET"
    assert [word for line in read(drawn, tmp_path / "twice.pdf") for word in line] == ["Net", "sales"]


def test_dots_and_words_side_by_side_stay(tmp_path: Path):
    drawn = "BT /helv 4 Tf 40 700 Td (. . . . 0 0) Tj 0 -4 Td (0 0) Tj ET"
    assert read(drawn, tmp_path / "dots.pdf") == [[".", ".", ".", ".", "0", "0"], ["0", "0"]]


def test_a_line_is_spaced_out_if_half_of_its_words_are_letters():
    assert is_spaced_out("S U S T A INABI LI TY REPORT 15".split())
    assert not is_spaced_out("y = a + b x + 1".split())
    assert not is_spaced_out("1 0 2 3 1 0".split())


def test_a_line_is_closed_up_only_to_several_words_of_the_same_letters():
    spaced_out = list("THEREPORT")
    assert is_closed_up(["THE", "REPORT"], spaced_out)
    assert not is_closed_up(["THEREPORT"], spaced_out)
    assert not is_closed_up(["THE", "RECORD"], spaced_out)
    assert not is_closed_up(spaced_out, spaced_out)
