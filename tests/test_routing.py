"""Which documents a question names, and how well they fit."""

import pytest

from docqa.question.naming import card
from docqa.question.routing import asked, believed, fits, without_tie
from docqa.types import Card, Facts, PassageKey, Ranked


def filing(organisation: str, year: int | None, kind: str = "10-K", *, name: str = "f.pdf") -> Card:
    return card(Facts(organisation=organisation, year=year, kind=kind), name=name)


FILINGS = {
    "3m 2018": filing("3M Company", 2018),
    "3m 2019": filing("3M Company", 2019),
    "3m 2018 quarter": filing("3M Company", 2018, "10-Q"),
    "ge 2018": filing("General Electric Company", 2018),
    "boeing 2018": filing("The Boeing Company", 2018),
}


def best(question: str, cards: dict[str, Card] = FILINGS) -> list[str]:
    found = fits(asked(question), cards)
    return sorted(found, key=lambda each: -found[each])


def test_company_year_and_kind_decide_together():
    found = best("What was the capital expenditure in the 10-K of 3M for 2018?")
    assert found == ["3m 2018", "3m 2018 quarter", "3m 2019"]


def test_of_a_company_that_is_named_any_year_fits_better_than_another_company_of_that_year():
    assert best("What did Boeing earn in 2016?") == ["boeing 2018"]


def test_without_a_company_the_year_and_the_kind_tell_a_little():
    found = fits(asked("How high was capital expenditure in 2019?"), FILINGS)
    assert set(found) == {"3m 2019"}
    assert found["3m 2019"] < 0.2


def test_the_report_of_the_next_year_fits_too():
    found = fits(asked("3M sales in 2018"), FILINGS)
    assert found["3m 2018"] == 1.0
    assert 0.6 < found["3m 2019"] < 1.0


def test_a_question_that_names_nothing_fits_nothing():
    assert fits(asked("How high was capital expenditure?"), FILINGS) == {}


@pytest.mark.parametrize(
    ("question", "organisation", "name"),
    [
        ("How did General Electric do?", "General Electric Company", ""),
        ("What does amazon earn?", "AMAZON.COM, INC.", ""),
        ("What is Amazon's revenue?", "", "AMAZON_2017_10K.pdf"),
        ("Sales at Best Buy", "", "BESTBUY_2023_10K.pdf"),
        ("Sales at Bestbuy", "Best Buy Co., Inc.", ""),
        ("Who leads MGM?", "MGM Resorts International", ""),
        ("Debt of IBM", "International Business Machines Corporation", ""),
        ("Procter & Gamble dividends", "The Procter and Gamble Company", ""),
        ("What does McAuley propose?", "Liliang Ren, Jianmo Ni and Julian McAuley", ""),
        ("What is on at the Bank of America?", "Bank of America Corporation", ""),
        ("Was ist der Umsatz der Müller AG?", "Müller AG", ""),
    ],
)
def test_an_organisation_goes_by_several_names(question: str, organisation: str, name: str):
    cards = {"it": filing(organisation, None, "", name=name or "f.pdf"), "other": filing("Acme Inc.", None, "")}
    assert best(question, cards) == ["it"]


@pytest.mark.parametrize(
    ("question", "organisation"),
    [
        ("What are the general risks?", "General Electric Company"),
        ("What is the first quarter like?", "First Horizon Corporation"),
        ("Which bank holds the deposits?", "Bank of America Corporation"),
        ("Is the report final?", ""),
    ],
)
def test_common_words_name_nobody(question: str, organisation: str):
    assert best(question, {"it": filing(organisation, None, "", name="final_report.pdf")}) == []


def test_an_ordinary_word_counts_less_than_a_name():
    cards = {"it": filing("Target Corporation", None)}
    assert fits(asked("What is the target for emissions of Boeing?"), cards)["it"] < 0.5
    assert fits(asked("What are the emissions of Target?"), cards)["it"] == 1.0


@pytest.mark.parametrize("question", ["Sales in FY2018", "Sales in FY18", "Sales in fiscal 2018", "Sales 2018/19"])
def test_years_are_said_in_several_ways(question: str):
    assert 2018 in asked(question).years


def test_a_full_ranking_says_nothing_of_those_that_tie_at_its_end():
    ranked = [Ranked(PassageKey(f"{place:015x}", 1, 0), score) for place, score in enumerate([3.0, 1.0, 1.0])]
    assert without_tie(ranked, limit=3) == ranked[:1]
    assert without_tie(ranked, limit=4) == ranked


def test_a_name_is_believed_as_far_as_its_document_speaks_of_the_question():
    def pages(**scores: float) -> list[Ranked]:
        return [Ranked(PassageKey(document, 1, 0), score) for document, score in scores.items()]

    fit = {"guide": 1.0, "reference": 0.5, "silent": 1.0}
    shares = believed(fit, pages(guide=5.0, reference=12.0), pages(paper=10.0, guide=5.0))
    assert shares == {"guide": 0.5, "reference": 0.5, "silent": 0.0}
    assert believed(fit, [], []) == fit
