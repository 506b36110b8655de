from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from docqa.types import Box, Word, Words, around
from tests.fakes import page

TEXT = "Net sales\t12\n\nCosts grew"


def test_words_are_a_sequence_of_words():
    words = page(TEXT).words
    listed = list(words)
    assert listed[2] == Word(10, 12, Box(60, 0, 72, 10), 0)
    assert (words[-1], len(words), Words.of(listed)) == (listed[-1], 5, words)
    assert list(words[1:3]) == listed[1:3]
    assert words.boxes == [word.box for word in listed]
    assert list(Words()) == list(Words.of([]).by_row()) == []


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_words_within_a_span_are_those_that_it_touches(start: int, end: int):
    words = page(TEXT).words
    assert list(words.within(start, end)) == [word for word in words if word.start < end and word.end > start]


def test_rows_hold_their_words():
    words = page(TEXT).words
    by_row = [list(row) for _, row in groupby(words, key=lambda word: word.row)]
    assert list(words.by_row()) == [
        (row[0].start, row[-1].end, around(word.box for word in row), len(row)) for row in by_row
    ]
