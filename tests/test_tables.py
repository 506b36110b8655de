import pytest

from docqa.text.tables import cells, column_heads, heads_above, is_head_of_columns, is_only_times_and_units, tables

INCOME = """Statement of income
\t2023\t2022
Revenue\t$\t284\t$ 131
Costs\t90\t80

The notes that follow are part of these statements and must be read together with them.
Tax\t5\t4"""


@pytest.mark.parametrize(
    ("text", "row", "heads"),
    [
        (INCOME, "Revenue", "\t2023\t2022"),
        (INCOME, "Costs", "\t2023\t2022"),
        (INCOME, "Tax", None),
        ("Division\t2023\t2024\tChange\nGrain\t24.1\t29.8\t+23.7 %", "Grain", "Division\t2023\t2024\tChange"),
        ("Data\n\nE200\tE200-B\nPower\t1 kW\nWeight\t5.2 kg\t6.9 kg", "Weight", "E200\tE200-B"),
        ("Extra\tPrice\tper\nChild\tfree\nCanoe\t12.00\thour", "Canoe", "Extra\tPrice\tper"),
        ("Programme\tMode\nMA\tBy coursework", "MA", None),
        ("Grain\t24.1\t29.8", "Grain", None),
    ],
)
def test_figures_stand_under_the_heads_of_their_columns(text: str, row: str, heads: str | None):
    found = column_heads(text, text.index(row))
    assert (text[slice(*found)] if found else None) == heads


def found(text: str) -> list[tuple[str, str, int]]:
    """Opening, rows and columns of figures of each table."""
    return [(text[table.opening : table.start], text[table.start : table.end], table.columns) for table in tables(text)]


def test_a_table_has_its_title_and_the_heads_of_its_columns():
    rows = "Revenue\t$\t284\t$ 131\nOperating costs:\nWages\t90\t80\nRent\t—\t(5)"
    opening = "Statement of income\n(in millions)\n\n2023\t2022\n"
    assert found(f"We grew again in all markets.\n\n{opening}{rows}\n\nSee notes.") == [(opening, rows, 2)]


def test_heads_on_rows_of_their_own_are_those_of_the_table():
    text = "Income\n\nMay 2,\n2023\n\nMay 1,\n2022\n\nRevenue\t284\t131\nCosts\t90\t80\nTax\t5\t4"
    assert column_heads(text, text.index("Costs")) is None
    heads = heads_above(text, text.index("Costs"))
    assert heads and text[slice(*heads)] == "Income\n\nMay 2,\n2023\n\nMay 1,\n2022"


def test_rows_of_lines_and_dots_take_no_time():
    assert not tables("\n".join(["-" * 100_000 + "\t" + "(" * 100_000 + "\t"] * 3))


def test_new_heads_begin_a_new_table():
    first, second = "a\t1\t2\nb\t3\t4\nc\t5\t6", "d\t7\t8\ne\t9\t10\nf\t11\t12"
    text = f"\t2023\t2022\n{first}\nNext\t2021\t2020\n{second}"
    assert found(text) == [("\t2023\t2022\n", first, 2), ("Next\t2021\t2020\n", second, 2)]


def test_a_sentence_ends_a_table_and_prose_is_none():
    assert [rows for _, rows, _ in found("a\t1\nb\t2\nc\t3\nAll of them are in millions.\nd\t4")] == [
        "a\t1\nb\t2\nc\t3"
    ]
    assert not tables("5.1\tCan we tell what people think\nfrom what they write?\n5.2\tWhat follows\nfrom it?")


def test_the_first_row_of_a_table_without_figures_is_its_head():
    [(opening, rows, columns)] = found("Function\tWhat it does\tWhere\nCopy\tCopies files\tall\nMove\tMoves files\tall")
    assert (opening, rows, columns) == (
        "Function\tWhat it does\tWhere\n",
        "Copy\tCopies files\tall\nMove\tMoves files\tall",
        0,
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Cash\t$\t34,704 $\t13,931", ["Cash", "$\t34,704", "$\t13,931"]),
        ("Net\t(409\t)\t5", ["Net", "(409\t)", "5"]),
        ("\t2023\t2022", ["2023", "2022"]),
        ("A\t$ 5\t100.0\t%", ["A", "$ 5", "100.0\t%"]),
        ("Growth %\t5", ["Growth %", "5"]),
    ],
)
def test_a_unit_belongs_to_its_figure(row: str, expected: list[str]):
    assert [row[start:end] for start, end in cells(row)] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("(in millions)", True),
        ("Year Ended December 31,", True),
        ("\t2023\t2022", True),
        ("2022 2021", True),
        ("Annual Report 2022", False),
        ("Forward 2022", False),
        ("1" * 500 + "x", False),
        ("", False),
    ],
)
def test_heads_of_columns_say_of_what_or_when_figures_are(row: str, expected: bool):
    assert is_head_of_columns(row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("($ million)\t2022\t2023", True),
        ("Three months ended June 30,\t2023", True),
        ("Revenue ($ million)\t2022", False),
        ("Goodwill (note 4)", False),
        ("Three months notice", False),
    ],
)
def test_times_and_units_alone_say_nothing(row: str, expected: bool):
    assert is_only_times_and_units(row) == expected
