"""Question and evidence to a prompt that the served model can hold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from docqa.errors import ContextOverflow
from docqa.model import packing, prompt, tokens
from docqa.model.packing import Candidate, Choice, Pack
from docqa.model.prompt import Message, PageImage
from docqa.model.serving import Served
from docqa.model.tokens import ImageCost
from docqa.protocols import PageImages
from docqa.types import Evidence, PackReceipt, PageReceipt, SentAs, Shown, Turn

PAGES_IN_TURN = 4  # of a document, before the other documents get theirs
COUNTED_AT_ONCE = 8

_Key = tuple[str, int]  # document id, page number


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt within the budget, and how it came about."""

    messages: list[Message]
    shown: tuple[Shown, ...]  # the pages that are new in it, as they are laid out
    receipt: PackReceipt


@dataclass(frozen=True, slots=True)
class Fitter:
    """Lays out prompts for one served model."""

    served: Served
    pages: PageImages
    budget_tokens: int
    answer_tokens: int

    def fit(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Fitted:
        """Choose from evidence, best first, and lay it out; pages that the conversation holds are not sent again.

        Raises ContextOverflow if the question and the conversation leave no room, or no page fits into it.
        """
        held = {_key(shown.evidence): shown for turn in history for shown in turn.shown}
        new = [each for each in evidence if _key(each) not in held]
        details = (history[-1].detail,) if history else self.served.details
        costs = self._image_costs([*new, *(shown.evidence for shown in held.values() if shown.image)], details)
        candidates = self._candidates(new, costs, first_label=len(held) + 1)
        max_images = self.served.max_images - sum(shown.image for shown in held.values())
        limit = self._budget - self.answer_tokens
        fixed = self._fixed(question, history, costs, details[0])
        room = limit - sum(fixed)
        while True:
            if room < 0:
                raise ContextOverflow(
                    f"The question and the conversation before it do not fit into the {max(0, limit)} tokens that"
                    f" are left of {self._budget} beside the answer: begin a new conversation, raise"
                    " DOCQA_MODEL__BUDGET_TOKENS, or lower DOCQA_MODEL__ANSWER_TOKENS"
                )
            packed = packing.pack(candidates, room=room, max_images=max_images, details=details)
            shown = _laid_out(packed, first_label=len(held) + 1)
            messages = prompt.messages(question, shown, history, special=self.served.profile.special)
            total = self._tokens(messages, costs, packed.detail)
            if total <= limit:
                break
            room -= total - limit
        if candidates and not shown and not held:
            raise ContextOverflow(
                f"No page fits into the {room} tokens left for evidence: raise DOCQA_MODEL__BUDGET_TOKENS,"
                " or lower DOCQA_MODEL__ANSWER_TOKENS"
            )
        labels = {_key(each.evidence): each.evidence.label for each in (*held.values(), *shown)}
        return Fitted(messages, shown, self._receipt(evidence, packed, labels, fixed, total))

    @property
    def _budget(self) -> int:
        return min(self.budget_tokens, self.served.window)

    def _receipt(
        self,
        evidence: Sequence[Evidence],
        packed: Pack,
        labels: Mapping[_Key, int],
        fixed: tuple[int, int, int],
        total: int,
    ) -> PackReceipt:
        choices = {_key(choice.candidate.evidence): choice for choice in packed.choices}
        images = sum(choice.candidate.image_tokens[packed.detail] for choice in packed.choices if choice.image)
        instructions, history, question = fixed
        return PackReceipt(
            model=self.served.name,
            profile=self.served.profile.name,
            exact=self.served.exact,
            window=self.served.window,
            budget=self._budget,
            reserved=self.answer_tokens,
            instructions=instructions,
            history=history,
            text=total - sum(fixed) - images,
            images=images,
            question=question,
            detail=packed.detail,
            pages=tuple(_receipt(each, choices.get(_key(each)), labels.get(_key(each)), packed) for each in evidence),
        )

    def _fixed(self, question: str, history: Sequence[Turn], costs: "_Costs", detail: int) -> tuple[int, int, int]:
        """Tokens of the instructions, of the conversation before, and of the question, if no page were sent."""
        special = self.served.profile.special
        told, *before, asked = prompt.messages(question, (), history, special=special)
        instructions = self._tokens([told], costs, detail)
        conversation = self._tokens([told, *before], costs, detail)
        return (
            instructions,
            conversation - instructions,
            self._tokens([told, *before, asked], costs, detail) - conversation,
        )

    def _tokens(self, messages: Sequence[Message], costs: "_Costs", detail: int) -> int:
        counted = [
            (role, [part if isinstance(part, str) else ImageCost(costs[_place(part)][detail]) for part in parts])
            for role, parts in messages
        ]
        return tokens.of_prompt(counted, self.served.profile.layout, self.served.count)

    def _image_costs(self, evidence: Iterable[Evidence], details: Sequence[int]) -> "_Costs":
        """Tokens of each page's image by detail; empty for a model that sees no images."""
        cost = self.served.profile.image_tokens
        return {
            _key(each): {detail: cost(*size, detail) for detail in details}
            for each in evidence
            if cost is not None and (size := self.pages.image_size(*_key(each)))
        }

    def _candidates(self, evidence: Sequence[Evidence], costs: "_Costs", *, first_label: int) -> list[Candidate]:
        ordered = sorted(evidence, key=_reading_order)
        labelled = {_key(each): replace(each, label=label) for label, each in enumerate(ordered, start=first_label)}
        texts = [self._place_of(labelled[_key(each)]) for each in evidence]
        with ThreadPoolExecutor(COUNTED_AT_ONCE) as pool:
            counts = list(pool.map(lambda text: self.served.count(text, True), texts))
        candidates = [
            Candidate(each, count, costs.get(_key(each), {}), packing.need_of_image(each.page))
            for each, count in zip(evidence, counts, strict=True)
        ]
        return _in_turns(candidates)

    def _place_of(self, evidence: Evidence) -> str:
        """A page's place in the prompt, with the separators that stand around it between images."""
        separator = self.served.profile.layout.separator if self.served.profile.layout else ""
        return separator + prompt.page_text(evidence, self.served.profile.special) + separator


_Costs = Mapping[_Key, Mapping[int, int]]


def _in_turns(candidates: Sequence[Candidate]) -> list[Candidate]:
    """A few pages of each document before any gets more, so that no document keeps the others out."""
    seen: Counter[str] = Counter()
    turns = []
    for place, each in enumerate(candidates):
        turns.append((seen[each.evidence.document_id] // PAGES_IN_TURN, place))
        seen[each.evidence.document_id] += 1
    return [candidates[place] for _, place in sorted(turns)]


def _laid_out(packed: Pack, *, first_label: int) -> tuple[Shown, ...]:
    """The pages that are shown, by document and page, labelled in that order."""
    chosen = sorted(
        (choice for choice in packed.choices if choice.shown),
        key=lambda choice: _reading_order(choice.candidate.evidence),
    )
    return tuple(
        Shown(replace(choice.candidate.evidence, label=label), choice.image)
        for label, choice in enumerate(chosen, start=first_label)
    )


def _receipt(evidence: Evidence, choice: Choice | None, label: int | None, packed: Pack) -> PageReceipt:
    sent: SentAs = "earlier"
    if choice is not None:
        sent = "dropped" if not choice.shown else "text and image" if choice.image else "text"
    return PageReceipt(
        document_id=evidence.document_id,
        document=evidence.document,
        page=evidence.page.number,
        label=label,
        sent=sent,
        reason=choice.reason if choice else "",
        text_tokens=choice.candidate.text_tokens if choice else 0,
        image_tokens=choice.candidate.image_tokens[packed.detail] if choice and choice.image else 0,
    )


def _key(evidence: Evidence) -> _Key:
    return evidence.document_id, evidence.page.number


def _place(image: PageImage) -> _Key:
    return image.document_id, image.page


def _reading_order(evidence: Evidence) -> tuple[str, str, int]:
    return evidence.document, evidence.document_id, evidence.page.number
