"""Make a question set from the documents of a library."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from docqa.evaluation import scoring
from docqa.evaluation.making import drawing
from docqa.evaluation.making.drawing import Drawn
from docqa.evaluation.making.telling import HALF
from docqa.evaluation.making.wording import sentence_of
from docqa.text.words import stems
from docqa.types import Document, Page

TITLE_WORDS = (2, 14)  # of a title that can name a document, fewest and most

_LETTERS = re.compile(r"[^\W\d_]{3,}")
_HASH = re.compile(r"[0-9a-f-]{16,}", re.IGNORECASE)

PagesOf = Callable[[Document], Iterable[Page]]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Rows of a question file, and what became of each document."""

    rows: list[dict[str, Any]]
    counts: Mapping[str, Counter[str]]  # file name to kind of question to how many
    skipped: Counter[str]  # reason to number of candidates


def make(
    documents: Sequence[Document], pages_of: PagesOf, *, per_document: int, near_misses: int, seed: int
) -> QuestionSet:
    """Draw questions from each document; the same library and seed give the same rows.

    Every second question names its document, if that has a name of its own, and can be asked of all documents, unless
    a page of another one might answer it.
    """
    draws = {
        document: drawing.draw(
            list(pages_of(document)),
            wanted=per_document,
            near_misses=near_misses,
            random=Random(f"{seed} {document.id}"),
        )
        for document in documents
    }
    names = labels(documents)
    drawn: list[tuple[Document, Drawn]] = []
    for document, draw in draws.items():
        elsewhere = set().union(*(other.names for each, other in draws.items() if each != document))
        hidden = sum(bool(question.hidden) for question in draw.questions)
        swapped = drawing.swapped(
            draw, elsewhere, wanted=near_misses - hidden, random=Random(f"{seed} {document.id} swaps")
        )
        drawn += [(document, question) for question in [*draw.questions, *swapped]]
    alone = [place % 2 == 1 and bool(names[document.id]) for place, (document, _) in enumerate(drawn)]
    alone = _unanswered_elsewhere(drawn, alone, documents, pages_of)
    counts: dict[str, Counter[str]] = {document.name: Counter() for document in documents}
    rows = []
    for (document, question), standalone in zip(drawn, alone, strict=True):
        counts[document.name][question.made] += 1
        number = counts[document.name].total()
        asks = Random(f"{seed} {document.id} {number}")
        text = sentence_of(question.candidate.asks, names[document.id] if standalone else "", asks)
        rows.append(_row(f"{document.id[:8]}-{number}", document.name, question, text, standalone=standalone))
    return QuestionSet(rows, counts, sum((draw.skipped for draw in draws.values()), Counter()))


def labels(documents: Sequence[Document]) -> dict[str, str]:
    """What a person would call each document, by its id: its title or its file's name; empty if neither is its own."""
    possible = {document.id: [_title(document.title), _stem(document.name)] for document in documents}
    owners = Counter(name.casefold() for each in possible.values() for name in dict.fromkeys(each) if name)
    return {
        document_id: next((name for name in each if name and owners[name.casefold()] == 1), "")
        for document_id, each in possible.items()
    }


def _title(title: str) -> str:
    fewest, most = TITLE_WORDS
    title = " ".join(title.split()).strip(" .:;,")
    return title if len(_LETTERS.findall(title)) >= fewest and len(title.split()) <= most else ""


def _stem(name: str) -> str:
    stem = name.rsplit(".", 1)[0]
    words = re.sub(r"[_\s-]+", " ", stem).strip()
    return words if not _HASH.fullmatch(stem) and _LETTERS.search(words) and len(words.split()) > 1 else ""


def _unanswered_elsewhere(
    drawn: Sequence[tuple[Document, Drawn]], alone: Sequence[bool], documents: Sequence[Document], pages_of: PagesOf
) -> list[bool]:
    """Which of the questions that name their document no page of another document might answer."""
    asked = {place: each for place, (each, is_asked) in enumerate(zip(drawn, alone, strict=True)) if is_asked}
    for document in documents if len(documents) > 1 else ():
        for page in pages_of(document):
            words = stems(page.text)
            answered = [
                place
                for place, (owner, question) in asked.items()
                if owner is not document
                and question.mark
                and len(question.candidate.keys & words) > HALF * len(question.candidate.keys)
                and scoring.contains(page.text, [question.mark])
            ]
            for place in answered:
                del asked[place]
    return [place in asked for place in range(len(drawn))]


def _row(row_id: str, document: str, question: Drawn, text: str, *, standalone: bool) -> dict[str, Any]:
    candidate = question.candidate
    row: dict[str, Any] = {"id": row_id, "doc": document, "question": text}
    if question.pages:
        row |= {"answer": candidate.answer or None, "evidence_pages": list(question.pages)}
        row |= {"evidence_mode": "any" if len(question.pages) > 1 else "single", "type": candidate.kind}
        boxes = [[round(edge, 1) for edge in (box.x0, box.y0, box.x1, box.y1)] for box in candidate.boxes]
        row |= {"evidence_boxes": [{"page": candidate.page, "bbox": box} for box in boxes]}
    else:
        row |= {"answer": None, "evidence_pages": [], "evidence_mode": "none", "type": "unanswerable"}
        row |= {"hidden_pages": list(question.hidden)}
    return row | {"standalone": standalone, "made": question.made}
