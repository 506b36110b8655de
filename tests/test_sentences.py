from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.text.sentences import sentences


def texts(text: str) -> list[str]:
    return [text[each.start : each.end] for each in sentences(text)]


def test_a_sentence_may_run_over_lines_but_not_over_blocks():
    assert texts("Sales rose\nby 4 %. Costs fell.\n\nOutlook") == ["Sales rose\nby 4 %.", "Costs fell.", "Outlook"]


def test_a_row_of_cells_is_a_piece_of_its_own():
    found = sentences("In millions:\nRevenue\t10\t12\nCosts\t7\t8\nWe are\nglad.")
    assert [each.row for each in found] == [False, True, True, False]


def test_an_item_of_a_list_is_a_piece_of_its_own():
    assert texts("Risks are:\n• the loss of\ncustomers;\n• fire") == [
        "Risks are:",
        "• the loss of\ncustomers;",
        "• fire",
    ]


def test_abbreviations_and_decimals_end_no_sentence():
    assert texts("Acme Inc. The U.S. share was 4.5 %. It grew.") == ["Acme Inc. The U.S. share was 4.5 %.", "It grew."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Siehe Abb. 3 und Art. 5 der Satzung.",
        "Es stieg, d. h. Aktien waren gefragt.",
        "Voir p. ex. Le tableau, art. 5 et fig. 2.",
        "Le 5 janv. 2021, env. 300 sont venus.",
        "La Dra. Gómez vive en EE. UU. Desde hace aprox. 3 años.",
        "Véase p. ej. El cuadro de la fig. 2.",
        "Acme Limited (company no. 09284417) sells it.",
        "Die Wohnung im 2. Obergeschoss ist leer.",
    ],
)
def test_abbreviations_of_other_languages_end_no_sentence(sentence: str):
    assert texts(f"{sentence} 他说好。") == [sentence, "他说好。"]


def test_the_number_of_an_item_ends_no_sentence():
    assert texts("Terms\n\n1. Title. The goods are ours.\n2. Returns. None.") == [
        "Terms",
        "1. Title.",
        "The goods are ours.",
        "2. Returns.",
        "None.",
    ]
    assert texts("The total was 5. Costs fell. I am 5. He is 6.") == [
        "The total was 5.",
        "Costs fell.",
        "I am 5.",
        "He is 6.",
    ]


def test_an_entry_of_a_list_of_literature_stays_whole():
    assert texts("References\n\n[1] Holden, J. (2011). Water\ntables. Bogs 4.\n[2] Ojala, T. (2017). Probes.") == [
        "References",
        "[1] Holden, J. (2011). Water\ntables. Bogs 4.",
        "[2] Ojala, T. (2017). Probes.",
    ]
    assert texts("This was found in\n[4] and again. It is so.") == ["This was found in\n[4] and again.", "It is so."]


def test_words_of_prose_before_a_figure_end_sentences():
    assert texts("A state-of-the-art. 5 run. The art. 4 do.") == ["A state-of-the-art.", "5 run.", "The art.", "4 do."]


def test_chinese_full_stops_end_sentences():
    assert texts("收入增长。成本下降。") == ["收入增长。", "成本下降。"]


@given(st.text(alphabet="ab. !\t\nA1。", max_size=80))
def test_the_pieces_hold_all_but_white_space_once_and_in_order(text: str):
    found = sentences(text)
    assert "".join("".join(text[each.start : each.end].split()) for each in found) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(found))
