"""Which documents a question names: by organisation or file name, by year, by kind. Pure; rules, not a language model.

What it says this way only raises pages of documents that fit; no page is lost by it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from docqa import facts
from docqa.question.naming import DOMAIN, NOT_NAMES, TOKEN, joined
from docqa.types import Card, Ranked

FACTS_LIMIT = 50  # documents ranked by what they can be named by
MOST_WORDS = 4  # of a question, that are taken together as one name
UNNAMED_WORD = 0.3  # what a word counts that is in a name, but is not written as one where names are
YEAR, NEXT_YEAR, YEAR_BEFORE = 1.0, 0.5, 0.2  # a report of the next year has the figures, too; that before, plans
WRONG_YEAR, WRONG_KIND = 0.4, 0.1  # what a document that is named loses if it is of another year, or another kind
ONLY_YEAR, ONLY_KIND = 0.15, 0.05  # what a document gets that is not named
ENOUGH = 0.05  # of fit, for a document's pages to be searched apart

_KINDS = frozenset(  # that a question can ask for: what is of another kind fits it less
    ("10-k", "10-q", "8-k", "20-f", "40-f", "annual report", "quarterly report", "earnings release", "press release")
)
_SHORT_YEAR = re.compile(r"\bFY\s?'?(\d\d)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")


class Asked(NamedTuple):
    """What a question says of the documents it means."""

    names: Mapping[str, float]  # forms of a name, with how much each looks like one, 0 to 1
    years: tuple[int, ...]
    kinds: frozenset[str]  # every run of words that might be one


def asked(question: str) -> Asked:
    """The names, years and kinds that a question may mean."""
    words = [_POSSESSIVE.sub("", DOMAIN.sub("", word)) for word in TOKEN.findall(question)]
    names: dict[str, float] = {}
    tells_case = any(word[0].isupper() for word in words[1:])
    for run in _runs(words):
        if run[0].casefold() in NOT_NAMES or run[-1].casefold() in NOT_NAMES:
            continue
        form = joined(run)
        if len(form) > 1 and not form.isdigit():
            names[form] = max(names.get(form, 0.0), _likeness(run, tells_case))
    short = (2000 + int(year) for year in _SHORT_YEAR.findall(question))
    kinds = frozenset(" ".join(run).casefold() for run in _runs(words))
    return Asked(names, tuple(dict.fromkeys((*facts.years(_spaced(question)), *short))), kinds)


def fits(asked: Asked, cards: Mapping[str, Card]) -> dict[str, float]:
    """How well each document fits what a question says of it, 0 to 1; those that hardly do are left out.

    If some are named, the others get nothing for their year or kind.
    """
    likeness = {id: max((asked.names.get(name, 0.0) for name in card.names), default=0.0) for id, card in cards.items()}
    if any(likeness.values()):
        found = {id: likeness[id] * _agreement(asked, card) for id, card in cards.items()}
    else:
        found = {id: ONLY_YEAR * _year(asked, card) + ONLY_KIND * _kind(asked, card) for id, card in cards.items()}
    return {id: fit for id, fit in found.items() if fit > ENOUGH}


def believed(fit: Mapping[str, float], there: Sequence[Ranked], everywhere: Sequence[Ranked]) -> dict[str, float]:
    """How far a name is believed: as far as its document speaks of the question, compared with what does so most.

    Both rankings are of pages by all their words, `there` among the documents that fit. A word that names one document
    may be in the midst of another: of "oxDNA in LAMMPS" the guide to something else in LAMMPS says nothing.
    """
    most = max((page.score for page in everywhere), default=0.0)
    best: dict[str, float] = {}
    for page in there:
        best[page.key.document] = max(best.get(page.key.document, 0.0), page.score)
    return {
        document: share * min(1.0, best.get(document, 0.0) / most) if most else share for document, share in fit.items()
    }


def without_tie(ranked: Sequence[Ranked], *, limit: int = FACTS_LIMIT) -> Sequence[Ranked]:
    """Documents ranked by what they can be named by; of a ranking that is full, not those that score like its last.

    Others may do so that it has no room for: what the question says does not tell them apart.
    """
    if len(ranked) < limit:
        return ranked
    return [each for each in ranked if each.score > ranked[-1].score]


def tokens(card: Card) -> list[str]:
    """What a document is indexed under."""
    said = {"name": card.names, "year": card.years, "kind": card.kinds}
    return [f"{field} {each}" for field, values in said.items() for each in values]


def tokens_asked(asked: Asked) -> dict[str, float]:
    """What a question is looked up by, with how much each counts: names first, then years, then kinds."""
    kinds = {f"kind {kind}": WRONG_KIND for kind in asked.kinds}
    near = {f"year {year + 1}": WRONG_YEAR * NEXT_YEAR for year in asked.years}
    years = {f"year {year}": WRONG_YEAR for year in asked.years}
    return kinds | near | years | {f"name {name}": likeness for name, likeness in asked.names.items()}


def _agreement(asked: Asked, card: Card) -> float:
    """1 if year and kind are those asked for, or none was; less if they are others."""
    wrong_year = WRONG_YEAR * (1 - _year(asked, card)) if asked.years and card.years else 0.0
    kinds_said = asked.kinds & _KINDS
    wrong_kind = WRONG_KIND * (1 - _kind(asked, card)) if kinds_said and card.kinds else 0.0
    return 1 - wrong_year - wrong_kind


def _year(asked: Asked, card: Card) -> float:
    worth = {0: YEAR, 1: NEXT_YEAR, -1: YEAR_BEFORE}
    own = card.years[:1]  # what it is of; further ones only stand in its title or its name
    near = [worth.get(year - said, 0.0) for year in own for said in asked.years]
    return max([YEAR * bool(set(asked.years) & set(card.years)), *near])


def _kind(asked: Asked, card: Card) -> float:
    return float(not asked.kinds.isdisjoint(card.kinds))


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(len(words)):
        for length in range(1, min(MOST_WORDS, len(words) - start) + 1):
            yield words[start : start + length]


def _likeness(run: Sequence[str], tells_case: bool) -> float:
    """How much some words of a question look like a name."""
    if all(word[0].isupper() or any(map(str.isdigit, word)) for word in run):
        return 1.0
    return UNNAMED_WORD if tells_case and len(run) == 1 else 2 * UNNAMED_WORD


def _spaced(text: str) -> str:
    """FY2018 as FY 2018."""
    return re.sub(r"(?<=[A-Za-z])(?=(?:19|20)\d\d(?!\d))", " ", text)
