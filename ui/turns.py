"""A question and its answer as it is shown, whole or still coming. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docqa.client import Answer, EvidencePage
from docqa.types import NEAREST, WEAK_EVIDENCE, Citation
from ui import prose
from ui.asking import Asking
from ui.text import amount

EXCERPT = 160  # characters


@dataclass(frozen=True, slots=True)
class Turn:
    """What the page shows of one question."""

    id: str  # of the answer, or of the asking
    question: str
    text: str
    evidence: tuple[EvidencePage, ...]
    citations: tuple[Citation, ...]
    answer: Answer | None = None  # None while it comes, or if it never came whole
    running: bool = False
    warning: str = ""

    @classmethod
    def of(cls, answer: Answer) -> "Turn":
        """An answer that was stored."""
        warning = f"This answer breaks off. {answer.interrupted}" if answer.interrupted else ""
        return cls(answer.id, answer.question, answer.text, answer.evidence, answer.citations, answer, warning=warning)

    @classmethod
    def coming(cls, asking: Asking) -> "Turn":
        """An answer on its way, or just come."""
        if asking.answer is not None:
            return cls.of(asking.answer)
        warning = asking.error
        if asking.stopped:
            warning = "You stopped this answer: it is not kept. Ask again to have it whole."
        return cls(
            asking.token,
            asking.asked.question,
            asking.text,
            asking.evidence,
            asking.citations,
            running=not asking.is_over,
            warning=warning,
        )

    @property
    def not_found(self) -> bool:
        """Whether the documents do not hold the answer."""
        return self.answer is not None and self.answer.status == "not_found"

    @property
    def quoted(self) -> bool:
        """Whether it is word for word what the pages say."""
        return self.answer is not None and self.answer.method == "quotation"

    def cited(self, label: int) -> tuple[Citation, ...]:
        """What it cites under a label."""
        return tuple(citation for citation in self.citations if citation.label == label)

    def first_label(self) -> int | None:
        """The evidence to open with: what is cited first, or the best page."""
        cited = [citation.label for citation in self.citations]
        named = prose.labels(self.text)
        best = sorted(self.evidence, key=lambda page: -page.score)
        known = {page.label for page in self.evidence}
        return next((label for label in [*cited, *named, *(page.label for page in best)] if label in known), None)


def searched(answer: Answer) -> str:
    """What was searched for, if that is not the question as it was put: a follow-up leans on what came before."""
    is_another = _plain(answer.searched).casefold() != _plain(answer.question).casefold()
    return f"Searched for: {_plain(answer.searched)}" if answer.searched and is_another else ""


def note(turn: Turn) -> str:
    """What is to be said before the answer itself."""
    if turn.not_found:
        return (
            "Not found: the documents searched do not seem to hold the answer. The nearest pages are below; "
            "ask with other words, search in more documents, or add the document that should know."
        )
    if turn.running and not turn.evidence:
        return "Searching the documents…"
    if turn.running and not turn.text:
        documents = len({page.document_id for page in turn.evidence})
        return (
            f"Found {amount(len(turn.evidence), 'page')} in {amount(documents, 'document')}. "
            "The model reads them; so can you, beside this."
        )
    if turn.answer is not None and turn.answer.answerable < WEAK_EVIDENCE:
        return "The evidence is weak: it is doubtful that these pages hold the answer."
    return ""


def unread(answer: Answer) -> str:
    """What is to be said if the answer came before everything was read."""
    if not answer.unread:
        return ""
    were = "was" if answer.unread == 1 else "were"
    return f"{amount(answer.unread, 'document')} {were} not read to the end yet: ask again later to search all of it."


def data(turn: Turn, *, active: int | None, verdict: str | None, named: bool = False) -> Mapping[str, Any]:
    """A turn as the answer component takes it; one that the address names is brought into sight."""
    return {
        "searched": searched(turn.answer) if turn.answer else "",
        "note": note(turn),
        "blocks": prose.as_data(prose.blocks(turn.text, verbatim=turn.quoted)),
        "quoted": turn.quoted,
        "running": turn.running,
        "warning": turn.warning,
        "unread": unread(turn.answer) if turn.answer else "",
        "places": {str(page.label): _place(turn, page) for page in turn.evidence},
        "sources": _sources(turn),
        "active": active,
        "named": named,
        "verdict": verdict,
        "markdown": markdown(turn),
        "link": f"?answer={turn.answer.id}" if turn.answer else "",
        "meta": _meta(turn.answer) if turn.answer else "",
    }


def markdown(turn: Turn) -> str:
    """The answer with its citations, to be pasted elsewhere."""
    lines = [f"**{turn.question}**", "", turn.text or "Not found in the documents.", ""]
    for page in _named(turn):
        lines.append(f"[{page.label}] {page.document}, p. {page.page}")
        for citation in turn.cited(page.label):
            if citation.quote:
                unsure = "" if citation.supported else " (not borne out by the words of that page)"
                lines.append(f"> {_plain(citation.quote)}{unsure}")
        lines.append("")
    return "\n".join(lines).strip() + "\n"


def _named(turn: Turn) -> Sequence[EvidencePage]:
    """Pages worth naming under the answer: what it cites, or the nearest if it found nothing."""
    if turn.not_found:
        return sorted(turn.evidence, key=lambda page: -page.score)[:NEAREST]
    cited = list(dict.fromkeys(citation.label for citation in turn.citations))
    by_label = {page.label: page for page in turn.evidence}
    return [by_label[label] for label in cited if label in by_label]


def _sources(turn: Turn) -> list[Mapping[str, Any]]:
    return [
        {
            "label": page.label,
            "document": page.document,
            "page": page.page,
            "quote": "" if turn.quoted or turn.not_found else _excerpt(turn.cited(page.label)),
            **_place(turn, page),
        }
        for page in _named(turn)
    ]


def _place(turn: Turn, page: EvidencePage) -> dict[str, Any]:
    supported = all(citation.supported for citation in turn.cited(page.label))
    title = f"{page.document}, p. {page.page}"
    if not supported:
        title += ": not borne out by the words of that page"
    return {"title": title, "supported": supported}


def _excerpt(citations: Sequence[Citation]) -> str:
    quote = next((_plain(citation.quote) for citation in citations if citation.quote), "")
    return quote if len(quote) <= EXCERPT else quote[: EXCERPT - 1] + "…"


def _plain(quote: str) -> str:
    return " ".join(quote.replace("\t", " | ").split())


def _meta(answer: Answer) -> str:
    seconds = sum(answer.timings.values()) / 1000
    how = "quoted word for word" if answer.method == "quotation" else "written by the model"
    return f"{seconds:.1f} s" if answer.status == "not_found" else f"{how}, {seconds:.1f} s"
