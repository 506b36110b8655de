"""The JSON that other programs build on (docs/json.md). Fields are added, never renamed or removed. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from docqa.answers import answerability
from docqa.library import Receipt
from docqa.text.readable import readable
from docqa.types import (
    Answer,
    AnswerPart,
    Box,
    Citation,
    Document,
    Evidence,
    Page,
    PageHit,
    Passage,
    Retrieval,
    SamePage,
)


def answer(answer: Answer) -> dict[str, Any]:
    """What `docqa ask --json` prints."""
    return {
        "question": answer.question,
        "searched": answer.searched,
        "status": answer.status,
        "method": answer.method,
        "text": answer.text,
        "citations": [citation(each) for each in answer.citations],
        "evidence": [evidence(each) for each in answer.evidence],
        "answerable": round(answer.answerable, 4),
        "parts": [_part(part) for part in answer.parts],
        "timings": _timings(answer.timings),
        "interrupted": answer.interrupted,
        "usage": asdict(answer.usage) if answer.usage else None,
        "receipt": asdict(answer.receipt) | {"total": answer.receipt.total} if answer.receipt else None,
    }


def stored_answer(answer_: Answer, *, answer_id: str, conversation_id: str, created_at: datetime, unread: int) -> str:
    """The JSON text of an answer as the API sends it, streams it and shows it again, always the same bytes."""
    place = {"id": answer_id, "conversation_id": conversation_id, "created_at": created_at.isoformat()}
    return dumps(place | {"unread": unread} | answer(answer_))


def dumps(shape: Any) -> str:  # noqa: ANN401  anything that JSON knows
    """JSON in ASCII without spaces: any text can be stored and sent as this."""
    return json.dumps(shape, separators=(",", ":"))


def citation(citation: Citation) -> dict[str, Any]:
    """One citation of an answer."""
    return {
        "label": citation.label,
        "document": citation.document,
        "document_id": citation.document_id,
        "page": citation.page,
        "printed": citation.printed,
        "quote": citation.quote,
        "boxes": [_box(box) for box in citation.boxes],
        "supported": citation.supported,
    }


def evidence(evidence: Evidence) -> dict[str, Any]:
    """One page of evidence."""
    return {
        "label": evidence.label,
        "document": evidence.document,
        "document_id": evidence.document_id,
        "page": evidence.page.number,
        "printed": evidence.page.printed,
        "width": evidence.page.width,
        "height": evidence.page.height,
        "source": evidence.page.source,
        "score": round(evidence.score, 4),
        "passages": [_passage(passage) for passage in evidence.passages],
        "also_on": [_same_page(each, each.document) for each in evidence.also_on],
    }


def retrieval(retrieval: Retrieval, names: dict[str, str], *, expected_answerable: float) -> dict[str, Any]:
    """What `docqa search --json` prints."""
    return {
        "pages": [_hit(hit, names) for hit in retrieval.hits],
        "answerable": round(answerability.answerable(retrieval, expected=expected_answerable), 4),
        "timings": _timings(retrieval.timings),
    }


def documents(documents: Sequence[Document]) -> dict[str, Any]:
    """What `docqa list --json` prints."""
    return {"documents": [document(each) for each in documents]}


def document(document: Document) -> dict[str, Any]:
    """One document of that list."""
    return {
        "id": document.id,
        "name": document.name,
        "title": document.title,
        "organisation": document.organisation,
        "year": document.year,
        "kind": document.kind,
        "language": document.language,
        "corrected": list(document.corrected),
        "state": document.state,
        "error": document.error,
        "needs_password": document.needs_password,
        "pages": document.pages,
        "pages_done": document.pages_done,
        "pages_failed": document.pages_failed,
        "collections": list(document.collections),
        "size_bytes": document.size_bytes,
        "added_at": document.added_at.isoformat(),
    }


def page(page: Page) -> dict[str, Any]:
    """What `docqa show --page N --json` prints."""
    return {
        "page": page.number,
        "printed": page.printed,
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "text": readable(page),
        "words": [{"text": page.text[word.start : word.end], "box": _box(word.box)} for word in page.words],
        "headings": [heading.text for heading in page.headings],
    }


def receipt(receipt: Receipt) -> dict[str, Any]:
    """What `docqa delete --json` prints for one document."""
    return {
        "id": receipt.document.id,
        "name": receipt.document.name,
        "removed": {
            "passages": receipt.passages,
            "pages": receipt.pages,
            "sources": receipt.sources,
            "files": receipt.files,
            "bytes": receipt.bytes,
            "answers": receipt.answers,
        },
    }


def _timings(timings: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(ms, 2) for stage, ms in timings.items()}


def _part(part: AnswerPart) -> dict[str, Any]:
    return {
        "question": part.question,
        "answerable": round(part.answerable, 4),
        "found": part.found,
        "labels": list(part.labels),
    }


def _hit(hit: PageHit, names: Mapping[str, str]) -> dict[str, Any]:
    there = [each for each in hit.also_on if each.document_id in names]  # one may have been deleted meanwhile
    return {
        "document": names[hit.document_id],
        "document_id": hit.document_id,
        "page": hit.page,
        "printed": hit.passages[0].printed,
        "score": round(hit.score, 4),
        "passages": [_passage(passage) for passage in hit.passages if passage.text],
        "also_on": [_same_page(each, names[each.document_id]) for each in there],
    }


def _same_page(page: SamePage, name: str) -> dict[str, Any]:
    return {"document": name, "document_id": page.document_id, "page": page.page, "printed": page.printed}


def _passage(passage: Passage) -> dict[str, Any]:
    # The first heading names the document, by the name its bytes came with first: that may be others' business.
    return {"text": passage.text, "headings": list(passage.headings[1:]), "boxes": [_box(box) for box in passage.boxes]}


def _box(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]
