from dataclasses import replace

import pytest

from docqa.answers.answerability import HELD_ALONE, answerable, held_signals, related, restated
from docqa.types import Match, PageHit, Passage, Retrieval

HIT = PageHit("a" * 64, 1, 3.0, (Passage("a" * 64, 1, 0, 0, "text", ("doc",), ()),))


def found(similarity: float, log_odds: float | None, searched: int = 1000) -> float:
    return related(Retrieval([HIT], Match("?", searched, similarity, log_odds), (), False, {}))


def test_nothing_found_is_not_answerable():
    assert related(Retrieval([], Match("?", 0, 0.0, None), (), False, {})) == 0.0


def test_a_question_of_which_one_part_is_found_is_answerable():
    whole, there, absent = Match("?", 1000, 0.5, -11.0), Match("?", 1000, 0.8, 4.0), Match("?", 1000, 0.5, -11.0)
    assert related(Retrieval([HIT], whole, (there, absent), False, {})) > 0.9
    assert related(Retrieval([HIT], whole, (absent, absent), False, {})) < 0.1


def test_near_passages_that_the_reranker_likes_are_answerable_and_strange_ones_are_not():
    assert found(0.8, 4.0) > 0.9
    assert found(0.5, -11.0) < 0.1


def test_without_a_reranker_similarity_decides():
    assert found(0.85, None) > 0.9
    assert found(0.5, None) < 0.1


def test_the_nearest_of_many_has_to_be_nearer():
    assert found(0.6, -6.0, searched=100) > found(0.6, -6.0, searched=5000)


def test_a_library_beyond_what_was_fitted_counts_no_more():
    assert found(0.7, 2.0, searched=6000) == found(0.7, 2.0, searched=10_000_000)


def retrieval(question: str = "?", log_odds: float | None = 4.0, scores: tuple[float, ...] = (4.0, 3.0)) -> Retrieval:
    hits = [replace(HIT, page=page, score=score) for page, score in enumerate(scores, start=1)]
    return Retrieval(hits, Match(question, 1000, 0.8, log_odds), (), False, {})


def test_pages_of_the_matter_that_do_not_answer_are_less_answerable():
    assert answerable(retrieval(), quote_odds=6.0) > answerable(retrieval(), quote_odds=-6.0)
    assert answerable(retrieval(scores=(5.0, 2.0))) > answerable(retrieval(scores=(3.0, 3.0)))
    assert answerable(retrieval(), quote_odds=6.0) <= related(retrieval())


def test_it_is_half_as_sure_as_the_signals_are():
    asked = retrieval()
    product = related(asked) * HELD_ALONE.probability(held_signals(asked, None))
    odds, stated = product / (1 - product), answerable(asked)
    assert stated / (1 - stated) == pytest.approx(odds**0.5)


def test_a_year_that_the_best_pages_lack_makes_an_answer_less_likely():
    there = replace(HIT, passages=(replace(HIT.passages[0], text="Revenue of 2021 was 7."),))
    asked = retrieval("What was revenue in 2021?")
    assert answerable(replace(asked, hits=[there])) > answerable(replace(asked, hits=[HIT]))
    assert held_signals(replace(asked, hits=[there]), None)[-1] == 0.0


def test_without_a_reranker_only_the_matter_counts():
    assert answerable(retrieval(log_odds=None)) == related(retrieval(log_odds=None))
    assert held_signals(retrieval(log_odds=None), None) == ()
    assert answerable(Retrieval([], Match("?", 0, 0.0, None), (), False, {})) == 0.0


def test_the_more_questions_have_an_answer_the_likelier_each_has():
    as_fitted, expected = answerable(retrieval()), answerable(retrieval(), expected=0.8)
    assert 0 < as_fitted < expected < 1
    assert expected / (1 - expected) == pytest.approx(4 * as_fitted / (1 - as_fitted))


@pytest.mark.parametrize("probability", [0.0, 0.2, 0.5, 1.0])
def test_a_probability_is_restated_there_and_back(probability: float):
    there = restated(probability, 0.9, instead_of=0.3)
    assert restated(there, 0.3, instead_of=0.9) == pytest.approx(probability)
    assert restated(probability, 0.7, instead_of=0.7) == pytest.approx(probability)


LEASE = "Die Kaltmiete beträgt 850 Euro. Sie ist bis zum dritten Werktag zu zahlen, und die Wohnung ist im Mai frei."


@pytest.mark.parametrize(
    ("question", "text", "is_related"),
    [
        ("Wie hoch ist der Kilimandscharo?", LEASE, False),
        ("Wie backe ich Sauerteigbrot?", LEASE, False),
        ("Wie teuer ist die Kaltmiete?", LEASE, True),
        ("Wann ist die Miete zu zahlen?", LEASE, True),
        ("Wie hoch ist die Kaltmiete?", "The rent without heating is 850 euros, and it is due in May.", True),
        ("How tall is Kilimanjaro?", "The rent without heating is 850 euros, and it is due in May.", True),
    ],
)
def test_that_a_page_is_in_the_language_of_the_question_is_not_enough(question: str, text: str, is_related: bool):
    hit = replace(HIT, passages=(replace(HIT.passages[0], text=text),))
    asked = Retrieval([hit], Match(question, 1000, 0.8, 4.0), (), False, {})
    assert (related(asked) > 0.5) is is_related
