"""Draw the questions of one document. Pure."""

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from docqa.evaluation.making import cells, prose, sections, swapping, telling
from docqa.evaluation.making.candidates import Candidate, Kind
from docqa.evaluation.making.telling import PageWords
from docqa.types import Page

# Whose turn it is to be tried: rows of tables are often alike, so most of them are tried in vain.
TURNS: tuple[Kind, ...] = ("table", "sentence", "table", "table", "heading", "table")
SWAPPED = 1 / 3  # of the near misses
MOST_HIDDEN = 1 / 3  # of a document's pages: with fewer left it is not the same document any more
FEWEST_PAGES = 4  # of a document, for near misses by hiding
MOST_HEADINGS = 1 / 3  # of a document's questions: they have no answer to check
TRIED = 40  # candidates for each question that is wanted

Made = Literal["heading", "table", "sentence", "hidden page", "year", "name"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of one document."""

    made: Made
    candidate: Candidate
    pages: tuple[int, ...]  # that tell the answer; none if it is a near miss
    hidden: tuple[int, ...]  # pages that are to be left out of the search
    mark: str  # words without which another document does not answer it: the answer, or what was swapped in


@dataclass(frozen=True, slots=True)
class Draw:
    """What became of one document."""

    questions: list[Drawn]
    swappable: list[Candidate]  # more questions that its pages answer, to swap something in
    years: set[int]
    names: set[str]
    stems: frozenset[str]
    skipped: Counter[str]  # reason to number of candidates


def draw(pages: Sequence[Page], *, wanted: int, near_misses: int, random: Random) -> Draw:
    """Draw questions with an answer and, for most of the near misses, questions whose pages are hidden.

    Kinds take turns, and pages come in random order, each once before any comes twice.
    """
    read = [telling.read(page) for page in pages]
    hide = near_misses - int(SWAPPED * near_misses) if len(pages) >= FEWEST_PAGES else 0
    quota = {"heading": math.ceil(MOST_HEADINGS * wanted), "answer": wanted, "hidden page": hide}
    questions: list[Drawn] = []
    swappable: list[Candidate] = []
    skipped: Counter[str] = Counter()
    for candidate in _candidates(read, random, most=TRIED * (wanted + near_misses)):
        is_heading = candidate.kind == "heading"
        if quota["answer"] <= 0 and (is_heading or quota["hidden page"] <= 0):
            swappable.append(candidate)
            continue
        outcome = telling.telling(candidate, read)
        if isinstance(outcome, str):
            skipped[outcome] += 1
            swappable.append(candidate)
        elif not is_heading and random.random() * (quota["answer"] + quota["hidden page"]) < quota["hidden page"]:
            hidden = _covered(candidate, outcome, read)
            if len(hidden) <= max(1, MOST_HIDDEN * len(read)):
                questions.append(Drawn("hidden page", candidate, (), hidden, candidate.answer))
                quota["hidden page"] -= 1
            else:
                skipped["too many pages may tell the answer to hide them"] += 1
        elif quota["answer"] > 0 and (not is_heading or quota["heading"] > 0):
            questions.append(Drawn(candidate.kind, candidate, outcome, (), candidate.answer))
            quota["answer"] -= 1
            quota["heading"] -= is_heading
        else:
            swappable.append(candidate)
    words = frozenset[str]().union(*(page.stems for page in read))
    text = "\n".join(page.text for page in pages)
    return Draw(questions, swappable, swapping.years(text), swapping.names(text), words, skipped)


def swapped(draw: Draw, names: Iterable[str], *, wanted: int, random: Random) -> list[Drawn]:
    """Near misses of a document by another year or another name in turn, as far as there are any.

    `names`: of other documents.
    """
    foreign = swapping.foreign_names(names, draw.stems)
    by_way: dict[Made, Iterator[Drawn]] = {
        "year": _swaps(draw, "year", lambda asks: swapping.other_year(asks, draw.years, random)),
        "name": _swaps(draw, "name", lambda asks: swapping.other_name(asks, foreign, random)),
    }
    found: list[Drawn] = []
    while by_way and len(found) < wanted:
        for way in list(by_way)[: wanted - len(found)]:
            each = next(by_way[way], None)
            if each is None:
                del by_way[way]
            else:
                found.append(each)
    return found


def _swaps(draw: Draw, made: Made, swap: Callable[[str], tuple[str, str] | None]) -> Iterator[Drawn]:
    kinds = ("sentence",) if made == "name" else ("sentence", "table")  # a row's capitals are no name
    for candidate in draw.swappable:
        if candidate.kind in kinds and (new := swap(candidate.asks)) is not None:
            asks, mark = new
            yield Drawn(made, replace(candidate, asks=asks, answer="", boxes=()), (), (), mark)


def _candidates(read: Sequence[PageWords], random: Random, *, most: int) -> Iterator[Candidate]:
    """Questions of all kinds in turn, none twice."""
    rarity = telling.rarity(read)
    waiting = {kind: deque(_of_kind(read, kind, rarity, random)) for kind in sorted(set(TURNS))}
    asked: set[str] = set()
    while any(waiting.values()):
        for kind in TURNS:
            candidate = waiting[kind].popleft() if waiting[kind] else None
            if candidate is not None and candidate.asks not in asked and len(asked) < most:
                asked.add(candidate.asks)
                yield candidate


def _of_kind(read: Sequence[PageWords], kind: Kind, rarity: Mapping[str, int], random: Random) -> Iterator[Candidate]:
    by_page = []
    for words in random.sample(read, len(read)):
        page = words.page
        if not words.places:
            continue
        if kind == "heading":
            found = list(sections.candidates(page, random))
        else:
            found = list((prose if kind == "sentence" else cells).candidates(page, rarity, random))
        random.shuffle(found)
        by_page.append(found)
    depth = max(map(len, by_page), default=0)
    return (found[place] for place in range(depth) for found in by_page if place < len(found))


def _covered(candidate: Candidate, places: Sequence[int], read: Sequence[PageWords]) -> tuple[int, ...]:
    """The pages to hide so that none is left that may tell the answer."""
    also = (words.page.number for words in read if telling.may_tell(candidate, words))
    return tuple(sorted({*places, *also}))
