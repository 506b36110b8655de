from dataclasses import replace

import pytest

from docqa.retrieval.context import embedded, in_context, label, searchable
from docqa.types import Passage


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("AMAZON_2017_10K.pdf", "Annual report", "AMAZON 2017 10K | Annual report"),
        ("annual-report.pdf", "Annual Report", "annual report"),
        ("da663e46fbf02ec8a90b3f3c1079ef4c9f7907e1.pdf", "Annual report", "Annual report"),
        ("notes.pdf", "", "notes"),
    ],
)
def test_a_document_is_called_by_its_name_and_title_once(name: str, title: str, expected: str):
    assert label(name, title) == expected


@pytest.mark.parametrize(
    ("name", "organisation", "year", "expected"),
    [
        ("AMAZON_2017_10K.pdf", "AMAZON.COM, INC.", 2017, "AMAZON 2017 10K | FORM 10-K"),
        ("da663e46fbf02ec8a90b3f3c1079ef4c9f7907e1.pdf", "3M Company", 2018, "FORM 10-K | 3M Company 2018"),
        ("filing.pdf", "", 2018, "filing | FORM 10-K | 2018"),
    ],
)
def test_a_document_is_called_by_whose_it_is_and_its_year_if_its_name_does_not_tell(
    name: str, organisation: str, year: int, expected: str
):
    assert label(name, "FORM 10-K", organisation=organisation, year=year) == expected


def test_a_passage_is_read_under_its_document_and_last_headings():
    passage = Passage("a" * 64, 3, 0, 0, "It fell.", ("report", "Part I", "Finance", "Debt"), ())
    assert in_context(passage) == "report > Finance > Debt\nIt fell."
    assert in_context(replace(passage, lead="2023 | 2022")) == "report > Finance > Debt\n2023 | 2022\nIt fell."


@pytest.mark.parametrize(
    ("text", "expected"), [("FY2022", "FY 2022"), ("2022Q4", "2022 Q4"), ("120221", "120221"), ("B2B", "B2B")]
)
def test_years_stand_apart_for_search(text: str, expected: str):
    assert searchable(text).split() == expected.split()


def test_a_heading_that_the_document_is_called_by_is_said_once():
    passage = Passage("d" * 64, 1, 0, 0, "Sales grew.", ("acme | Annual Report", "ANNUAL REPORT", "Sales"), ())
    assert in_context(passage) == "acme | Annual Report > Sales\nSales grew."


def test_a_passage_is_embedded_with_its_broken_words_joined():
    passage = Passage("d" * 64, 1, 0, 0, "On sedi-\nmentation and dredg-\ning.", ("acme",), ())
    assert embedded(passage) == "acme\nOn sedimentation and dredging."
    assert in_context(passage) == "acme\nOn sedi-\nmentation and dredg-\ning.", "its words are searched in parts, too"
