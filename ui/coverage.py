"""Which documents an answer was made from, and which had nothing to say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from docqa.client import Answer
from docqa.types import AnswerPart, PageReceipt
from ui.text import ranges

Mark = dict[str, str]  # text, and the kind that colours it


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one document's pages."""

    document: str
    cited: tuple[int, ...]
    read: tuple[int, ...]  # but not cited
    left_out: tuple[int, ...]  # found, but not sent

    def marks(self) -> list[Mark]:
        """What to say of it."""
        marks = []
        if self.cited:
            marks.append({"kind": "good", "text": f"cited p. {ranges(list(self.cited))}"})
        if self.read:
            said = "read" if self.cited else "read, had nothing"
            marks.append({"kind": "quiet", "text": f"{said}: p. {ranges(list(self.read))}"})
        if self.left_out:
            marks.append({"kind": "warn", "text": f"no room: p. {ranges(list(self.left_out))}"})
        return marks


def of(answer: Answer) -> list[Read]:
    """The documents whose pages were considered, those that are cited first."""
    names: dict[str, str] = {}
    cited: dict[str, set[int]] = {}
    read: dict[str, set[int]] = {}
    left_out: dict[str, set[int]] = {}
    for page in answer.evidence:
        names[page.document_id] = page.document
        read.setdefault(page.document_id, set()).add(page.page)
    for citation in answer.citations:
        cited.setdefault(citation.document_id, set()).add(citation.page)
    for sent in answer.receipt.pages if answer.receipt else ():
        names.setdefault(sent.document_id, sent.document)
        if sent.sent == "dropped":
            left_out.setdefault(sent.document_id, set()).add(sent.page)
    none: set[int] = set()
    found = [
        Read(
            name,
            tuple(sorted(cited.get(id, none))),
            tuple(sorted(read.get(id, none) - cited.get(id, none) - left_out.get(id, none))),
            tuple(sorted(left_out.get(id, none))),
        )
        for id, name in names.items()
    ]
    return sorted(found, key=lambda each: (not each.cited, not each.read))


def parts(answer: Answer) -> list[tuple[str, list[Mark]]]:
    """Each of several things that were asked for, with the pages that were found for it."""
    named = {page.label: f"{page.document}, p. {page.page}" for page in answer.evidence}
    return [(part.question, _found(part, named)) for part in answer.parts]


def _found(part: AnswerPart, named: Mapping[int, str]) -> list[Mark]:
    if not part.found:
        return [{"kind": "warn", "text": "nothing found"}]
    return [{"kind": "good", "text": f"[{label}] {named[label]}"} for label in part.labels if label in named] or [
        {"kind": "quiet", "text": "on the pages below"}
    ]


def sent(page: PageReceipt) -> list[Mark]:
    """What to say of a page that was considered for a prompt."""
    kind = "warn" if page.sent == "dropped" else "good"
    said = {"text": "as text", "text and image": "text and image", "earlier": "sent before", "dropped": "not sent"}
    marks = [{"kind": kind, "text": said[page.sent]}]
    if page.sent != "dropped":
        marks.append({"kind": "quiet", "text": f"{page.text_tokens + page.image_tokens:,} tokens"})
    if page.reason:
        marks.append({"kind": "quiet", "text": page.reason})
    return marks
