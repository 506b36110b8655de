from docqa.types import Box
from ingest.layout import compose
from ingest.lines import Line
from ingest.order import in_order, in_reading_order, with_pictures


def line(text: str, x: float, y: float, *, size: float = 10, bold: bool = False) -> Line:
    """Words 5 points wide for each character."""
    words = []
    for word in text.split():
        words.append((word, Box(x, y, x + 5 * len(word), y + (size or 10))))
        x += 5 * (len(word) + 1)
    return Line(tuple(words), size, bold)


def laid_out(*lines: Line) -> str:
    return compose(1, 600, 800, lines, "layer").text


def test_cells_on_one_baseline_become_one_row():
    assert laid_out(line("Revenue", 50, 100), line("2023", 200, 101), line("2024", 300, 100)) == "Revenue\t2023\t2024"


def test_the_second_column_of_prose_is_not_a_cell():
    first = [line("left column one", 50, 100), line("left column two", 50, 112)]
    second = [line("right column one", 300, 100), line("right column two", 300, 112)]
    assert "\t" not in laid_out(*first, *second)


def test_a_justified_line_whose_words_stand_wide_is_no_row_of_cells():
    above = line("Crews check the moorings of the ferry.", 50, 100)  # from 50 to 240
    wide = [line("each morning.", 50, 112), line("Then the", 128, 112), line("bridge opens", 181, 112)]
    assert laid_out(above, *wide).endswith("\neach morning. Then the bridge opens")
    assert laid_out(line("Crews check the moorings", 50, 100), *wide).endswith("each morning.\tThen the\tbridge opens")


def test_a_first_cell_of_several_lines_stays_with_its_figures():
    label = [line("North quay wall", 50, 100), line("and its fenders", 50, 111)]
    figures = [line("1,200", 200, 100), line("1,350", 260, 100), line("Divers found", 320, 100)]
    row = "North quay wall and its fenders\t1,200\t1,350\tDivers found"
    assert laid_out(*label, *figures, line("corroded piles", 320, 111)) == f"{row}\ncorroded piles"
    assert laid_out(*label, *figures, line("Pilot station", 50, 124)) == f"{row}\nPilot station"


def test_cells_below_each_other_with_figures_of_their_own_are_not_joined():
    labels = [line(name, 50, 100 + 11 * n) for n, name in enumerate(["Oslo", "Bergen", "Larvik"])]
    row_by_row = [line(str(n), x, 100 + 11 * n) for n in range(3) for x in (200, 260)]
    column_by_column = [line(str(n), x, 100 + 11 * n) for x in (200, 260) for n in range(3)]
    assert laid_out(*labels, *row_by_row).startswith("Oslo\nBergen\nLarvik\n")
    assert laid_out(*labels, *column_by_column).startswith("Oslo\nBergen\nLarvik\n")


def test_a_second_column_is_no_figure_of_the_lines_beside_it():
    seller = [line(text, 50, 100 + 11 * n) for n, text in enumerate(["Seller Ltd", "12 Quay Road", "Larvik"])]
    buyer = [line(text, 300, 100 + 11 * n) for n, text in enumerate(["Buyer 3 Ltd", "4 Harbour Street", "Skien"])]
    assert "\t" not in laid_out(*seller, *buyer)


def test_a_gap_starts_a_block():
    assert laid_out(line("one", 50, 100), line("two", 50, 112), line("three", 50, 140)) == "one\ntwo\n\nthree"


def test_words_know_where_they_stand_in_the_text():
    page = compose(1, 600, 800, [line("Net sales", 50, 100), line("12", 200, 100)], "layer")
    assert [page.text[word.start : word.end] for word in page.words] == ["Net", "sales", "12"]
    assert page.boxes(0, len(page.text)) == (Box(50, 100, 210, 110),)


def test_a_heading_that_is_set_apart_from_its_number_is_one():
    body = [line("this is the usual text of the page", 50, 160 + 12 * n) for n in range(5)]
    number, title = line("4.2", 50, 140, bold=True), line("Time stepping", 90, 140, bold=True)
    page = compose(1, 600, 800, [line("Running head", 50, 40), number, title, *body], "layer")
    assert [heading.text for heading in page.headings] == ["4.2 Time stepping"]
    assert "4.2 Time stepping" in page.text


def test_rows_of_a_table_and_the_number_of_the_page_are_no_numbered_headings():
    body = [line("this is the usual text of the page", 50, 160 + 12 * n) for n in range(5)]
    number, head = line("12", 50, 40, bold=True), line("Count models", 90, 40, bold=True)
    cells = [line("3", 50, 120), line("Cables", 90, 120)]
    page = compose(1, 600, 800, [number, head, *cells, *body], "layer")
    assert page.text.startswith("12\tCount models\n")
    assert "3\tCables" in page.text
    assert not page.headings


def test_a_sentence_that_goes_on_above_small_print_is_no_heading():
    notes = [line("the small print fills most of the page below it", 50, 160 + 9 * n, size=8) for n in range(9)]
    page = compose(1, 600, 800, [line("viscous flow limits the step:", 50, 100), *notes], "layer")
    assert not page.headings


def test_larger_or_bold_lines_are_headings_and_two_of_them_one():
    body = [line("this is the usual text of the page", 50, 160 + 12 * n) for n in range(5)]
    page = compose(1, 600, 800, [line("Annual", 50, 100, size=18), line("Report", 50, 122, size=18), *body], "layer")
    assert [heading.text for heading in page.headings] == ["Annual Report"]


def test_a_line_without_a_font_size_is_no_heading():
    assert compose(1, 600, 800, [line("Downloaded in Oslo", 50, 100, size=0)], "layer").headings == ()


def test_a_long_run_of_larger_lines_is_prose_not_a_heading():
    large = [line("a column set in a larger font than the table", 50, 100 + 16 * n, size=14) for n in range(4)]
    small = [line("many small words in a big table " * 3, 50, 300 + 8 * n, size=7) for n in range(9)]
    assert compose(1, 600, 800, [*large, *small], "layer").headings == ()


def test_scanned_columns_are_read_one_after_the_other():
    title = line("A title over both of the columns of this page", 150, 40, size=16)
    left = [line(f"left column line number {n} of this page", 50, 100 + 14 * n) for n in range(4)]
    right = [line(f"right column line number {n} of this page", 320, 101 + 14 * n) for n in range(4)]
    mixed = [cell for pair in zip(right, left, strict=True) for cell in pair]
    assert in_reading_order([*mixed, title]) == [title, *left, *right]


def test_scanned_tables_are_read_row_by_row():
    rows = [
        [line(name, 50, 100 + 14 * n), line(str(n), 300, 102 + 14 * n)] for n, name in enumerate(["Q1", "Q2", "Q3"])
    ]
    shuffled = [cell for row in rows for cell in reversed(row)]
    assert in_reading_order(shuffled) == [cell for row in rows for cell in row]


def test_rows_that_run_from_right_to_left_are_read_so():
    rows = [
        [line(name, 300, 100 + 14 * n), line(str(n), 50, 100 + 14 * n)] for n, name in enumerate(["אב", "גד", "הו"])
    ]
    assert in_reading_order([cell for row in rows for cell in reversed(row)]) == [cell for row in rows for cell in row]


def columns(left: str, right: str) -> tuple[list[Line], list[Line]]:
    return [line(left, 50, 100 + 14 * n) for n in range(8)], [line(right, 320, 100 + 14 * n) for n in range(8)]


def test_columns_that_a_file_has_row_by_row_are_read_one_after_the_other():
    left, right = columns("and the left column goes on here", "while the right one has other words")
    assert in_order([cell for pair in zip(left, right, strict=True) for cell in pair]) == [*left, *right]


def test_a_table_of_long_cells_stays_row_by_row():
    left, right = columns("Prices of grain may rise or fall", "We hedge what we hold every week")
    rows = [cell for pair in zip(left, right, strict=True) for cell in pair]
    assert in_order(rows) == rows


def test_columns_one_after_the_other_keep_their_order():
    left, right = columns("and the left column goes on here", "while the right one has other words")
    footer = line("12", 300, 780)
    assert in_order([footer, *left, *right]) == [footer, *left, *right]


def test_lines_that_a_file_has_from_below_are_read_from_above():
    rows = [line(f"row number {n} of this page", 50, 100 + 14 * n) for n in range(12)]
    stamp = Line((("Downloaded", Box(580, 100, 588, 150)), ("today", Box(580, 155, 588, 180))), 8, False)
    assert in_order([stamp, *reversed(rows)]) == [*rows, stamp]


def test_the_mark_of_a_list_item_is_no_cell():
    assert laid_out(line("•", 50, 100), line("Net revenues rose", 70, 100)) == "• Net revenues rose"
    assert laid_out(line("2023", 50, 100), line("Revenue", 90, 100)) == "2023\tRevenue"


def test_the_words_of_a_picture_are_one_block_after_the_text_and_no_headings():
    above, below = line("Sales rose again in the year.", 50, 100), line("Figure 1: sales", 50, 112)
    chart = [line("North", 60, 140), line("12", 120, 140), line("SOUTH POLE", 60, 240, size=20)]
    page = compose(1, 600, 800, with_pictures([above, below], [chart]), "layer")
    assert page.text == "Sales rose again in the year.\nFigure 1: sales\n\nNorth\t12\nSOUTH POLE"
    assert page.headings == ()


def test_words_of_a_picture_do_not_join_a_row_beside_it():
    beside = with_pictures([line("Text beside", 50, 100)], [[line("North", 200, 100)]])
    assert laid_out(*beside) == "Text beside\n\nNorth"
