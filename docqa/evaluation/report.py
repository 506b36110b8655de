"""An evaluation as one HTML file, with plots and every miss."""

import base64
import io
from collections.abc import Mapping
from typing import Any

from docqa.answers.highlight import marked
from docqa.evaluation import scoring
from docqa.evaluation.run import Asked, Evaluation
from docqa.storage.files import Files
from docqa.types import Box

THUMBNAIL_WIDTH = 420  # pixels


def written(evaluation: Evaluation, summary: Mapping[str, Any], documents: Mapping[str, str], files: Files) -> str:
    """The report; `documents` gives the id of each PDF by file name. Images are inside, nothing is fetched."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader("docqa.evaluation", "."), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html").render(
        summary=summary,
        ranks={"in document": _ranks(evaluation.in_document), "corpus": _ranks(evaluation.corpus)},
        misses={
            "in document": [_miss(asked, documents, files) for asked in evaluation.in_document if _is_miss(asked)],
            "corpus": [_miss(asked, documents, files) for asked in evaluation.corpus if _is_miss(asked)],
        },
    )


def _is_miss(asked: Asked) -> bool:
    """Whether a gold page is missing from the first five, or the question was answered, or refused, wrongly."""
    refused = asked.answer.status == "not_found"
    if not asked.question.answerable:
        return not refused
    return refused or scoring.page_scores(asked.question, asked.found)["all@5"] < 1


def _ranks(asked: list[Asked]) -> dict[str, int]:
    """How many questions have their first gold page at which rank."""
    counts = {"1": 0, "2": 0, "3": 0, "4-5": 0, "6-10": 0, "beyond": 0}
    for each in asked:
        if each.question.answerable:
            reciprocal = scoring.page_scores(each.question, each.found)["MRR"]
            rank = round(1 / reciprocal) if reciprocal else 0
            place = str(rank) if 1 <= rank <= 3 else "4-5" if 4 <= rank <= 5 else "6-10" if rank else "beyond"
            counts[place] += 1
    return counts


def _miss(asked: Asked, documents: Mapping[str, str], files: Files) -> dict[str, Any]:
    question = asked.question
    gold_boxes = [(box.page, Box(*box.bbox)) for box in question.evidence_boxes]
    gold = [
        _thumbnail(files, documents[question.doc], page, [box for place, box in gold_boxes if place == page])
        for page in question.evidence_pages
        if question.doc is not None and files.is_stored(documents[question.doc], page)
    ]
    cited = [
        _thumbnail(files, citation.document_id, citation.page, citation.boxes) | {"document": citation.document}
        for citation in asked.answer.citations[:1]
    ]
    return {
        "question": question,
        "found": asked.found[:5],
        "answer": asked.answer.text or "not found",
        "gold": gold,
        "cited": cited,
    }


def _thumbnail(files: Files, document_id: str, page: int, boxes: Any) -> dict[str, Any]:  # noqa: ANN401
    read = files.page(document_id, page)
    image = marked(files.image(document_id, page), width=read.width, boxes=boxes)
    image.thumbnail((THUMBNAIL_WIDTH, 2 * THUMBNAIL_WIDTH))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    return {"page": page, "source": "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()}
