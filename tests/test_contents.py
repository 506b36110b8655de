"""Tables of contents, and what only looks like one."""

import pytest

from docqa.text import contents

TITLES = ["Quay walls", "Ferries", "Pilots", "Fees", "Dredging"]


@pytest.mark.parametrize("leaders", ["........", " . . . . . . ."])
def test_rows_whose_dots_lead_to_ascending_pages_are_entries(leaders: str):
    page = "Contents\n" + "\n".join(f"{title}{leaders} {4 * n}" for n, title in enumerate(TITLES, start=1))
    assert {page[start:end].split(".")[0].strip() for start, end in contents.entries(page)} == set(TITLES)
    assert contents.is_one(page)


def test_chapters_beside_them_may_have_no_dots():
    dotted = [f"{title} . . . . . . {4 * n}" for n, title in enumerate(TITLES, start=1)]
    page = "\n".join(["6\tCare\t4", *dotted, "Prose."])
    told = [page[start:end] for start, end in contents.entries(page)]
    assert "6\tCare\t4" in told
    assert "Prose." not in told


def test_the_number_may_stand_before_the_title():
    page = "\n".join(f"{4 * n} {title}. . . . . . . ." for n, title in enumerate(TITLES, start=1))
    assert len(contents.entries(page)) == len(TITLES)


@pytest.mark.parametrize(
    "row", ["Net sales . . . . . . $ {} $ 310", "Fees . . . . . . {},200", "Ferries . . . . . . {}"]
)
def test_rows_of_statements_are_none(row: str):
    page = "\n".join(row.format(figure) for figure in (812, 95, 640, 33, 701, 12))
    assert contents.entries(page) == ()
    assert not contents.is_one(page)


@pytest.mark.parametrize("title", ["Contents", "Table of Contents", "Inhaltsverzeichnis", "目录"])
def test_its_title_tells_it(title: str):
    assert contents.is_title(title)
    assert contents.is_one(f"Port of Larvik\n{title}\nQuay walls\t4")
    assert not contents.is_title(f"{title} of the hold")
