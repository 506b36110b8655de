"""What a document says of itself."""

import pytest

from docqa.facts import effective
from docqa.types import Facts, Heading, Page, Words
from ingest.facts import Metadata, read
from ingest.language import language
from ingest.title import is_given, title

FILING = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM 10-K
ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)
For the fiscal year ended September 29, 2018
Commission file number 1-3285
THE ORCHARD COMPANY, INC.
(Exact name of registrant as specified in its charter)
Delaware\t41-0417775"""

PAPER = """Growing Apples with Less Water

Ada Lovelace, Grace Hopper and Alan Turing

Abstract

We show that the trees of an orchard can do with less water than is given to them."""

RELEASE = """Exhibit 99.1

Orchard Reports Fourth Quarter and Fiscal 2022 Results

CHICAGO, March 9, 2023 - The Orchard Company, Inc. (NYSE: ORCH) today reported results."""

MANUAL = "User Manual\n\nApple press\tAP-200\n\n12.2014\n\nCopyright © 2014 Presswerk GmbH. All rights reserved."

LETTER = (
    "Orchard Bank plc\n12 High Street\n\n4 May 2021\n\nDear Ms Jones,\n\nthank you for your letter of the last week."
)


def page(text: str, *, number: int = 1, width: float = 600, sizes: dict[str, float] | None = None) -> Page:
    headings = tuple(Heading(text.index(line), line, size) for line, size in (sizes or {}).items())
    return Page(number, width, 800 if width < 800 else 400, text, Words(), headings, "layer")


def facts(text: str, metadata: Metadata | None = None) -> Facts:
    return read(metadata or Metadata(), [page(text)])


def test_of_a_filing_the_registrant_and_the_fiscal_year_are_read():
    found = facts(FILING, Metadata(title="0001018724-18-000005", author="EDGAR Online, a division of Donnelley"))
    assert (found.organisation, found.year, found.kind) == ("THE ORCHARD COMPANY, INC.", 2018, "10-K")
    assert found.language == "en"


def test_of_a_paper_the_authors_are_read_and_the_year_it_was_typeset_in():
    found = facts(PAPER, Metadata(creator="LaTeX with hyperref", created="D:20211207115813Z"))
    assert (found.organisation, found.year, found.kind) == ("Ada Lovelace, Grace Hopper and Alan Turing", 2021, "paper")


def test_what_a_release_calls_its_fiscal_year_goes_before_its_date():
    found = facts(RELEASE)
    assert (found.organisation, found.year, found.kind) == ("The Orchard Company, Inc.", 2022, "earnings release")


def test_of_a_manual_the_maker_is_read_from_its_copyright():
    found = facts(MANUAL, Metadata(author="Windows User"))
    assert (found.organisation, found.year, found.kind) == ("Presswerk GmbH", 2014, "manual")


def test_of_a_letter_the_head_and_the_date_are_read():
    found = facts(LETTER)
    assert (found.organisation, found.year, found.kind) == ("Orchard Bank plc", 2021, "letter")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("FORM 10-Q\nFor the quarterly period ended June 30, 2023", "10-Q"),
        ("Orchard\nAnnual Report 2020", "annual report"),
        ("LEASE AGREEMENT\nThis agreement is made by and between the parties", "contract"),
        ("INVOICE\nInvoice number 17\nTotal due 40", "invoice"),
        ("Minutes of the annual meeting of members", "minutes"),
        ("Apple Growers' Strategic Plan\n2016-2018", "plan"),
        ("Apples in Europe\nA report on trees", "report"),
        ("Some words of no particular sort", ""),
    ],
)
def test_the_kind_is_told_by_what_stands_early(text: str, kind: str):
    assert facts(text).kind == kind


def test_wide_pages_of_few_words_are_slides():
    slides = [page(f"Point {number}", number=number, width=960) for number in (1, 2, 3)]
    assert read(Metadata(), slides).kind == "slides"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Annual Report\n2021", 2021),
        ("for the year ended 31st March 2003", 2003),
        ("Strategic Plan\n2016-2018", 2016),
        ("Turning data into wisdom\n—July 2011", 2011),
        ("Issue\t26\nDate\t2024-02-28", 2024),
        ("Ada Lovelace\nborn\nDecember 10, 1815", None),
        ("Blood count\nDate of birth:\t12 March 1958\nReported:\t3 May 2024", 2024),
        ("Befund\nGeburtsdatum\n12.03.1958\nDatum\n03.05.2024", 2024),
        ("Emissions of ferries\nFerry\t2019\t2020\nNordlys\t4\t5", None),
        ("The dues of the port rose again for\nthe year 2019\nand fell after that.", None),
        ("On dues\nThe scheme was made for the years 2019-\n2021.", None),
        ("On apples\nIt was founded in 1998 and sold in 2004 to the others who had it before.", None),
    ],
)
def test_the_year_is_what_it_is_about_or_its_date(text: str, year: int | None):
    assert facts(text).year == year


@pytest.mark.parametrize(
    "junk",
    ["", "Untitled", "Microsoft Word - final.doc", "report_v2_final.indd", "EDGAR PDF", "0001018724-18-000005", "UG",
     "Scanned Document 3", "CamScanner 04-12-2023 10.11", "Microsoft PowerPoint", "1" * 80 + "!", "Slide 1"],
)  # fmt: skip
def test_titles_that_programs_give_are_no_titles(junk: str):
    assert not is_given(junk)
    assert title(junk, page("Apples of Europe\nby many")) == "Apples of Europe"


def test_a_title_that_somebody_gave_is_taken_without_the_program():
    assert title("Microsoft Word - Apples of Europe", None) == "Apples of Europe"
    assert title("2024 Annual Report", None) == "2024 Annual Report"


def test_headings_that_stand_on_many_documents_are_no_titles():
    sizes = {"SECURITIES AND EXCHANGE COMMISSION": 14.4, "FORM 10-K": 14.0}
    assert title("", page(FILING, sizes=sizes)) == "FORM 10-K"


def test_the_outline_is_the_bookmarks_or_else_the_headings():
    assert read(Metadata(outline=("Part I", "Part  II")), [page("Text")]).outline == ("Part I", "Part II")
    assert read(Metadata(), [page("Apples\nPears", sizes={"Apples": 12})]).outline == ("Apples",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The trees of the orchard are watered in the evening and not by day.", "en"),
        ("Die Bäume werden am Abend gegossen und nicht am Tag, denn das ist besser für sie.", "de"),
        ("Les arbres sont arrosés le soir et pas dans la journée, ce qui est mieux pour eux.", "fr"),
        ("Los árboles se riegan por la tarde y no durante el día, lo que es mejor para ellos.", "es"),
        ("INVOICE\nWinch W300\tKX-Z-778\nWarranty 24 months\nPlease pay the bank of W. Krag within 30 days.", "en"),
        ("Jabłonie nie są podlewane w dzień, ale wieczorem, bo to jest dla nich lepsze.", "pl"),
        ("りんごの木は夕方に水をやります。", "ja"),
        ("Деревья поливают вечером.", "ru"),
        ("12 400 17", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_by_script_or_frequent_words(text: str, code: str):
    assert language(text) == code


def test_nothing_is_known_of_an_empty_document():
    assert read(Metadata(), []) == Facts()


def test_a_correction_goes_before_what_was_read_and_that_before_the_file_name():
    known = Facts(organisation="Orchard", year=2018)
    assert effective(known, {}, name="x_2019_10K.pdf") == Facts(organisation="Orchard", year=2018, kind="10-K")
    assert effective(Facts(), {}, name="x_2019.pdf").year == 2019
    assert effective(known, {"year": 2020, "kind": "tender"}, name="x_10K.pdf").year == 2020
