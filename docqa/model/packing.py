"""Which pages a model is shown, and which of them as images, within its budget. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docqa.types import FULLY_DRAWN, Evidence, Page

SCANNED = 0.8  # need of a page that OCR read: the words may be wrong
TABULAR = 0.7  # need of a page that is all table: text keeps the cells, the image their order
NEEDED = 0.5  # a page that needs its image more than this gets it before lower pages get their text
BASE_VALUE = 0.2  # of the image of a page whose text says everything


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that may be sent. Costs in tokens."""

    evidence: Evidence
    text_tokens: int  # of its place in the prompt without the image
    image_tokens: Mapping[int, int]  # of its image, by detail
    need: float  # how much its text lacks, 0 to 1

    @property
    def is_blank(self) -> bool:
        """Whether its text alone says nothing."""
        return not self.evidence.page.text.strip()


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of a candidate."""

    candidate: Candidate
    shown: bool
    image: bool
    reason: str  # why it is not shown, or shown without its image


@dataclass(frozen=True, slots=True)
class Pack:
    """What is sent."""

    choices: tuple[Choice, ...]  # of all candidates, best first
    detail: int  # of every image

    @property
    def tokens(self) -> int:
        """What the shown pages cost."""
        return sum(
            each.candidate.text_tokens + (each.candidate.image_tokens[self.detail] if each.image else 0)
            for each in self.choices
            if each.shown
        )


def need_of_image(page: Page) -> float:
    """How much a page's text lacks of what its image shows, 0 (nothing) to 1 (all of it)."""
    if not page.text.strip():
        return 1.0
    rows = page.text.split("\n")
    tabular = sum(row.count("\t") > 1 for row in rows) / len(rows)
    return max(
        SCANNED if page.source == "ocr" else 0.0,
        min(1.0, page.drawn / FULLY_DRAWN),
        TABULAR * tabular,
    )


def pack(candidates: Sequence[Candidate], *, room: int, max_images: int, details: Sequence[int]) -> Pack:
    """Choose from candidates, best first, what costs at most `room` tokens together with at most max_images images.

    A page is shown whole or not at all. It gets its place before any lower page does, and its image too if it needs
    it; what is left then buys images where they are worth most for their tokens. Images are cut as finely as `details`
    (coarsest first) allow without a page or an image less.
    """
    chosen = _chosen(candidates, room, max_images, details[0])
    detail = details[0]
    for finer in details[1:]:
        other = _chosen(candidates, room, max_images, finer)
        if [(each.shown, each.image) for each in other] != [(each.shown, each.image) for each in chosen]:
            break
        chosen, detail = other, finer
    return Pack(tuple(chosen), detail)


def _chosen(candidates: Sequence[Candidate], room: int, max_images: int, detail: int) -> list[Choice]:
    shown: dict[int, bool] = {}
    images = 0
    for place, each in enumerate(candidates):
        cost = each.image_tokens.get(detail, math.inf)
        image = each.need >= NEEDED and images < max_images and each.text_tokens + cost <= room
        if each.text_tokens > room or (each.is_blank and not image):
            continue
        shown[place] = image
        images += image
        room -= each.text_tokens + (each.image_tokens[detail] if image else 0)
    without = [place for place, image in shown.items() if not image and detail in candidates[place].image_tokens]
    for place in sorted(without, key=lambda place: -_worth(candidates[place], place, detail)):
        cost = candidates[place].image_tokens[detail]
        if images < max_images and cost <= room:
            shown[place] = True
            images += 1
            room -= cost
    return [
        Choice(each, place in shown, shown.get(place, False), _reason(each, shown.get(place), images >= max_images))
        for place, each in enumerate(candidates)
    ]


def _worth(candidate: Candidate, place: int, detail: int) -> float:
    """Of a page's image, for each of its tokens: what it adds to the text, less the lower the page stands."""
    return (BASE_VALUE + candidate.need) / math.sqrt(place + 1) / candidate.image_tokens[detail]


def _reason(candidate: Candidate, image: bool | None, images_used_up: bool) -> str:
    if image:
        return ""
    if not candidate.image_tokens:
        lacking = "the model sees no images"
    else:
        lacking = "no image left" if images_used_up else "no room for its image"
    if image is not None:
        return lacking
    return f"it has no text, and {lacking}" if candidate.is_blank else "no room"
