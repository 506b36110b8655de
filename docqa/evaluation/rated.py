"""Answers that people have rated become questions with known pages. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from docqa.types import StoredAnswer


@dataclass(frozen=True, slots=True)
class Rated:
    """What was rated, as far as it tells which pages are right."""

    rows: Sequence[dict[str, Any]]  # of a question file
    bad: Sequence[tuple[str, str]]  # questions whose answers were rated bad, with what was said of them
    left_out: Counter[str]  # good answers, by why they tell nothing


def questions(answers: Iterable[StoredAnswer], names: dict[str, str]) -> Rated:
    """Questions of rated answers; of several answers to one the last counts.

    The pages that a good answer cites are its gold pages, any of them, in the document that it cites most; `names` are
    those of documents now. To be right about what is not found is good, too.
    """
    alike = {name for name, count in Counter(names.values()).items() if count > 1}
    rows: dict[str, dict[str, Any]] = {}
    bad: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for answer in answers:
        told = json.loads(answer.body)
        asked = told["question"]
        rows.pop(asked, None)
        bad.pop(asked, None)
        if answer.feedback.verdict == "down":
            bad[asked] = answer.feedback.comment
        elif told["searched"] != asked:
            left_out["they follow up on questions before"] += 1
        elif told["status"] == "not_found":
            rows[asked] = {"id": answer.id, "question": asked, "evidence_mode": "none", "type": "rated"}
        elif not (gold := _gold(told["citations"], names)):
            left_out["they cite no page"] += 1
        elif gold[0] in alike:
            left_out["several documents are called like the one they cite"] += 1
        else:
            document, pages = gold
            rows[asked] = {
                "id": answer.id,
                "question": asked,
                "doc": document,
                "evidence_pages": pages,
                "evidence_mode": "any",
                "standalone": True,
                "type": "rated",
            }
    return Rated(list(rows.values()), list(bad.items()), left_out)


def _gold(citations: Sequence[dict[str, Any]], names: dict[str, str]) -> tuple[str, list[int]] | None:
    """The document that is cited most, and the pages of it that are; None if none that is still there is."""
    cited = [(each["document_id"], each["page"]) for each in citations if each["document_id"] in names]
    if not cited:
        return None
    [(document_id, _)] = Counter(document_id for document_id, _ in cited).most_common(1)
    return names[document_id], sorted({page for each, page in cited if each == document_id})
