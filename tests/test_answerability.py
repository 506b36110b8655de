from docqa.answerability import probability
from docqa.types import Match, PageHit, Passage, Retrieval

HIT = PageHit("a" * 64, 1, 3.0, (Passage("a" * 64, 1, 0, 0, "text", ("doc",), ()),))


def found(similarity: float, log_odds: float | None, searched: int = 1000) -> float:
    return probability(Retrieval([HIT], Match("?", searched, similarity, log_odds), (), False, {}))


def test_nothing_found_is_not_answerable():
    assert probability(Retrieval([], Match("?", 0, 0.0, None), (), False, {})) == 0.0


def test_a_question_of_which_one_part_is_found_is_answerable():
    whole, there, absent = Match("?", 1000, 0.5, -11.0), Match("?", 1000, 0.8, 4.0), Match("?", 1000, 0.5, -11.0)
    assert probability(Retrieval([HIT], whole, (there, absent), False, {})) > 0.9
    assert probability(Retrieval([HIT], whole, (absent, absent), False, {})) < 0.1


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
