"""Answers as blocks of spans."""

from ui import prose
from ui.prose import Block, Span


def test_labels_become_spans_to_click_on() -> None:
    (block,) = prose.blocks("It rose [1, 3]. **Much** [2]", verbatim=False)
    assert block.cells[0] == (
        Span("It rose "),
        Span("[1]", 1),
        Span("[3]", 3),
        Span(". "),
        Span("Much", strong=True),
        Span(" "),
        Span("[2]", 2),
    )


def test_lists_headings_and_tables_of_a_model_are_blocks() -> None:
    text = "## Revenue\n- up\n2. down\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\nso"
    found = prose.blocks(text, verbatim=False)
    assert [block.kind for block in found] == ["heading", "item", "item", "head", "row", "paragraph"]
    assert [cell[0].text for cell in found[4].cells] == ["1", "2"]


def test_what_is_quoted_is_no_markdown_but_for_the_bars_of_tables() -> None:
    found = prose.blocks("# not a **heading** <b>\n- dash\na | b | c [1]", verbatim=True)
    assert found[0] == Block("paragraph", ((Span("# not a **heading** <b>"),),))
    assert found[1] == Block("paragraph", ((Span("- dash"),),))
    assert [cell[0].text for cell in found[2].cells] == ["a", "b", "c "]


def test_labels_come_in_the_order_they_are_named() -> None:
    assert prose.labels("x [3] y [1, 3] z [2]") == [3, 1, 2]


def test_heads_of_columns_stand_over_their_columns() -> None:
    text = "2018 | 2019\nNet income | 3 | 4 [1]\n2017 | 2018\nSales | 7 | 8 [2]\nOther | 9"
    blocks = prose.blocks(text, verbatim=True)
    assert [block.kind for block in blocks] == ["head", "row", "head", "row", "row"]
    assert [["".join(span.text for span in cell) for cell in block.cells] for block in blocks] == [
        ["", "2018", "2019"],
        ["Net income", "3", "4 [1]"],
        ["", "2017", "2018"],
        ["Sales", "7", "8 [2]"],
        ["Other", "9"],
    ]


def test_a_first_row_that_names_no_columns_is_no_head() -> None:
    text = "Rotor diameter | 3.6 m\nWeight | 4 t"
    assert [block.kind for block in prose.blocks(text, verbatim=True)] == ["row", "row"]


def test_a_quoted_row_keeps_its_empty_cells_and_heads_with_one_first_are_not_moved():
    found = prose.blocks("| 2018 | 2019\nCash | 5 | 6 | 7\nOther | | 9 [1]", verbatim=True)
    cells = [["".join(span.text for span in cell) for cell in block.cells] for block in found]
    assert cells == [["", "2018", "2019"], ["Cash", "5", "6", "7"], ["Other", "", "9 [1]"]]
