from hypothesis import given
from hypothesis import strategies as st

from docqa.readable import as_read, readable
from docqa.types import Page
from ingest.layout import compose
from tests.fakes import page
from tests.test_layout import line


def table(*rows: str) -> Page:
    """A page on which every cell stands where its text does in these rows: two spaces end a cell."""
    lines = []
    for number, row in enumerate(rows):
        column = 0
        for cell in row.split("  "):
            if cell.strip():
                lines.append(line(cell, 5.0 * (column + len(cell) - len(cell.lstrip())), 100 + 12 * number))
            column += len(cell) + 2
    return compose(1, 600, 800, lines, "layer")


def test_figures_stand_below_the_heads_of_their_columns():
    read = table(
        "Statement of income",
        "                   2023      2022",
        "Revenue         $  284    $  131",
        "Costs:",
        "Rent               90        —",
        "Other                        5",
        "Sum                90        5",
    )
    assert readable(read).split("\n") == [
        "Statement of income",
        "| 2023 | 2022",
        "Revenue | $ 284 | $ 131",
        "Costs:",
        "Rent | 90 | —",
        "Other | | 5",
        "Sum | 90 | 5",
    ]


def test_heads_of_two_lines_are_read_across_though_the_file_has_them_one_after_the_other():
    heads = [line("May 2,", 100, 100), line("2023", 100, 112), line("May 1,", 200, 100), line("2022", 200, 112)]
    rows = [[line("Rent", 0, y), line("90", 110, y), line("80", 210, y)] for y in (124, 136, 148)]
    read = compose(1, 600, 800, [*heads, *(cell for row in rows for cell in row)], "layer")
    assert readable(read).split("\n")[:3] == ["| May 2, | May 1,", "| 2023 | 2022", "Rent | 90 | 80"]


def test_what_is_no_table_stays_as_it_is():
    text = "A sentence here.\n\nAnother one,\nover two rows.\n12"
    assert readable(page(text)) == text


def test_text_around_a_table_stays():
    read = readable(page("It grew again.\n\na\t1\t2\nb\t3\t4\nc\t5\t6\n\nSee the notes."))
    assert read == "It grew again.\n\na | 1 | 2\nb | 3 | 4\nc | 5 | 6\n\nSee the notes."


@given(st.text(alphabet="ab1. \t\n$%|", max_size=120))
def test_every_word_is_there_once(text: str):
    assert sorted(readable(page(text)).replace("|", " ").split()) == sorted(text.replace("|", " ").split())


def test_a_quoted_row_has_bars_between_its_cells():
    assert as_read("a  b\nc\td\ne") == "a b\nc | d\ne"
    assert as_read("Cash\t$\t5 $\t4") == "Cash | $ 5 | $ 4"
