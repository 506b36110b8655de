"""Words that a PDF draws in an unusual way, as they are read."""

from pathlib import Path

import pymupdf
import pytest

from ingest.mending import is_closed_up, is_spaced_out
from ingest.parse import PDF


def read(drawn: str, path: Path) -> list[list[str]]:
    """The words of each line of a page that is drawn by these instructions.

    /helv is Helvetica, /sign a font that says of its characters a, b and c that they are U+F0B7, U+F0FC and U+F8EB.
    """
    pdf = pymupdf.open()
    page = pdf.new_page()
    cmap = stream(pdf, "3 beginbfchar <61> <F0B7> <62> <F0FC> <63> <F8EB> endbfchar")
    font = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica"
    fonts = f"/helv << {font} >> /sign << {font} /ToUnicode {cmap} 0 R >>"
    pdf.xref_set_key(page.xref, "Resources", f"<< /Font << {fonts} >> >>")
    page.set_contents(stream(pdf, drawn))
    pdf.save(path)
    return [[word for word, _ in line.words] for line in PDF(path).sheet(1, dpi=72, max_side=2000).lines]


def stream(pdf: pymupdf.Document, content: str) -> int:
    xref = int(pdf.get_new_xref())
    pdf.update_object(xref, "<<>>")
    pdf.update_stream(xref, content.encode())
    return xref


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


@pytest.mark.parametrize("gap", [12, 30])
def test_a_sign_of_a_symbol_font_before_an_item_is_its_bullet(tmp_path: Path, gap: int):
    drawn = f"BT 40 700 Td /sign 12 Tf (a) Tj {gap} 0 Td /helv 12 Tf (a fish) Tj {-gap} -16 Td (and more) Tj ET"
    assert read(drawn, tmp_path / "list.pdf") == [["•", "a", "fish"], ["and", "more"]]


@pytest.mark.parametrize(
    ("signs", "what"),
    [("ab", "several signs"), ("c", "a piece of a bracket"), (") Tj 40 0 Td (a) Tj -40 0 Td (", "a sign behind")],
)
def test_other_signs_of_a_symbol_font_are_left_out(tmp_path: Path, signs: str, what: str):
    drawn = f"BT 40 700 Td /sign 12 Tf ({signs}) Tj 0 -30 Td (a) Tj 0 30 Td 15 0 Td /helv 12 Tf (one) Tj ET"
    assert read(drawn, tmp_path / "signs.pdf") == [["one"]], what


def test_a_sign_that_is_glued_to_a_word_leaves_it_whole(tmp_path: Path):
    drawn = "BT 40 700 Td /sign 12 Tf (a) Tj /helv 12 Tf (fish) Tj ET"
    assert read(drawn, tmp_path / "glued.pdf") == [["•", "fish"]]


def test_a_sign_far_before_a_line_is_no_bullet(tmp_path: Path):
    drawn = "BT 40 700 Td /sign 12 Tf (a) Tj 200 0 Td /helv 12 Tf (one) Tj ET"
    assert read(drawn, tmp_path / "far.pdf") == [["one"]]


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
