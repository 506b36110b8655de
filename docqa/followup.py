"""What a question means after the ones before it. Pure; rules, not a language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.words import terms

FEW_TERMS = 2  # a question with no more of them may lean on the one before
SHORT_TERMS = 4  # in a longer question a pronoun more often stands for something in it

_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_OPENING = re.compile(r"^\W*(?:and|but|or|also|then|so|what about|how about)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers)\b", re.IGNORECASE)
_POINTER = re.compile(
    r"\b(?:this|that|these|those)(?=\W*$)|\b(?:the same|the former|the latter|the other(?: one)?s?)\b"
    r"|\b(?:this|that|these|those|the same) (?:year|period|quarter|figure|amount|number|company|document|report|page"
    r"|table|section|change|increase|decrease|one|case|time)s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a question may be understood."""

    question: str  # by itself, with what it takes from the ones before
    certain: bool  # whether it does lean on them; if not, it may as well mean just what it says


def meaning(question: str, before: Sequence[str]) -> Meaning:
    """The question with what it leans on from the ones before, oldest first.

    "And in 2021?" after "What was revenue in 2022?" means "What was revenue in 2021?". What points back ("it", "that
    year", "and ...") certainly leans; what is only short may.
    """
    meant, certain = "", True
    for each in (*before, question):
        leans, certain = _leans(each) if meant else (False, True)
        meant = _together(meant, each) if leans else each
    return Meaning(meant, certain)


def _leans(question: str) -> tuple[bool, bool]:
    """Whether a question leans on the one before, and whether that is certain."""
    own = terms(_YEAR.sub("", question))
    if _OPENING.match(question) or _POINTER.search(question) or not own:
        return True, True
    if _PRONOUN.search(question):
        return True, len(own) <= SHORT_TERMS
    return len(own) <= FEW_TERMS, len(own) > FEW_TERMS


def _together(before: str, question: str) -> str:
    """The question before with what the new one changes: other years take the place of its years."""
    years = _YEAR.findall(question)
    if years and not terms(_YEAR.sub("", question)):
        changed = iter(years)
        renewed = _YEAR.sub(lambda _: next(changed, ""), before)
        left = list(changed)
        return " ".join(" ".join([renewed, *left]).split())
    kept = _YEAR.sub("", before) if years else before
    return " ".join(f"{kept} {question}".split())
