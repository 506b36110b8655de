from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.numbering import LOOK_AHEAD, YEARS, Run, marks, run_at, run_of
from tests.fakes import page

BODY = "\n".join(["The usual text."] * 14)


def labels(*pages: str) -> list[str | None]:
    """What pages with these texts are called, the first of them page 1 of the PDF."""
    marked = [(number, marks(page(text, number=number))) for number, text in enumerate(pages, start=1)]
    found = []
    run = None
    for place, (number, on_page) in enumerate(marked):
        here = run_at(number, on_page, marked[place + 1 : place + 1 + LOOK_AHEAD], run)
        found.append(here.label(number) if here else None)
        run = here or run
    return found


def below(footer: object) -> str:
    return f"{BODY}\n{footer}"


def above(header: object) -> str:
    return f"{header}\n{BODY}"


@pytest.mark.parametrize(
    "printed",
    [
        "{}",
        "0{}",
        "Page {}",
        "page {} of 90",
        "{} / 90",
        "- {} -",
        "| {}",
        "{} | Annual report 2022",
        "Annual report 2022\t{}",
        "The annual report {}",
        "Page {} of 90\tReport",
    ],
)
@pytest.mark.parametrize("place", [above, below])
def test_a_number_that_runs_with_the_pages_is_theirs(printed: str, place):
    assert labels(BODY, BODY, *(place(printed.format(number)) for number in range(7, 12))) == [
        *(None, None),
        *("7", "8", "9", "10", "11"),
    ]


def test_headers_of_left_and_right_pages_may_differ():
    pages = [above(f"{n}\tAnnual report" if n % 2 else f"Our business\t{n}") for n in range(3, 9)]
    assert labels(*pages)[:2] == ["3", "4"]


def test_roman_numbers_of_front_matter_come_before_the_others():
    assert labels(BODY, *map(below, ("ii", "iii", 1, 2, 3)), BODY) == [None, "ii", "iii", "1", "2", "3", None]


def test_a_page_that_shows_a_spread_has_two_numbers():
    pages = [f"{above(left)}\n{left}\tSocial\nOur people\t{left + 1}" for left in range(4, 12, 2)]
    assert labels(BODY, *pages) == [None, "4–5", "6–7", "8–9", "10–11"]
    assert labels(BODY, *(below(f"Our yearly report {right}") for right in range(5, 11, 2)))[1:] == [
        "4–5",
        "6–7",
        "8–9",
    ]


def test_a_page_without_a_number_or_with_a_wrong_one_goes_on_with_the_others():
    assert labels(*map(below, (5, 6, "A picture", 8, 8, 10, 11))) == ["5", "6", "7", "8", "9", "10", "11"]


def test_numbers_may_begin_anew():
    assert labels(*map(below, (5, 6, 7, 1, 2, 3))) == ["5", "6", "7", "1", "2", "3"]


@pytest.mark.parametrize(
    "pages",
    [
        [below(year) for year in range(2019, 2024)],
        [below(f"Exhibit {number}") for number in range(1, 6)],
        [above(f"Chapter {number}") for number in range(1, 6)],
        [below(f"({number})") for number in range(41, 46)],
        [below(f"{number}.") for number in range(1, 6)],
        [below(f"{number}%") for number in range(41, 46)],
        [below(f"Rent for year {year}\t{number}") for year, number in zip("abcde", range(3, 8), strict=True)],
        ["7\nA slide of its own\n7", "A chart\nof twelve\nmonths\n12", "Text"],
        [f"{first}\tsteel\n{BODY}\n{first + 41}\tbrass" for first in (1, 43, 85)],  # a list over several pages
        [f"{BODY}\n{number}\n{BODY}" for number in range(1, 6)],
    ],
)
def test_other_numbers_are_not_the_pages(pages: list[str]):
    assert set(labels(*pages)) == {None}


@settings(max_examples=30, deadline=None)
@given(
    first=st.integers(1, 700),
    unnumbered=st.integers(0, 6),
    missing=st.sets(st.integers(2, 19)),
    others=st.lists(st.integers(0, 9999), min_size=27, max_size=27),
    place=st.sampled_from([above, below]),
)
def test_whatever_else_stands_there_a_numbering_is_found(
    first: int, unnumbered: int, missing: set[int], others: list[int], place
):
    """On every page that has its number and is followed by another one that does."""
    strangers = [f"Total of {chr(97 + place % 26)}\t{number}" for place, number in enumerate(others)]
    numbered = [place(f"{first + n}\n{strangers[n]}" if n not in missing else strangers[n]) for n in range(20)]
    found = labels(*[place(other) for other in strangers[20 : 20 + unnumbered]], *numbered)
    for n, after in pairwise(sorted({*range(20)} - missing)):
        if after - n <= LOOK_AHEAD:
            assert found[unnumbered + n] == str(first + n)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9999), min_size=2, max_size=12))
def test_numbers_that_do_not_run_with_the_pages_are_none_of_theirs(numbers: list[int]):
    offsets = [{number - n, ("of spreads", number // 2 - n)} for n, number in enumerate(numbers)]
    if all(here.isdisjoint(there) for n, here in enumerate(offsets) for there in offsets[n + 1 :]):
        assert set(labels(*map(below, numbers))) == {None}


@given(st.integers(1, 2000), st.sampled_from([1, 2]), st.integers(0, 2000))
def test_a_label_tells_its_numbering(number: int, each: int, offset: int):
    run = Run("arabic", each, offset)
    assert run_of(number, run.label(number)) == run


def test_a_label_that_is_no_number_has_no_numbering():
    assert run_of(3, "iv") == Run("roman", 1, 1)
    assert [run_of(3, label) for label in ("A-3", "Cover", "IV", "", None)] == [None] * 5
    assert Run("roman", 1, 1).label(60) is None
    assert 1999 in YEARS
