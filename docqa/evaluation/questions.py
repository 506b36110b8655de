"""Questions with known answers, one JSON object a line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from docqa.errors import UsageError


class GoldBox(BaseModel):
    """Where on a page the answer stands."""

    model_config = ConfigDict(frozen=True)

    page: int  # 1-based
    bbox: tuple[float, float, float, float]  # points, origin top left


class Question(BaseModel):
    """One question; fields that are not named here are ignored."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    doc: str | None = None  # file name of the PDF it is about; None: about none of them
    answer: Any = None
    evidence_pages: tuple[int, ...] = ()  # 1-based physical pages
    evidence_mode: Literal["single", "all", "any", "none"] = "single"  # none: it has no answer
    type: str = "text"
    standalone: bool = False  # names enough to be asked of all documents
    evidence_boxes: tuple[GoldBox, ...] = ()
    hidden_pages: tuple[int, ...] = ()  # of the PDF, left out of the search for this question
    made: str = ""  # how `docqa eval make` made it; empty if it did not

    @property
    def answerable(self) -> bool:
        return self.evidence_mode != "none"

    @property
    def gold_answers(self) -> Sequence[str]:
        """What an answer must hold: every item if it is a list."""
        items = self.answer if isinstance(self.answer, list) else [self.answer]
        return [str(item) for item in items if item is not None]


def load(path: Path) -> list[Question]:
    """Read a question file.

    Raises UsageError, naming the line, if it is not one.
    """
    questions: dict[str, Question] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = Question.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise UsageError(f"{path}, line {number}: " + (f"{place}: " if place else "") + first["msg"]) from error
        if question.id in questions:
            raise UsageError(f"{path}, line {number}: there is a question {question.id} before")
        if question.answerable and not (question.doc and question.evidence_pages):
            raise UsageError(f"{path}, line {number}: an answerable question needs doc and evidence_pages")
        if question.hidden_pages and question.doc is None:
            raise UsageError(f"{path}, line {number}: a question with hidden_pages needs doc")
        questions[question.id] = question
    if not questions:
        raise UsageError(f"{path} holds no question")
    return list(questions.values())
