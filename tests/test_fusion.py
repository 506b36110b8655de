import pytest

from docqa.retrieval.fusion import (
    DOCUMENT_WEIGHT,
    RERANKER_WEIGHT,
    RRF_K,
    PageKey,
    RankedPage,
    fuse,
    logistic,
    reciprocal_rank_fusion,
    rerank,
    with_drawings,
    with_every_part,
    with_fitting,
    with_neighbours,
    with_parts,
)
from docqa.types import PICTURE, PassageKey, Ranked, Rankings

SECOND = round((RRF_K + 1) / (RRF_K + 2), 3)  # what the second place of a ranking counts


def ranking(*keys: tuple[str, int, int]) -> list[Ranked]:
    return [Ranked(PassageKey(*key), 1.0 / place) for place, key in enumerate(keys, start=1)]


def test_first_places_count_one_each():
    assert reciprocal_rank_fusion([["a", "b"], ["a"]])["a"] == 2.0


def test_a_page_is_ranked_by_its_best_passage_and_once_a_ranking():
    dense = ranking(("d", 1, 0), ("d", 1, 1), ("d", 2, 0))
    pages = fuse(Rankings(dense, [], [], []))
    assert [(page.key.page, round(page.score, 3)) for page in pages] == [(1, 1.0), (2, SECOND)]


def test_images_are_one_more_ranking_of_pages():
    rankings = Rankings(ranking(("d", 1, 0)), [], [], [], visual=ranking(("d", 2, 0), ("d", 1, 0)))
    assert [(page.key.page, round(page.score, 3)) for page in fuse(rankings)] == [(1, 1 + SECOND), (2, 1.0)]


def test_a_page_without_text_is_not_worse_for_missing_where_only_text_is_ranked():
    rankings = Rankings(ranking(("d", 1, 0)), [], [], [], visual=ranking(("d", 2, PICTURE), ("d", 1, 0)))
    assert next((page.key.page, page.score) for page in fuse(rankings)) == (2, 2.0)


def test_passages_of_a_page_come_best_first():
    rankings = Rankings(ranking(("d", 1, 0), ("d", 1, 3)), ranking(("d", 1, 3)), [], [])
    assert fuse(rankings)[0].passages == (PassageKey("d", 1, 3), PassageKey("d", 1, 0))


def test_a_page_found_by_its_words_alone_is_spoken_for_by_its_first_passage():
    assert fuse(Rankings([], [], ranking(("d", 7, 0)), []))[0].passages == (PassageKey("d", 7, 0),)


def test_the_document_decides_between_alike_pages():
    alike = ranking(("older", 5, 0), ("newer", 5, 0))
    pages = fuse(Rankings(alike, [], [], ranking(("newer", 1, 0))))
    assert [page.key.document for page in pages] == ["newer", "older"]
    assert pages[0].score < 1 + DOCUMENT_WEIGHT


def test_the_reranker_counts_like_more_than_one_ranking():
    pages = fuse(Rankings(ranking(("d", 1, 0), ("d", 2, 0)), [], [], []))
    reranked = rerank(pages, {PageKey("d", 1): -10.0, PageKey("d", 2): 10.0})
    assert [page.key.page for page in reranked] == [2, 1]
    assert SECOND + 0.95 * RERANKER_WEIGHT < reranked[0].score < SECOND + RERANKER_WEIGHT


def ranked(*pages: tuple[str, int, float]) -> list[RankedPage]:
    return [
        RankedPage(PageKey(document, page), score, (PassageKey(document, page, 0),)) for document, page, score in pages
    ]


def test_the_best_page_of_each_part_comes_before_the_second_best_of_any():
    first, second = ranked(("a", 1, 3.0), ("a", 2, 2.9)), ranked(("b", 1, 3.0), ("b", 2, 2.9))
    pages = with_parts(ranked(("a", 1, 1.0), ("a", 2, 0.9), ("c", 1, 0.8)), [first, second])
    assert [(page.key.document, page.key.page, page.parts) for page in pages] == [
        ("a", 1, (1,)),
        ("a", 2, (1,)),
        ("b", 1, (2,)),
        ("b", 2, (2,)),
        ("c", 1, ()),
    ]
    alone = with_parts([], [first, second])
    assert [(page.key.document, page.key.page) for page in alone] == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def test_the_best_page_of_two_parts_speaks_of_both():
    first, second = ranked(("a", 1, 3.0), ("b", 1, 2.5)), ranked(("a", 1, 2.8), ("b", 1, 2.7))
    pages = with_parts([], [first, second])
    assert [(page.key.document, page.parts, page.score) for page in pages] == [("a", (1, 2), 1.5), ("b", (2,), 1.35)]


def test_a_page_of_two_parts_is_the_best_of_both():
    both, one, other = ranked(("a", 1, 4.0), ("a", 2, 3.0), ("b", 9, 1.0))
    pages = [both._replace(parts=(1, 2)), one._replace(parts=(1,)), other._replace(parts=(2,))]
    assert with_every_part(pages, among=2) == pages


def test_no_part_is_crowded_out():
    one, two, three, other = ranked(("a", 1, 4.0), ("a", 2, 3.5), ("a", 3, 3.0), ("b", 9, 1.0))
    pages = with_every_part(
        [one._replace(parts=(1,)), two._replace(parts=(1,)), three, other._replace(parts=(2,))], among=2
    )
    assert [(page.key.document, page.key.page) for page in pages] == [("a", 1), ("b", 9), ("a", 2), ("a", 3)]
    assert [page.score for page in pages] == [4.0, 4.0, 3.5, 3.0]
    assert with_every_part([one, two], among=1) == [one, two]
    in_time = [one._replace(parts=(1,)), other._replace(parts=(2,)), two]
    assert with_every_part(in_time, among=2) == in_time


def test_the_first_page_speaks_for_the_ones_beside_it():
    pages = with_neighbours(ranked(("d", 9, 3.0), ("e", 4, 2.0), ("d", 30, 1.1), ("d", 10, 1.0)))
    assert [(page.key.document, page.key.page, page.score) for page in pages] == [
        ("d", 9, 3.0),
        ("e", 4, 2.0),
        ("d", 10, 1.75),
        ("d", 30, 1.1),
    ]


def test_below_the_best_three_every_page_speaks_for_the_ones_beside_it():
    pages = with_neighbours(
        ranked(("d", 9, 3.0), ("e", 4, 2.0), ("f", 1, 1.9), ("g", 7, 1.0), ("e", 5, 0.9), ("e", 3, 0.5), ("h", 2, 0.6))
    )
    assert [(page.key.document, page.key.page, page.score) for page in pages[3:]] == [
        ("e", 5, pytest.approx(1.3)),
        ("g", 7, 1.0),
        ("e", 3, pytest.approx(0.9)),
        ("h", 2, 0.6),
    ]
    assert [page.score for page in pages[:3]] == [3.0, 2.0, 1.9]


def test_neighbours_carry_no_page_past_the_first():
    pages = with_neighbours(ranked(("d", 8, 3.0), ("d", 7, 2.9), ("d", 2, 2.8), ("d", 9, 2.7)))
    assert [page.key.page for page in pages] == [8, 7, 9, 2]
    assert [page.score for page in pages] == sorted((page.score for page in pages), reverse=True)
    assert with_neighbours([]) == []


def test_the_logistic_function_survives_any_log_odds():
    assert (logistic(-1e9), logistic(0.0), logistic(1e9)) == (logistic(-700.0), 0.5, 1.0)


def test_pages_of_a_document_that_fits_are_raised_by_how_well_it_does():
    found = ranked(("other", 1, 3.0), ("half", 1, 2.9), ("fits", 1, 2.8))
    apart = ranked(("fits", 1, 3.0), ("fits", 2, 2.9), ("half", 1, 2.8))
    raised = {page.key: round(page.score, 2) for page in with_fitting(found, apart, {"fits": 1.0, "half": 0.5})}
    assert raised[PageKey("fits", 1)] == 4.0
    assert raised[PageKey("fits", 2)] == 3.9  # the first search did not find it
    assert raised[PageKey("half", 1)] == 3.4
    assert raised[PageKey("other", 1)] == 3.0


def test_a_document_that_hardly_fits_does_not_bring_its_worse_pages():
    found = ranked(("other", 1, 3.0), ("hardly", 1, 2.0))
    apart = ranked(("hardly", 9, 3.0), ("hardly", 1, 2.0))
    pages = with_fitting(found, apart, {"hardly": 0.15})
    assert [tuple(page.key) for page in pages] == [("other", 1), ("hardly", 1), ("hardly", 9)]


def test_pages_count_more_the_more_of_them_is_drawn_up_to_a_picture():
    pages = [RankedPage(PageKey("d", number), 1.0, (PassageKey("d", number, 0),)) for number in (1, 2, 3, 4)]
    drawn = {PageKey("d", 2): 0.15, PageKey("d", 3): 0.3, PageKey("d", 4): 0.9}
    raised = with_drawings(pages, drawn)
    assert [(page.key.page, page.score) for page in raised] == [(3, 1.5), (4, 1.5), (2, 1.25), (1, 1.0)]
