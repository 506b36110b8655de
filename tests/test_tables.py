import pytest

from docqa.tables import column_heads

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
        ("Programme\tMode\nMA\tBy coursework", "MA", None),
        ("Grain\t24.1\t29.8", "Grain", None),
    ],
)
def test_figures_stand_under_the_heads_of_their_columns(text: str, row: str, heads: str | None):
    found = column_heads(text, text.index(row))
    assert (text[slice(*found)] if found else None) == heads
