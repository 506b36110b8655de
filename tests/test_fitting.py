from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.errors import ContextOverflow
from docqa.model import tokens
from docqa.model.fitting import Fitted, Fitter
from docqa.model.profiles import PHI_3_VISION
from docqa.model.prompt import PageImage
from docqa.model.serving import Served
from docqa.model.tokens import ImageCost
from docqa.types import Evidence, Page, Turn
from tests.fakes import evidence

QUESTION = "What was revenue?"


def thirds(text: str, own: bool) -> int:
    return len(text) // 3 + own


SERVED = Served("phi-3-vision", PHI_3_VISION, 131072, 16, (4, 16), told=True, count=thirds, exact=True)


class A4Pages:
    def page(self, document_id: str, number: int) -> Page:
        raise AssertionError("not read here")

    def image(self, document_id: str, number: int) -> bytes:
        raise AssertionError("not read here")

    def image_size(self, document_id: str, number: int) -> tuple[int, int]:
        return (1240, 1754)


def fitter(budget: int = 32768, *, answer: int = 100, served: Served = SERVED) -> Fitter:
    return Fitter(served, A4Pages(), budget, answer)


def counted(fitted: Fitted, served: Served = SERVED) -> int:
    """Tokens of what was laid out, counted once more from the messages alone."""
    image = PHI_3_VISION.image_tokens
    assert image is not None
    cost = ImageCost(image(1240, 1754, fitted.receipt.detail))
    messages = [
        (role, [cost if isinstance(part, PageImage) else part for part in parts]) for role, parts in fitted.messages
    ]
    return tokens.of_prompt(messages, PHI_3_VISION.layout, served.count)


def pages(*texts: str, name: str = "report.pdf") -> list[Evidence]:
    return [evidence(text, label=n, number=n, name=name) for n, text in enumerate(texts, start=1)]


def test_the_receipt_adds_up_to_the_prompt():
    fitted = fitter().fit(QUESTION, pages("One page.", "Another page."))
    receipt = fitted.receipt
    assert receipt.total == counted(fitted)
    assert receipt.images == sum(page.image_tokens for page in receipt.pages) == 2 * 1933
    assert [(page.page, page.sent, page.label) for page in receipt.pages] == [
        (1, "text and image", 1),
        (2, "text and image", 2),
    ]
    assert (receipt.budget, receipt.reserved, receipt.window, receipt.exact) == (32768, 100, 131072, True)


def test_pages_stand_by_document_and_page_whatever_their_rank():
    ranked = [*pages("a", "b", name="b.pdf")[::-1], *pages("c", name="a.pdf")]
    fitted = fitter().fit(QUESTION, ranked)
    order = [(each.evidence.label, each.evidence.document, each.evidence.page.number) for each in fitted.shown]
    assert order == [(1, "a.pdf", 1), (2, "b.pdf", 1), (3, "b.pdf", 2)]
    assert [page.label for page in fitted.receipt.pages] == [3, 2, 1]


def test_no_document_keeps_the_others_out():
    ranked = [*pages(*["word " * 600] * 8, name="long.pdf"), *pages("word " * 600, name="other.pdf")]
    fitted = fitter(7000).fit(QUESTION, ranked)
    assert {each.evidence.document for each in fitted.shown} == {"long.pdf", "other.pdf"}


def test_a_follow_up_sends_only_what_is_new_and_keeps_the_labels():
    ranked = pages("One page.", "Another page.")
    first = fitter().fit(QUESTION, ranked[1:])
    turn = Turn(QUESTION, "5 million [1].", first.shown, first.receipt.detail)
    second = fitter().fit("And costs?", ranked, [turn])
    assert second.messages[: len(first.messages)] == first.messages
    assert [(page.page, page.sent, page.label) for page in second.receipt.pages] == [
        (1, "text and image", 2),
        (2, "earlier", 1),
    ]
    assert second.receipt.total == counted(second)
    assert second.receipt.history > 0


def test_the_budget_is_never_more_than_the_window():
    small = replace(SERVED, window=2000)
    fitted = fitter(32768, served=small).fit(QUESTION, pages("word " * 500, "word " * 500, "word " * 500))
    assert fitted.receipt.budget == 2000
    assert fitted.receipt.total + 100 <= 2000


def test_overflow_names_the_setting_to_change():
    with pytest.raises(ContextOverflow, match="DOCQA_MODEL__BUDGET_TOKENS"):
        fitter(400).fit(QUESTION, pages("word " * 2000))
    with pytest.raises(ContextOverflow, match="begin a new conversation"):
        fitter(400).fit("why " * 2000, pages("word"))


def test_a_model_that_sees_nothing_gets_text():
    blind = replace(SERVED, profile=replace(PHI_3_VISION, image_tokens=None, details=()), details=(0,), max_images=0)
    fitted = fitter(served=blind).fit(QUESTION, pages("One page."))
    assert [(page.sent, page.reason) for page in fitted.receipt.pages] == [("text", "the model sees no images")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=12), st.integers(300, 40_000), st.integers(0, 16))
def test_what_is_laid_out_is_never_over_budget(lengths: list[int], budget: int, max_images: int):
    served = replace(SERVED, max_images=max_images)
    try:
        fitted = fitter(budget, served=served).fit(QUESTION, pages(*("w " * length for length in lengths)))
    except ContextOverflow:
        return
    assert counted(fitted, served) == fitted.receipt.total <= budget - 100
    assert sum(each.image for each in fitted.shown) <= max_images
