"""What a question means after the ones before it. Pure; rules, not a language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.question.grammar import ENGLISH_GRAMMAR, any_of, grammars
from docqa.text.scripts import SPACELESS
from docqa.text.words import STEM, stems, terms
from docqa.types import PageHit

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
    year", "and ...") certainly leans; what is only short may. Of the questions before, what is short but whole ("What
    is the fee?") is taken for a new subject.
    """
    meant = ""
    for each in before:
        leans, certain = _leans(each, meant) if meant else (False, True)
        meant = _together(meant, each) if leans and (certain or not beginning(each, meant)) else each
    leans, certain = _leans(question, meant) if meant else (False, True)
    return Meaning(_together(meant, question) if leans else question, certain)


def goes_on(question: str, leaning: PageHit, alone: PageHit, *, beside: str) -> bool:
    """Whether a question leans on others, by the best page for what it means then and the best for it alone.

    The first must hold more than half of its own words, and no fewer than the second: a page of what was asked before
    may well have one of two. What stands beside the question may tell its language.
    """
    own = {word[:STEM] for word in own_words(question, beside)}
    there, here = (len(own & _stems_of(page)) for page in (leaning, alone))
    return 2 * there > len(own) and there >= here


def _stems_of(page: PageHit) -> set[str]:
    texts = (text for passage in page.passages for text in (*passage.headings, passage.lead, passage.text))
    return stems(" ".join(texts))


def beginning(text: str, beside: str = "") -> int:
    """How far the words go with which a text begins to ask, if it is a question with a verb; else 0."""
    asking = [each.asking for each in grammars(text, beside)]
    begins = (each.clause.match(text) or (each.verb.search(text) and each.naming.match(text)) for each in asking)
    return next((begin.end() for begin in begins if begin), 0)


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
