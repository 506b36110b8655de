"""Which pages a model is shown, and how, within its budget. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docqa.errors import ContextOverflow
from docqa.types import Evidence


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as the model is shown it."""

    evidence: Evidence
    text: str
    image: bool


def pack(
    evidence: Sequence[Evidence], *, budget: int, cost: Callable[[str], int], image_cost: int, max_images: int
) -> list[Shown]:
    """Choose what is shown of each page, best page first, never more than `budget` tokens together.

    A page is shown whole if that fits, else by the passages that search found, else not at all. What is then left
    buys images of the shown pages, best first, each for image_cost tokens, at most max_images. `cost` is the tokens
    of a text.

    Raises ContextOverflow if there is evidence and none of it fits.
    """
    texts: list[tuple[Evidence, str]] = []
    for each in evidence:
        found = "\n\n".join(passage.text for passage in sorted(each.passages, key=lambda passage: passage.start))
        for text in (each.page.text, found):
            if (tokens := cost(text)) <= budget:
                texts.append((each, text))
                budget -= tokens
                break
    if evidence and not texts:
        raise ContextOverflow(
            f"No page fits into the {budget} tokens left for evidence: raise DOCQA_MODEL__BUDGET_TOKENS,"
            " or lower DOCQA_MODEL__ANSWER_TOKENS."
        )
    images = min(max_images, budget // image_cost)
    return [Shown(each, text, image=place < images) for place, (each, text) in enumerate(texts)]
