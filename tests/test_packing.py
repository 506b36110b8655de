import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.model.packing import Candidate, Pack, need_of_image, pack
from tests.fakes import evidence, page

DETAILS = (4, 16)


def candidate(number: int, *, text: int = 10, image: dict[int, int] | None = None, need: float = 0.0) -> Candidate:
    words = "" if need == 1.0 else "words"
    return Candidate(evidence(words, number=number), text, {4: 20, 16: 60} if image is None else image, need)


def outcome(packed: Pack) -> list[str]:
    return ["-" if not each.shown else "TI" if each.image else "T" for each in packed.choices]


def test_a_page_that_does_not_fit_is_passed_over_whole():
    pages = [candidate(1), candidate(2, text=100), candidate(3)]
    assert outcome(pack(pages, room=25, max_images=0, details=DETAILS)) == ["T", "-", "T"]


def test_a_page_that_needs_its_image_gets_it_before_lower_pages_get_their_text():
    pages = [candidate(1), candidate(2, need=0.9), candidate(3)]
    assert outcome(pack(pages, room=45, max_images=4, details=(4,))) == ["T", "TI", "-"]


def test_what_is_left_buys_images_where_the_text_says_least():
    pages = [candidate(1), candidate(2), candidate(3, need=0.4)]
    assert outcome(pack(pages, room=50, max_images=4, details=(4,))) == ["T", "T", "TI"]


def test_a_page_without_text_is_sent_as_an_image_or_not_at_all():
    pages = [candidate(1, need=1.0), candidate(2, need=1.0, image={})]
    packed = pack(pages, room=100, max_images=4, details=(4,))
    assert outcome(packed) == ["TI", "-"]
    assert packed.choices[1].reason == "it has no text, and the model sees no images"


def test_images_are_cut_as_finely_as_costs_no_page_and_no_image():
    pages = [candidate(1), candidate(2)]
    assert pack(pages, room=140, max_images=4, details=DETAILS).detail == 16
    assert pack(pages, room=139, max_images=4, details=DETAILS).detail == 4


def test_every_page_that_is_not_shown_whole_and_as_an_image_says_why():
    pages = [candidate(1), candidate(2), candidate(3, text=500)]
    packed = pack(pages, room=100, max_images=1, details=(4,))
    assert [each.reason for each in packed.choices] == ["", "no image left", "no room"]


@pytest.mark.parametrize(
    ("text", "source", "drawn", "need"),
    [
        ("A page of prose.\nIt says all.", "layer", 0.0, 0.0),
        ("", "none", 0.9, 1.0),
        ("A scanned page.", "ocr", 0.0, 0.8),
        ("Figure 1: Crane availability", "layer", 0.3, 1.0),
        ("a\tb\tc\nd\te\tf", "layer", 0.0, 0.7),
    ],
)
def test_an_image_is_needed_as_far_as_the_text_lacks_something(text: str, source: str, drawn: float, need: float):
    shown = page(text, source=source)
    assert need_of_image(type(shown)(1, 600, 800, text, shown.words, (), shown.source, drawn)) == need


candidates = st.lists(
    st.builds(
        lambda text, image, need: candidate(1, text=text, image={4: image, 16: 3 * image} if image else {}, need=need),
        st.integers(1, 2000),
        st.integers(0, 2700),
        st.sampled_from([0.0, 0.3, 0.7, 0.8, 1.0]),
    ),
    max_size=24,
)


@settings(max_examples=2000, deadline=None)
@given(candidates, candidates, st.integers(0, 20_000), st.integers(0, 16))
def test_every_pack_keeps_the_rules(better: list[Candidate], worse: list[Candidate], room: int, max_images: int):
    packed = pack(better, room=room, max_images=max_images, details=DETAILS)
    assert packed.tokens <= room
    assert sum(each.image for each in packed.choices) <= max_images
    assert [each.candidate for each in packed.choices] == better
    assert all(each.shown or not each.image for each in packed.choices)
    assert all(each.reason or (each.shown and each.image) for each in packed.choices)
    assert packed == pack(better, room=room, max_images=max_images, details=DETAILS)
    more = pack([*better, *worse], room=room, max_images=max_images, details=DETAILS)
    assert [each.shown for each in more.choices][: len(better)] == [each.shown for each in packed.choices]
