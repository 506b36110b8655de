"""The parts of a question as a language model sees them, where rules see none."""

import re

from docqa.protocols import Generator
from docqa.question.parts import MOST_PARTS, parts
from docqa.text.words import terms

SPLIT_TOKENS = 200  # that the model may write

INSTRUCTIONS = (
    "You prepare searches in a collection of documents. Write the questions that must be looked up one by one to answer"
    f" the user's question: one a line, at most {MOST_PARTS}, each complete by itself, with all names and years it"
    " needs. Do not answer them. If one look-up is enough, write the user's question as it is."
)

_MARK = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):])\s+")


class ModelSplitter:
    """Splits by rules where these suffice, else by asking a model."""

    def __init__(self, model: Generator) -> None:
        self._model = model

    def __call__(self, question: str) -> tuple[str, ...]:
        """A question for each thing that is asked for, in order; empty if it is one thing.

        Raises ModelUnavailable or ModelRefused.
        """
        return parts(question) or listed(self._said(question))

    def _said(self, question: str) -> str:
        messages = [("system", INSTRUCTIONS), ("user", question)]
        pieces = self._model.stream(messages, answer_tokens=SPLIT_TOKENS)
        return "".join(piece for piece in pieces if isinstance(piece, str))


def listed(said: str) -> tuple[str, ...]:
    """The questions of a model's list, each once; empty if it did not write at least two, or too many."""
    lines = (_MARK.sub("", line).strip() for line in said.splitlines())
    found = tuple(dict.fromkeys(line for line in lines if line.endswith("?") and terms(line)))
    return found if 1 < len(found) <= MOST_PARTS else ()
