from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from docqa.text.readable import as_quoted, as_read, readable
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


STATEMENT = table(
    "Date    Details           Paid out    Paid in     Balance",
    "02 Jan  Rent                985.00               1,433.77",
    "03 Jan  Food                 23.18               1,410.59",
    "09 Jan  From O. Bennett                150.00    1,560.59",
    "12 Jan  Energy              128.35               1,432.24",
)


def test_a_credit_is_not_read_as_paid_out_though_every_row_has_an_empty_cell():
    assert readable(STATEMENT).split("\n") == [
        "Date | Details | Paid out | Paid in | Balance",
        "02 Jan | Rent | 985.00 | | 1,433.77",
        "03 Jan | Food | 23.18 | | 1,410.59",
        "09 Jan | From O. Bennett | | 150.00 | 1,560.59",
        "12 Jan | Energy | 128.35 | | 1,432.24",
    ]


def test_columns_of_which_each_row_has_but_one_are_two_if_their_heads_are():
    read = table(
        "Company             Direct    Indirect    Staff",
        "Holdings, Inc.      100%                    12       (a)",
        "Fabrics, Inc.                 100%           8       (a)",
        "Felts, Inc.                   90%            7       (b)",
        "Looms, Inc.                   80%            5       (b)",
    )
    assert readable(read).split("\n") == [
        "Company | Direct | Indirect | Staff",
        "Holdings, Inc. | 100% | | 12 | (a)",
        "Fabrics, Inc. | | 100% | 8 | (a)",
        "Felts, Inc. | | 90% | 7 | (b)",
        "Looms, Inc. | | 80% | 5 | (b)",
    ]


def test_a_row_with_an_empty_first_cell_begins_with_it():
    read = table(
        "Pitch      Size        Low      High",
        "Tent       small      14.00    21.00",
        "           large      18.00    27.00",
        "           very large 20.00    30.00",
        "Motorhome  up to 7 m  28.00    41.00",
        "           over 7 m   33.00    49.00",
    )
    assert readable(read).split("\n")[2:] == [
        "| large | 18.00 | 27.00",
        "| very large 20.00 | | 30.00",
        "Motorhome | up to 7 m | 28.00 | 41.00",
        "| over 7 m | 33.00 | 49.00",
    ]


def test_rows_end_with_their_last_cell_and_what_stands_in_the_last_column_stays_there():
    read = table(
        "Cabin   Persons  Low      High     Notes",
        "Finch   2        52.00    74.00",
        "Heron   4        79.00    118.00",
        "Osprey  6        104.00            closed in winter",
        "Eagle   8        110.00   160.00",
    )
    assert readable(read).split("\n") == [
        "Cabin | Persons | Low | High | Notes",
        "Finch | 2 | 52.00 | 74.00",
        "Heron | 4 | 79.00 | 118.00",
        "Osprey | 6 | 104.00 | | closed in winter",
        "Eagle | 8 | 110.00 | 160.00",
    ]


def test_a_head_over_two_columns_stands_over_the_first_of_them():
    read = table(
        "Pitch      Size         Low season        High season",
        "                     without   with    without   with",
        "Tent       small       14.00  17.50      21.00  25.50",
        "Caravan    80 m                26.00             38.00",
        "Motorhome  7 m           -    28.00        -    41.00",
    )
    assert readable(read).split("\n") == [
        "Pitch | Size | Low season | | High season",
        "| | without | with | without | with",
        "Tent | small | 14.00 | 17.50 | 21.00 | 25.50",
        "Caravan | 80 m | | 26.00 | | 38.00",
        "Motorhome | 7 m | - | 28.00 | - | 41.00",
    ]


def test_a_head_between_two_columns_stands_over_the_first_of_them_too():
    heads = [line("Three months", 127, 100), line("Six months", 322, 100)]
    years = [line(year, x, 112) for year, x in (("2023", 100), ("2022", 180), ("2023", 300), ("2022", 380))]
    rows = [[line("Rent", 0, y), *(line("1,234,567", x, y) for x in (95, 170, 290, 370))] for y in (124, 136, 148)]
    read = compose(1, 600, 800, [*heads, *years, *(cell for row in rows for cell in row)], "layer")
    assert readable(read).split("\n")[:2] == ["| Three months | | Six months", "| 2023 | 2022 | 2023 | 2022"]


def test_the_columns_of_a_table_above_are_not_those_of_the_next():
    read = table(
        "            Cost      Gain      Value",
        "Shares        10        20        30",
        "June 30,              2023      2022",
        "Materials              709     1,144",
        "Work                    23        82",
        "Total                  732     1,226",
    )
    assert readable(read).split("\n")[2:] == [
        "June 30, | 2023 | 2022",
        "Materials | 709 | 1,144",
        "Work | 23 | 82",
        "Total | 732 | 1,226",
    ]


def test_a_row_of_many_cells_that_others_do_not_stand_below_tells_no_columns():
    read = table(
        "a       b  c  d  e  f  g  h    12       13",
        "Rent                           90       80",
        "Food                           20       10",
        "Sum                           110       90",
    )
    assert readable(read).split("\n")[1:] == ["Rent | 90 | 80", "Food | 20 | 10", "Sum | 110 | 90"]


def test_columns_run_to_the_left_where_the_rows_do():
    heads = [line("שם", 300, 100), line("חובה", 200, 100), line("זכות", 100, 100)]
    both = [line("סך", 300, 112), line("7", 205, 112), line("8", 105, 112)]
    one = [[line("דירה", 300, 124 + 12 * n), line("90", 105, 124 + 12 * n)] for n in range(3)]
    read = compose(1, 600, 800, [*heads, *both, *(cell for row in one for cell in row)], "layer")
    assert readable(read).split("\n")[:3] == ["שם | חובה | זכות", "סך | 7 | 8", "דירה | | 90"]


def test_tables_of_thousands_of_rows_and_cells_take_no_time():
    rows = ["\t".join("1" * (2 + number % 39)) for number in range(2000)]
    begun = perf_counter()
    readable(page("\n".join(["\t".join("a" * 3000), *rows, "\t".join("1" * 3000)])))
    assert perf_counter() - begun < 10


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


def test_a_quoted_row_stands_below_its_heads_with_its_empty_cells():
    text = STATEMENT.text
    heads, row = text.split("\n")[0], text[text.index("09 Jan") : text.index("\n12 Jan")]
    spans = [(text.index(quote), text.index(quote) + len(quote)) for quote in (heads, row)]
    assert as_quoted(STATEMENT, spans).split("\n") == [
        "Date | Details | Paid out | Paid in | Balance",
        "09 Jan | From O. Bennett | | 150.00 | 1,560.59",
    ]


def test_a_quote_may_go_on_from_prose_to_a_table_and_back():
    shown = page("It grew\nagain.\n\na\t1\t2\nb\t3\t4\nc\t5\t6\n\nSee the\nnotes.")
    text = shown.text
    assert as_quoted(shown, [(0, len(text))]) == "It grew again.\na | 1 | 2\nb | 3 | 4\nc | 5 | 6\nSee the notes."
    assert as_quoted(shown, [(text.index("3"), text.index("5"))]) == "| 3 | 4\nc"


@given(st.text(alphabet="ab1. \t\n$%", max_size=120), st.integers(0, 120), st.integers(0, 120))
def test_every_word_of_a_quote_is_there_once(text: str, start: int, length: int):
    quote = text[start : start + length]
    shown = as_quoted(page(text), [(start, min(start + length, len(text)))])
    assert sorted("".join(shown.replace("|", "").split())) == sorted("".join(quote.split()))
