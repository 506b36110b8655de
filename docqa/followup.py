"""What a question means after the ones before it. Pure; rules, not a language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.grammar import ENGLISH_GRAMMAR, any_of, grammars
from docqa.scripts import SPACELESS
from docqa.words import terms

FEW_TERMS = 2  # a question with no more of them may lean on the one before
SHORT_TERMS = 4  # in a longer question a pronoun more often stands for something in it

# A year may touch what is written without spaces: 2021年.
_YEAR = re.compile(rf"(?:\b|(?<=[{SPACELESS}]))(?:19|20)\d{{2}}(?:\b|(?=[{SPACELESS}]))")
_PARTICLES = re.compile("那么|那麼|[那呢的年是]")


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
        leans, certain = _leans(each, meant) if meant else (False, True)
        meant = _together(meant, each) if leans else each
    return Meaning(meant, certain)


def _leans(question: str, before: str) -> tuple[bool, bool]:
    """Whether a question leans on the one before, and whether that is certain."""
    own = _own(question, before)
    known = grammars(question, before)
    if any_of((each.opening for each in known), question) or any_of((each.pointer for each in known), question):
        return True, True
    if not own:
        return True, True
    if any_of((each.pronoun for each in known), question):
        return True, len(own) <= SHORT_TERMS
    return len(own) <= FEW_TERMS, len(own) > FEW_TERMS


def own_words(question: str, beside: str = "") -> set[str]:
    """The words that tell what a question asks about; what stands beside it may tell its language."""
    return _own(question, beside) - ENGLISH_GRAMMAR.function_words


def _own(question: str, before: str) -> set[str]:
    """The words of a question that say something, besides years."""
    known = grammars(question, before)
    for pattern in (_YEAR, *(each.asking.words for each in known), _PARTICLES):
        question = pattern.sub(" ", question)
    words = terms(question)
    function_words = [each.function_words for each in known if each is not ENGLISH_GRAMMAR]
    return words.difference(*function_words)


def _together(before: str, question: str) -> str:
    """The question before with what the new one changes: other years take the place of its years."""
    years = _YEAR.findall(question)
    if years and not _own(question, before):
        changed = iter(years)
        renewed = _YEAR.sub(lambda _: next(changed, ""), before)
        left = list(changed)
        return " ".join(" ".join([renewed, *left]).split())
    kept = _YEAR.sub("", before) if years else before
    return " ".join(f"{kept} {question}".split())
