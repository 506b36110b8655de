"""One contract for both indexes: to everybody else they are one."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qdrant_client import QdrantClient

from docqa.errors import IndexUnavailable, LibraryBusy, LibraryDamaged
from docqa.index import schema
from docqa.index.edge import EdgeIndex
from docqa.index.server import ServerIndex
from docqa.protocols import Entry, Index
from docqa.types import PICTURE, Box, Card, Passage, PassageKey, Query, Scope

EVERYWHERE = Scope()
APPLES, PLUMS = "a" * 64, "b" * 64


def entry(document_id: str, page: int, ordinal: int, text: str, vector: list[float], at: str = "fruit") -> Entry:
    boxes = (Box(1.5, 2, 3, 4), Box(5, 6, 7, 8))
    passage = Passage(document_id, page, ordinal, 10, text, ("doc", "heading"), boxes, drawn=0.25)
    first = ordinal == 0
    return Entry(passage, (at,), vector, text, text if first else "", text if first and page == 1 else "")


ENTRIES = [
    entry(APPLES, 1, 0, "apple harvest of 2023", [1.0, 0.0, 0.0]),
    entry(APPLES, 1, 1, "apple juice and cider", [0.8, 0.6, 0.0]),
    entry(APPLES, 2, 0, "storage of fruit", [0.0, 1.0, 0.0]),
    entry(PLUMS, 1, 0, "plum brandy in FY2024", [0.0, 0.0, 1.0], "drinks"),
]


@pytest.fixture(params=["edge", "server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    opened: Index
    if request.param == "edge":
        opened = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # local mode says that it builds no payload indexes
            opened = ServerIndex(QdrantClient(":memory:"), "test", dimension=lambda: 3)
    opened.upsert(ENTRIES)
    yield opened
    opened.close()


def keys(ranking: list) -> list[PassageKey]:
    return [ranked.key for ranked in ranking]


def key_of(place: int) -> PassageKey:
    return ENTRIES[place].passage.key


def test_passages_come_nearest_first(index: Index):
    rankings = index.rank(Query("anything", [0.9, 0.1, 0.0]), limit=2)
    assert keys(rankings.dense) == [key_of(0), key_of(1)]
    assert rankings.dense[0].score == pytest.approx(0.9, abs=1e-5)


def test_words_are_found_by_their_stem_and_years_inside_others(index: Index):
    assert keys(index.rank(Query("harvests", [1.0, 0.0, 0.0]), limit=5).words) == [key_of(0)]
    assert keys(index.rank(Query("what of 2024?", [1.0, 0.0, 0.0]), limit=5).words) == [key_of(3)]


def test_a_rare_word_counts_more_than_a_frequent_one(index: Index):
    assert keys(index.rank(Query("apple cider", [1.0, 0.0, 0.0]), limit=5).words)[0] == key_of(1)


def test_pages_and_documents_are_ranked_under_their_first_passage(index: Index):
    rankings = index.rank(Query("apple", [1.0, 0.0, 0.0]), limit=5)
    assert keys(rankings.pages) == [key_of(0)]
    assert keys(rankings.documents) == [key_of(0)]


def test_a_question_of_stop_words_is_ranked_by_meaning_alone(index: Index):
    rankings = index.rank(Query("the of and", [1.0, 0.0, 0.0]), limit=5)
    assert len(rankings.dense) == 4
    assert (rankings.words, rankings.pages, rankings.documents) == ([], [], [])


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (EVERYWHERE, 4),
        (Scope((PLUMS,)), 1),
        (Scope((APPLES, PLUMS)), 4),
        (Scope(collections=("drinks",)), 1),
        (Scope((APPLES,), ("drinks",)), 0),
    ],
)
def test_a_scope_narrows_every_ranking(index: Index, scope: Scope, count: int):
    assert index.count(scope) == index.size(scope) == count
    assert len(index.rank(Query("apple plum", [0.5, 0.5, 0.5], scope), limit=9).dense) == count


def test_passages_come_back_as_they_were_written(index: Index):
    assert index.passages([key_of(1), key_of(3)]) == {key_of(1): ENTRIES[1].passage, key_of(3): ENTRIES[3].passage}
    assert index.passages([PassageKey("f" * 15, 1, 0)]) == {}


def test_vectors_come_back_as_they_were_written(index: Index):
    vectors = index.vectors([key_of(1), PassageKey("f" * 15, 1, 0), key_of(3)])
    assert vectors == {key_of(1): pytest.approx(ENTRIES[1].vector), key_of(3): ENTRIES[3].vector}


def test_a_page_is_searched_by_its_physical_and_its_printed_number(index: Index):
    printed = [
        replace(each, passage=replace(each.passage, printed=label))
        for each, label in zip(ENTRIES, ["7", "7", "8–9", None], strict=True)
    ]
    index.upsert(printed)
    assert index.passages([key_of(2)])[key_of(2)].printed == "8–9"
    found = {number: index.count(Scope(called=((number, number),))) for number in (1, 2, 7, 8, 9, 10)}
    assert found == {1: 3, 2: 1, 7: 2, 8: 1, 9: 1, 10: 0}
    assert index.count(Scope((APPLES,), called=((1, 1), (8, 9)))) == 3
    assert index.count(Scope(pages=((7, 9),))) == 0


def test_what_an_earlier_version_indexed_is_found_by_its_physical_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    payload = schema.payload
    later = ("printed", schema.PRINTED)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "payload", lambda *each: {k: v for k, v in payload(*each).items() if k not in later})
        patch.delitem(schema.FILTERED, schema.PRINTED)
        index = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
        index.upsert(ENTRIES)
        index.close()
    again = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    assert again.count(Scope(called=((2, 2),))) == 1
    assert again.passages([key_of(0)]) == {key_of(0): ENTRIES[0].passage}
    again.upsert([replace(ENTRIES[0], passage=replace(ENTRIES[0].passage, printed="2"))])
    assert again.count(Scope(called=((2, 2),))) == 2
    again.close()


def test_writing_again_replaces(index: Index):
    index.upsert(ENTRIES)
    assert index.count(EVERYWHERE) == 4


def test_deleting_says_how_much_went_and_leaves_nothing(index: Index):
    assert index.delete(APPLES) == 3
    assert index.count(EVERYWHERE) == 1
    assert keys(index.rank(Query("apple", [1.0, 0.0, 0.0]), limit=9).words) == []


def test_a_document_can_change_its_collections(index: Index):
    index.set_collections(PLUMS, ["drinks", "fruit"])
    assert index.count(Scope(collections=("fruit",))) == 4


def test_both_indexes_give_the_same_scores(tmp_path: Path):
    edge = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = ServerIndex(QdrantClient(":memory:"), "test", dimension=lambda: 3)
    for index in (edge, server):
        index.upsert(ENTRIES)
    asked = ("apple juice and cider", [0.7, 0.8, 0.0])
    ours, theirs = (index.rank(Query(*asked), limit=9) for index in (edge, server))
    for ranking, other in [(ours.dense, theirs.dense), (ours.words, theirs.words), (ours.pages, theirs.pages)]:
        assert keys(ranking) == keys(other)
        assert [each.score for each in ranking] == pytest.approx([each.score for each in other], abs=1e-4)
    edge.close()
    server.close()


@pytest.fixture(params=["edge", "server"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """Another index, empty."""
    opened: Index
    if request.param == "edge":
        opened = EdgeIndex(tmp_path / "other", dimension=lambda: 3)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = ServerIndex(QdrantClient(":memory:"), "other", dimension=lambda: 3)
    yield opened
    opened.close()


def test_what_one_index_gives_out_another_takes_and_finds_the_same(index: Index, other: Index):
    first, following = index.export(None, 3)
    assert following is not None
    rest, end = index.export(following, 3)
    assert (len(first), len(rest), end) == (3, 1, None)
    other.adopt([*first, *rest])
    asked = ("apple juice and cider", [0.7, 0.8, 0.0])
    ours, theirs = (each.rank(Query(*asked), limit=9) for each in (index, other))
    for name in ("dense", "words", "pages", "documents"):
        assert keys(getattr(ours, name)) == keys(getattr(theirs, name))
    assert other.export(None, 9)[0] == [*first, *rest]


def test_pages_are_ranked_by_their_images_once_they_have_vectors_for_that(index: Index):
    asked = ("anything", [1.0, 0.0, 0.0])
    assert index.rank(Query(*asked, visual=[0.0, 1.0]), limit=5).visual == []
    index.set_visual({key_of(0): [1.0, 0.0], key_of(3): [0.6, 0.8]})
    found = index.rank(Query(*asked, visual=[0.0, 1.0]), limit=5).visual
    assert (keys(found), found[0].score) == ([key_of(3), key_of(0)], pytest.approx(0.8))
    assert keys(index.rank(Query(*asked, visual=[0.0, 1.0], scope=Scope((APPLES,))), limit=5).visual) == [key_of(0)]
    assert index.rank(Query(*asked), limit=5).visual == []
    index.upsert(ENTRIES[:1])
    assert keys(index.rank(Query(*asked, visual=[0.0, 1.0]), limit=5).visual) == [key_of(3)]


def test_what_has_no_text_is_found_by_its_image_alone(index: Index, other: Index):
    picture = replace(ENTRIES[2].passage, page=3, ordinal=PICTURE, text="", boxes=())
    index.upsert([Entry(picture, ("fruit",), None, "", "", "")])
    index.set_visual({picture.key: [1.0, 0.0]})
    other.adopt(index.export(None, 9)[0])
    for each in (index, other):
        found = each.rank(Query("storage", [0.0, 1.0, 0.0], visual=[1.0, 0.0]), limit=9)
        assert (len(found.dense), keys(found.visual)) == (4, [picture.key])
        assert each.passages([picture.key]) == {picture.key: picture}
        assert each.vectors([picture.key, key_of(2)]).keys() == {key_of(2)}


def test_an_index_knows_after_a_restart_that_pages_have_vectors_of_their_images(tmp_path: Path):
    index = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    index.upsert(ENTRIES)
    index.set_visual({key_of(0): [1.0, 0.0]})
    index.close()
    again = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    assert keys(again.rank(Query("x", [1.0, 0, 0], visual=[1.0, 0.0]), limit=5).visual) == [key_of(0)]
    again.close()


def test_giving_out_goes_on_where_a_passage_was_removed_meanwhile(index: Index):
    _, following = index.export(None, 2)
    assert following is not None
    index.remove([following])
    assert [each.passage.key for each in index.export(following, 2)[0]] == [key_of(3)]


def test_what_was_written_is_there_after_a_restart(tmp_path: Path):
    index = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    index.upsert(ENTRIES)
    index.close()
    again = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    assert again.count(EVERYWHERE) == 4
    again.close()


def test_a_second_owner_is_refused(tmp_path: Path):
    index = EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    with pytest.raises(LibraryBusy, match="in use by another process"):
        EdgeIndex(tmp_path / "index", dimension=lambda: 3)
    index.close()


def test_damaged_files_are_said_to_be_damaged(tmp_path: Path):
    EdgeIndex(tmp_path / "index", dimension=lambda: 3).close()
    (tmp_path / "index" / "edge_config.json").write_text("nonsense")
    with pytest.raises(LibraryDamaged, match="cannot be opened"):
        EdgeIndex(tmp_path / "index", dimension=lambda: 3)


def test_a_server_that_does_not_answer_is_said_to_be_unavailable():
    client = QdrantClient("http://127.0.0.1:9", timeout=1, check_compatibility=False)
    with pytest.raises(IndexUnavailable, match="DOCQA_INDEX__URL"):
        ServerIndex(client, "test", dimension=lambda: 3)


@given(st.text("0123456789abcdef", min_size=15, max_size=15), st.integers(1, 2**24 - 1), st.integers(0, 2**24 - 1))
def test_a_point_id_holds_its_key(document: str, page: int, ordinal: int):
    key = PassageKey(document, page, ordinal)
    assert schema.key_of(schema.point_id(key)) == key


def test_a_document_is_ranked_by_what_it_can_be_named_by_once_it_is_described(index: Index):
    assert index.rank(Query("Plumco 2024", [1.0, 0.0, 0.0]), limit=5).facts == []
    index.describe(key_of(0), APPLES, words="apple harvest", card=Card(("appleco",), (2023,), ("annual report",)))
    plumco = Card(("plumco",), (2024,))
    index.describe(key_of(3), PLUMS, words="plum brandy of a distillery", card=plumco)
    rankings = index.rank(Query("distillery of Plumco", [1.0, 0.0, 0.0]), limit=5)
    assert (keys(rankings.facts), keys(rankings.documents)) == ([key_of(3)], [key_of(3)])
    assert index.cards(keys(rankings.facts)) == {PLUMS: plumco}
    elsewhere = Scope(collections=("fruit",))
    assert keys(index.rank(Query("Plumco 2023", [1.0, 0.0, 0.0], elsewhere), limit=5).facts) == [key_of(0)]


def test_what_describes_a_document_replaces_what_did(index: Index):
    index.describe(key_of(1), APPLES, words="cider", card=Card(("appleco",)))
    index.describe(key_of(0), APPLES, words="juice", card=Card(("pearco",)))
    assert keys(index.rank(Query("cider of Appleco", [1.0, 0.0, 0.0]), limit=5).facts) == []
    assert keys(index.rank(Query("cider", [1.0, 0.0, 0.0]), limit=5).documents) == []
    assert keys(index.rank(Query("juice of Pearco", [1.0, 0.0, 0.0]), limit=5).facts) == [key_of(0)]
    assert len(index.rank(Query("juice", [1.0, 0.0, 0.0]), limit=5).dense) == 4
