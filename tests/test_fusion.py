from docqa.fusion import DOCUMENT_WEIGHT, PageKey, fuse, logistic, reciprocal_rank_fusion, rerank
from docqa.types import PassageKey, Ranked, Rankings


def ranking(*keys: tuple[str, int, int]) -> list[Ranked]:
    return [Ranked(PassageKey(*key), 1.0 / place) for place, key in enumerate(keys, start=1)]


def test_first_places_count_one_each():
    assert reciprocal_rank_fusion([["a", "b"], ["a"]])["a"] == 2.0


def test_a_page_is_ranked_by_its_best_passage_and_once_a_ranking():
    dense = ranking(("d", 1, 0), ("d", 1, 1), ("d", 2, 0))
    pages = fuse(Rankings(dense, [], [], []))
    assert [(page.key.page, round(page.score, 3)) for page in pages] == [(1, 1.0), (2, round(61 / 62, 3))]


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


def test_the_reranker_counts_like_one_more_ranking():
    pages = fuse(Rankings(ranking(("d", 1, 0), ("d", 2, 0)), [], [], []))
    reranked = rerank(pages, {PageKey("d", 1): -10.0, PageKey("d", 2): 10.0})
    assert [page.key.page for page in reranked] == [2, 1]
    assert 1.9 < reranked[0].score < 2.0


def test_the_logistic_function_survives_any_log_odds():
    assert (logistic(-1e9), logistic(0.0), logistic(1e9)) == (logistic(-700.0), 0.5, 1.0)
