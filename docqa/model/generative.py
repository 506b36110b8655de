"""The answer of a language model that is shown the pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from docqa.answers import citations
from docqa.errors import ModelUnavailable, NotInLibrary
from docqa.model import prompt
from docqa.model.fitting import Fitter
from docqa.model.prompt import PageImage
from docqa.model.serving import Served
from docqa.protocols import Generator, PageImages
from docqa.text.continuation import runs_on
from docqa.types import Draft, Evidence, Page, Turn, Usage

PAGES_CONTINUED = 3  # of the best, whose neighbours are considered where a table or sentence runs on


class ModelAnswerer:
    """Packs the evidence into a prompt, lets the model answer, and checks what it cites."""

    def __init__(
        self,
        generator: Generator,
        pages: PageImages,
        *,
        inspect: Callable[[], Served],
        budget_tokens: int,
        answer_tokens: int,
    ) -> None:
        self._generator = generator
        self._pages = pages
        self._inspect = inspect
        self._budget_tokens = budget_tokens
        self._answer_tokens = answer_tokens

    @cached_property
    def _fitter(self) -> Fitter:
        return Fitter(self._inspect(), self._pages, self._budget_tokens, self._answer_tokens)

    def answer(
        self,
        question: str,
        evidence: Sequence[Evidence],
        *,
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
        history: Sequence[Turn] = (),
    ) -> Draft:
        """Answer from evidence, best first; a text that breaks off is kept and marked.

        Raises ContextOverflow, ModelUnavailable, ModelRefused or SettingsError.
        """
        fitted = self._fitter.fit(question, self._continued(evidence), history)
        seen = tuple(shown.evidence for shown in (*(each for turn in history for each in turn.shown), *fitted.shown))
        show(seen)
        labels = [each.label for each in seen]
        heard = _Heard(self._answer_tokens)
        for piece in citations.repaired(
            _unless_not_found(heard.pieces(self._stream(fitted.messages, fitted.receipt.detail))), labels
        ):
            say(piece)
        if _is_not_found(heard.text):
            return Draft("not_found", "", (), seen, fitted.receipt, heard.usage)
        text = citations.repair(heard.text, labels).strip()
        turn = Turn(question, heard.text.strip(), fitted.shown, fitted.receipt.detail)
        return Draft(
            "answered", text, citations.cite(text, seen), seen, fitted.receipt, heard.usage, heard.interrupted, turn
        )

    def _stream(self, messages: Sequence[prompt.Message], detail: int) -> Iterator[str | Usage]:
        served = self._fitter.served
        has_images = any(isinstance(part, PageImage) for _, parts in messages for part in parts)
        told = served.profile.mm_kwargs(detail) if served.told and has_images and served.profile.mm_kwargs else None
        chat = [
            (
                role,
                [part if isinstance(part, str) else self._pages.image(part.document_id, part.page) for part in parts],
            )
            for role, parts in messages
        ]
        return self._generator.stream(chat, answer_tokens=self._answer_tokens, mm_kwargs=told)

    def _continued(self, evidence: Sequence[Evidence]) -> list[Evidence]:
        """The evidence, and after each of the best pages those that its text comes from or goes on to."""
        found = {(each.document_id, each.page.number) for each in evidence}
        continued: list[Evidence] = []
        for place, each in enumerate(evidence):
            continued.append(each)
            for page in self._neighbours(each) if place < PAGES_CONTINUED else ():
                if (each.document_id, page.number) not in found:
                    found.add((each.document_id, page.number))
                    continued.append(replace(each, page=page, passages=()))
        return continued

    def _neighbours(self, evidence: Evidence) -> Iterator[Page]:
        before, after = (self._page(evidence.document_id, evidence.page.number + step) for step in (-1, 1))
        if after is not None and runs_on(evidence.page.body, after.body):
            yield after
        if before is not None and runs_on(before.body, evidence.page.body):
            yield before

    def _page(self, document_id: str, number: int) -> Page | None:
        try:
            return self._pages.page(document_id, number)
        except NotInLibrary:
            return None


@dataclass(slots=True)
class _Heard:
    """What came of an answer."""

    answer_tokens: int
    text: str = ""
    usage: Usage | None = None
    interrupted: str = ""

    def pieces(self, stream: Iterator[str | Usage]) -> Iterator[str]:
        """The text as it comes. Raises ModelUnavailable if the stream breaks before there is any."""
        try:
            for piece in stream:
                if isinstance(piece, Usage):
                    self.usage = piece
                else:
                    self.text += piece
                    yield piece
        except ModelUnavailable as error:
            if not self.text.strip():
                raise
            self.interrupted = str(error)
        if not self.text.strip():
            raise ModelUnavailable("The model said nothing: ask again, or look at the server's log")
        if self.usage is not None and self.usage.answer >= self.answer_tokens:
            self.interrupted = f"It reached its {self.answer_tokens} tokens: raise DOCQA_MODEL__ANSWER_TOKENS"


def _is_not_found(text: str) -> bool:
    return _plain(text).startswith(prompt.NOT_FOUND)


def _plain(text: str) -> str:
    """The text without what models decorate it with."""
    return text.upper().lstrip(" \n*_\"'`").replace("_", " ")


def _unless_not_found(pieces: Iterator[str]) -> Iterator[str]:
    """Pass the pieces on once they can no longer turn out to be NOT FOUND."""
    held = ""
    passing = False
    for piece in pieces:
        held += piece
        passing = passing or not prompt.NOT_FOUND.startswith(_plain(held)[: len(prompt.NOT_FOUND)])
        if passing:
            yield held
            held = ""
    if held and not _is_not_found(held):
        yield held
