"""The answer of a language model that is shown the pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docqa import citations, packing, prompt, tokens
from docqa.protocols import Generator, Pages
from docqa.types import Draft, Evidence

TEMPLATE_TOKENS = 64  # for the marks that chat templates put around messages


@dataclass(frozen=True, slots=True)
class ModelAnswerer:
    """Packs the evidence into a prompt, lets the model answer, and checks what it cites."""

    generator: Generator
    images: Pages
    budget_tokens: int  # instructions, evidence, question and answer together
    answer_tokens: int
    max_images: int
    image_tokens: int

    def answer(self, question: str, evidence: Sequence[Evidence], say: Callable[[str], None]) -> Draft:
        """Raises ContextOverflow, ModelUnavailable or ModelRefused."""
        shown = packing.pack(
            evidence,
            budget=self.budget_tokens - self.answer_tokens - self._fixed_tokens(question, evidence),
            cost=lambda text: tokens.at_most(prompt.neutral(text)),
            image_cost=self.image_tokens,
            max_images=self.max_images,
        )
        parts = [
            part if isinstance(part, str) else self.images.image(part.document_id, part.page)
            for part in prompt.parts(question, shown)
        ]
        said = "".join(_unless_not_found(self.generator.stream(prompt.INSTRUCTIONS, parts), say))
        seen = tuple(each.evidence for each in shown)
        if said.strip().startswith(prompt.NOT_FOUND):
            return Draft("not_found", "", (), seen)
        text = citations.repair(said, [each.label for each in seen]).strip()
        return Draft("answered", text, citations.cite(text, seen), seen)

    def _fixed_tokens(self, question: str, evidence: Sequence[Evidence]) -> int:
        """What the prompt costs before any page's text: instructions, question, labels, marks of the template."""
        empty = [packing.Shown(each, "", image=False) for each in evidence]
        text = "".join(part for part in prompt.parts(question, empty) if isinstance(part, str))
        return tokens.at_most(prompt.INSTRUCTIONS + text) + TEMPLATE_TOKENS


def _unless_not_found(pieces: Iterator[str], say: Callable[[str], None]) -> Iterator[str]:
    """Pass the pieces on, and say them too once they can no longer turn out to be NOT FOUND."""
    held, saying = "", False
    for piece in pieces:
        held += piece
        saying = saying or not prompt.NOT_FOUND.startswith(held.strip()[: len(prompt.NOT_FOUND)])
        if saying:
            say(held)
            yield held
            held = ""
    yield held
