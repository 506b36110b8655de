from dataclasses import replace

import pytest

from docqa.types import Heading
from ingest.leads import leads, open_table
from tests.fakes import page

HEADS = "Sales by region\n(in tonnes)\n2023\t2022"
ROWS = "North\t10\t12\nSouth\t7\t8\nWest\t1\t2"
LINE = "Sales by region (in tonnes) 2023 | 2022"


def missed(text: str, begin: str) -> list[str]:
    """What a passage that begins with these words goes on from."""
    start = text.index(begin)
    return [lead.text for lead in leads(page(text), None) if lead.is_missed_by(start, len(text))]


def test_rows_of_a_table_go_on_from_its_title_and_heads():
    text = f"It was a good year for all of us.\n\n{HEADS}\n{ROWS}\n\nAfter it."
    assert missed(text, "South") == [LINE]
    assert missed(text, "Sales") == missed(text, "After") == missed(text, "It was") == []


def test_a_table_goes_on_on_the_next_page_if_that_has_its_columns_and_no_heads():
    table = open_table(page(f"{HEADS}\n{ROWS}"), None)
    more = page("East\t3\t4\nAll\t21\t26\nLast\t1\t2", number=2)
    assert [lead.text for lead in leads(more, table)] == [LINE]
    assert open_table(more, table) == table


@pytest.mark.parametrize(
    "text",
    [
        "East\t3\nAll\t21\nLast\t1",
        "\t2021\t2020\nEast\t3\t4\nAll\t21\t26\nLast\t1\t2",
        "A sentence that comes before it.\n\nEast\t3\t4\nAll\t21\t26\nLast\t1\t2",
    ],
)
def test_another_table_does_not_go_on(text: str):
    table = open_table(page(f"{HEADS}\n{ROWS}"), None)
    assert LINE not in [lead.text for lead in leads(page(text, number=2), table)]


def test_a_table_under_a_heading_does_not_go_on():
    table = open_table(page(f"{HEADS}\n{ROWS}"), None)
    headed = replace(page(f"Costs\n\n{ROWS}", number=2), headings=(Heading(0, "Costs", 14.0),))
    assert LINE not in [lead.text for lead in leads(headed, table)]


def test_text_after_a_table_closes_it():
    assert open_table(page(f"{HEADS}\n{ROWS}\n\n" + "Many words follow. " * 9), None) is None


def test_the_labels_of_a_figure_go_on_from_its_caption():
    text = (
        "Grain is sold all over the world by us.\n\nNorth\n\nSouth\n\nFigure 3: Where grain is sold\n\nWe sell to all."
    )
    assert missed(text, "North") == []
    labels = text.index("South")
    [lead] = leads(page(text), None)
    assert lead.text == "Figure 3: Where grain is sold"
    assert lead.is_missed_by(labels, labels + 5) and not lead.is_missed_by(text.index("We sell"), len(text))


def test_rows_go_on_from_the_caption_above_them():
    text = f"Table 2. What was sold.\n\n{ROWS}\n\nMore is said about this on the next of these pages."
    assert missed(text, "South") == ["Table 2. What was sold."]


def test_a_sentence_that_names_a_figure_is_no_caption():
    assert leads(page("a\n\nb\n\nFigure 3 shows what we mean by this."), None) == []


def test_items_go_on_from_the_lead_of_their_list():
    text = (
        "We grew. The main risks\nto this are:\n• fire;\n• the loss\nof customers;\n\n• war.\n\nNothing else is known."
    )
    assert missed(text, "• the loss") == missed(text, "• war") == ["The main risks to this are:"]
    assert missed(text, "The main") == missed(text, "Nothing") == []
