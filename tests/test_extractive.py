from collections.abc import Sequence
from dataclasses import replace

import pytest

from docqa.answers.candidates import SENTENCES_READ
from docqa.answers.extractive import QuotationAnswerer
from docqa.text.readable import as_read
from docqa.types import Citation, Evidence, Heading
from tests.fakes import SharedWordsReranker, evidence
from tests.test_readable import STATEMENT


def ignore(_: object) -> None: ...


def quoted(question: str, *texts: str) -> tuple[Citation, ...]:
    pages = [evidence(text, label=number, number=number) for number, text in enumerate(texts, start=1)]
    return QuotationAnswerer(SharedWordsReranker()).answer(question, pages, say=ignore, show=ignore).citations


LONG = "The harbour of the town was built with stones from the hills around it"


def test_the_sentence_that_answers_is_quoted_word_for_word_with_its_box():
    citation = quoted(
        "what was grain revenue", f"{LONG}. The grain revenue was 29.8 million euros in the whole year 2024."
    )[0]
    assert citation.quote == "The grain revenue was 29.8 million euros in the whole year 2024."
    assert (citation.label, citation.page, citation.supported, len(citation.boxes)) == (1, 1, True, 1)


def test_a_short_row_is_quoted_with_what_follows_it():
    citation = quoted(
        "what does E11 mean", "E11\tToo hot\nClean the fins of the inverter with a brush and let it cool down"
    )[0]
    assert citation.quote.startswith("E11\tToo hot\nClean the fins")


def test_no_words_are_quoted_twice():
    spans = [
        (citation.page, citation.quote)
        for citation in quoted("grain revenue", "Grain.\nRevenue.\nGrain revenue.\nRevenue grain.")
    ]
    assert len(spans) == len(set(spans)) == 1


def test_sentences_that_answer_far_worse_are_not_quoted():
    citations = quoted(
        "what was grain revenue", f"Grain revenue was what it was in all of the past fifteen years. {LONG}."
    )
    assert len(citations) == 1


def test_heads_of_columns_are_not_quoted_by_themselves():
    filler = "The harbour of the town was built with stones from the hills around it in 1920"
    citations = quoted("three months ended June 30, 2024", f"Three months ended June 30,\t2023\t2024\n\n{filler}")
    assert [citation.quote for citation in citations] == [filler]


def test_the_text_says_each_quote_with_its_label_and_the_cells_of_rows_apart():
    page = evidence("Grain revenue\t24.1\t29.8 of the million euros that we had in all", label=1)
    draft = QuotationAnswerer(SharedWordsReranker()).answer("grain revenue", [page], say=ignore, show=ignore)
    assert draft.text == "Grain revenue | 24.1 | 29.8 of the million euros that we had in all [1]"


def test_without_a_reranker_the_best_passage_begins_the_answer():
    draft = QuotationAnswerer(None).answer("anything", [evidence(f"{LONG}. Another one.")], say=ignore, show=ignore)
    assert [citation.quote for citation in draft.citations] == [f"{LONG}."]


def test_quotes_are_shown_on_one_line():
    assert as_read("a  b\nc\td\ne") == "a b\nc | d\ne"
    assert as_read("the sedi\u00ad\nmentation") == "the sedimentation"


def test_a_row_of_figures_is_quoted_with_the_heads_of_its_columns():
    rows = [
        f"{name} terminal revenue in millions of euros, all quays together, before tax\t{first}\t{second}"
        for name, first, second in (("Container", 82.6, 91.3), ("Grain", 24.1, 29.8))
    ]
    shown = evidence("\n".join(["Division of the port, as it stood at the end of that year\t2023\t2024", *rows]))
    draft = QuotationAnswerer(SharedWordsReranker()).answer(
        "What was grain terminal revenue?", [shown], say=ignore, show=ignore
    )
    heads, row = draft.citations[:2]
    assert heads.quote.endswith("\t2023\t2024")
    assert row.quote == rows[1]
    assert draft.text.startswith(f"{as_read(heads.quote)}\n{as_read(row.quote)} [1]")


def test_a_quoted_row_shows_its_empty_cells_and_the_quote_stays_word_for_word():
    shown = replace(evidence(STATEMENT.text), page=STATEMENT)
    draft = QuotationAnswerer(SharedWordsReranker()).answer("from bennett", [shown], say=ignore, show=ignore)
    assert draft.text.startswith("Date | Details | Paid out | Paid in | Balance\n")
    assert "\n09 Jan | From O. Bennett | | 150.00 | 1,560.59" in draft.text
    assert "09 Jan\tFrom O. Bennett\t150.00\t1,560.59" in draft.citations[1].quote
    assert all(each.quote in STATEMENT.text for each in draft.citations)


def test_heads_that_were_quoted_with_a_row_are_not_said_again():
    page = evidence(
        "Results in $ million\t2023\t2024\n"
        "Net sales of every division that was part of the group in the year\t3,909\t14,544\n"
        "Net income of all the owners of the company before any tax\t109\t1,048"
    )
    draft = QuotationAnswerer(SharedWordsReranker()).answer(
        "results million sales income owners company", [page], say=ignore, show=ignore
    )
    assert [each.quote[:10] for each in draft.citations] == ["Results in", "Net income"]


def test_a_short_line_takes_nothing_from_another_block():
    shown = evidence("Target reached in 2023\n\nGreenhouse gas emissions of our waste activities fell by 11 percent.")
    draft = QuotationAnswerer(SharedWordsReranker()).answer(
        "Which target was reached?", [shown], say=ignore, show=ignore
    )
    assert draft.text.split("\n")[0] == "Target reached in 2023 [1]"


def test_a_table_of_contents_is_not_quoted():
    parts = ["bow", "hull", "keel", "mast"]
    entries = "\n".join(f"Cleaning the {part} . . . . . . . . {4 * n}" for n, part in enumerate(parts, start=1))
    instruction = "Cleaning the hull takes two people, a soft brush and nothing but water from the river."
    assert {citation.quote for citation in quoted("cleaning the hull", entries, instruction)} == {instruction}
    assert quoted("cleaning the hull", entries) == ()


def test_labels_count_up_in_the_order_of_the_quotes():
    pages = [
        evidence("Nothing here speaks of what was asked at all.", label=1, number=1),
        evidence("The crane lifts forty tonnes in any weather.", label=2, number=2),
    ]
    draft = QuotationAnswerer(SharedWordsReranker()).answer("What does the crane lift?", pages, say=ignore, show=ignore)
    assert [(each.label, each.page) for each in draft.citations][:1] == [(1, 2)]
    assert [(each.label, each.page.number) for each in draft.shown] == [(1, 2), (2, 1)]


def under_headings(text: str, *headings: str) -> Evidence:
    """A page of evidence with these headings."""
    shown = evidence(text)
    found = tuple(Heading(text.index(each), 1, each) for each in headings)
    return replace(shown, page=replace(shown.page, headings=found))


def first_quote(question: str, page: Evidence) -> str:
    draft = QuotationAnswerer(SharedWordsReranker()).answer(question, [page], say=ignore, show=ignore)
    return next(citation.quote for citation in draft.citations)


def test_a_quote_ends_before_the_next_heading():
    page = under_headings("The open day is in July.\n\nDecisions\n\nThe rent is raised.", "Decisions")
    assert first_quote("When is the open day?", page) == "The open day is in July."


def test_a_heading_goes_on_over_the_headings_below_it():
    text = "Pay and leave\n\nThe salary of all the staff, as it was agreed upon in the spring of last year\n\nIt is 12."
    page = under_headings(text, "Pay and leave", "The salary")
    assert first_quote("pay and leave salary", page) == text


def test_a_question_is_quoted_with_its_answer():
    page = evidence("How many devices can I use at one and the same time?\n\nUp to three. The fourth signs one out.")
    assert first_quote("How many devices can I use?", page).endswith("time?\n\nUp to three.")


def test_a_line_with_a_colon_goes_on_with_its_list():
    text = "The competitors for the purposes of the clause on competition are:\n\n• Dataweld GmbH;\n\n• Orrery Inc."
    assert first_quote("Which are the competitors?", evidence(text)) == text


TABLE = "Region\t2022\t2023\nIberia\t6.1\t7.4\nPoland\t5.0\t5.9\nOther regions\t4.2"


@pytest.mark.parametrize(
    ("question", "row"),
    [("iberia in 2023", "Iberia\t6.1\t7.4"), ("other regions in 2023", "Other regions\t4.2")],
)
def test_a_row_of_figures_under_its_heads_is_a_quote_whole(question: str, row: str):
    assert [each.quote for each in quoted(question, TABLE)][:2] == ["Region\t2022\t2023", row]


def test_the_heads_of_its_columns_are_read_with_a_row_and_begin_no_quote():
    reranker = Counting()
    QuotationAnswerer(reranker).answer("Region 2023 in Iberia?", [evidence(TABLE)], say=ignore, show=ignore)
    assert "report\nRegion\t2022\t2023\nIberia\t6.1\t7.4" in reranker.read
    assert not any(text.startswith("report\nRegion\t2022\t2023\nRegion") for text in reranker.read)


class Counting(SharedWordsReranker):
    """Keeps what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return super().score(question, texts)


FILLER = " ".join(f"The {word} of the town is an old one that few people know." for word in "abcdefghijklmnopqrstuvw")


def test_of_a_long_page_what_shares_words_with_the_question_is_read():
    reranker = Counting()
    page = evidence(f"{FILLER} The ferries carried 12,000 passengers in the whole of last year.")
    draft = QuotationAnswerer(reranker).answer(
        "How many passengers did the ferry carry?", [page], say=ignore, show=ignore
    )
    assert "12,000 passengers" in draft.text
    assert len(reranker.read) == SENTENCES_READ


def test_of_what_shares_as_much_that_of_the_best_page_is_read():
    reranker = Counting()
    pages = [evidence(FILLER.replace("town", name), label=number) for number, name in enumerate(("city", "town"), 1)]
    QuotationAnswerer(reranker).answer("Which old one do few people know?", pages, say=ignore, show=ignore)
    assert len(reranker.read) == SENTENCES_READ and all("city" in text for text in reranker.read)


def test_words_that_line_ends_break_are_read_whole_and_quoted_as_they_stand():
    reranker = Counting()
    page = evidence("The reports on sedi-\nmentation and on dredg-\ning were read by the whole board of the port.")
    draft = QuotationAnswerer(reranker).answer("Who read on sedimentation?", [page], say=ignore, show=ignore)
    assert "on sedimentation and on dredging" in reranker.read[0]
    assert draft.citations[0].quote == page.page.text


@pytest.mark.parametrize(
    ("headings", "lead", "is_read"),
    [((), "Grain revenue", True), (("Grain revenue",), "", True), ((), "", False)],
    ids=["lead", "heading", "neither"],
)
def test_what_a_row_stands_under_counts_like_its_own_words(headings: tuple[str, ...], lead: str, is_read: bool):
    row = "North quay, without the cranes and the sheds\t4.2\t5.1\t6.3\t7.4\t8.5\t9.6"
    page = evidence(f"{FILLER}\n{row}")
    prose = replace(page.passages[0], text=FILLER)
    table = replace(prose, text=row, start=len(FILLER) + 1, ordinal=1, headings=headings, lead=lead)
    reranker = Counting()
    QuotationAnswerer(reranker).answer(
        "What was grain revenue?", [replace(page, passages=(prose, table))], say=ignore, show=ignore
    )
    assert any("North quay" in text for text in reranker.read) == is_read


def test_what_lies_within_a_more_promising_sentence_is_not_read_beside_it():
    reranker = Counting()
    page = evidence(f"The ferry.\nThe ferries carried 12,000 passengers in the whole of last year. {FILLER}")
    QuotationAnswerer(reranker).answer("How many passengers did the ferry carry?", [page], say=ignore, show=ignore)
    assert len([text for text in reranker.read if "12,000 passengers" in text]) == 1


def test_each_part_of_a_question_is_quoted_from_what_was_found_for_it():
    pages = [
        replace(
            evidence("The revenue of Acme was 12 million. The revenue of Acme grew fast.", name="acme.pdf"), parts=(1,)
        ),
        replace(evidence("The revenue of Beta was 7 million.", label=2, name="beta.pdf"), parts=(2,)),
    ]
    question = "Compare the revenue of Acme and Beta."
    draft = QuotationAnswerer(SharedWordsReranker()).answer(question, pages, say=ignore, show=ignore)
    assert [each.document for each in draft.citations] == ["acme.pdf", "beta.pdf"]


def test_a_page_that_speaks_of_two_parts_is_quoted_for_both():
    text = "The lease of the pier ends in March 2027.\n\nThe ferry is owned by Brightwater Holdings."
    question = "When does the lease end, and who owns the ferry?"
    page = replace(evidence(text), parts=(1, 2))
    draft = QuotationAnswerer(SharedWordsReranker()).answer(question, [page], say=ignore, show=ignore)
    assert [each.quote for each in draft.citations] == text.split("\n\n")


def test_a_part_that_nothing_speaks_of_is_not_quoted():
    pages = [
        replace(evidence("The revenue of Acme was 12 million.", name="acme.pdf"), parts=(1,)),
        replace(evidence("Hares and foxes run by night.", label=2, name="hares.pdf"), parts=(2,)),
    ]
    question = "Compare the revenue of Acme and Beta."
    draft = QuotationAnswerer(SharedWordsReranker()).answer(question, pages, say=ignore, show=ignore)
    assert [each.document for each in draft.citations] == ["acme.pdf"]
