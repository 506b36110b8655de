"""A question that a page may be asked, and what it takes to see whether other pages answer it, too."""

from dataclasses import dataclass
from typing import Literal

from docqa.types import Box

Kind = Literal["heading", "table", "sentence"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question before it is known whether its page alone answers it."""

    kind: Kind
    page: int  # 1-based
    asks: str  # the question in lower case and without its mark, to be put after "According to the report,"
    answer: str  # words of the page; empty if the whole section is meant
    keys: frozenset[str]  # stems of what it is about: a page that lacks most of them does not answer it
    context: frozenset[str]  # stems that tell which of several alike is meant: the head of a column
    boxes: tuple[Box, ...]  # of the answer
