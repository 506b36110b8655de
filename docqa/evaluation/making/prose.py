"""Questions for the numbers, dates and names of a page's sentences. Pure."""

import re
from collections.abc import Iterator, Mapping
from random import Random

from docqa.evaluation.making.candidates import Candidate
from docqa.evaluation.making.wording import reworded, uncapitalised
from docqa.text.sentences import sentences
from docqa.text.words import STEM, stems, terms
from docqa.types import Page

FEWEST_WORDS, MOST_WORDS = 8, 45  # of a sentence
MOST_CAPITALS = 0.4  # share of its words that begin with one: with more it is a list of names, or a title
FEWEST_BEFORE, MOST_BEFORE, MOST_AFTER = 3, 14, 8  # words of it around the answer, in a question in its own order
IN_ITS_ORDER = 0.7  # share of the questions that keep it, where that can be done
FEWEST_KEYS, MOST_KEYS = 3, 7  # words of it in a question of keywords; stems in any question

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NAME = r"[A-Z][a-zé’'-]*[a-zé]"
# What a sentence may be asked for; the first that fits takes its words from those after it. Names are asked for where
# there is nothing else.
_ANSWERS = {
    "date": re.compile(rf"\b(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}),?\s+(?:19|20)\d\d\b"),
    "amount": re.compile(r"[$€£]\s?\d+(?:,\d{3})*(?:\.\d+)?(?:\s+(?:thousand|million|billion|trillion)\b)?"),
    "percentage": re.compile(r"\b\d+(?:,\d{3})*(?:\.\d+)?\s?(?:%|percent\b|per\s+cent\b)"),
    "year": re.compile(r"(?<=[a-z]\s)(?:19|20)\d\d\b(?![-–/])"),
    "number": re.compile(r"(?<=[a-z]\s)\d+(?:,\d{3})*(?:\.\d+)?(?=\s[a-z]{3,})"),
    "name": re.compile(rf"(?<=[a-z] ){_NAME}(?: {_NAME}){{1,3}}(?=[.,;)]|\s[a-z])"),
}
# What stands in the answer's place, and what asks for it in front of keywords.
_ASKED = {
    "date": ("which date", "which date is given for"),
    "amount": ("how much", "what amount is given for"),
    "percentage": ("what percentage", "what percentage is given for"),
    "year": ("which year", "which year is given for"),
    "number": ("how many", "what number is given for"),
    "name": ("who or what", "which name goes with"),
}
_LEANING = re.compile(r"(?:It|Its|This|These|Those|That|They|Their|He|She|His|Her|Such|However|But|And|Thus|We|Our)\b")
_REFERENCE = re.compile(r"\b(?:doi|arXiv|Proceedings|https?|www)\b|\bpp?\. ?\d")
_NUMBERED = re.compile(r"\b(?:fig(?:ure)?|table|section|note|item|page|chapter|step|part|exhibit|rule|no)\.?\s*$", re.I)
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_CLAUSE_END = re.compile(r"[,;:—–()]\s|[,;:.!]$")
_WORD = re.compile(r"[^\W_][\w’'.,&/-]*[^\W_]|[^\W_]")
_LOOSE_END = re.compile(
    r"(?:\s+(?:a|an|the|of|in|on|at|to|for|by|with|from|and|or|as|than|that|which|who|is|are))+\s*$"
)


def candidates(page: Page, rarity: Mapping[str, int], random: Random) -> Iterator[Candidate]:
    """A question for one number, date or name of each sentence that can stand alone and has one of its kind.

    Most keep the sentence's order, with the answer asked for in its place; the others are made of its rarer words.
    `rarity`: on how many pages of the document each stem stands.
    """
    for sentence in sentences(page.text):
        text = page.text[sentence.start : sentence.end]
        if sentence.row or not _stands_alone(text):
            continue
        answers = _answers(text)
        if not answers:
            continue
        kind = random.choice([kind for kind in answers if kind != "name"] or ["name"])
        found = answers[kind]
        before, after = _plain(text[: found.start()]), _plain(text[found.end() :])
        in_place, in_front = _ASKED[kind]
        about = _clause(before, after) if random.random() < IN_ITS_ORDER else None
        if about is not None:
            asks = f"{reworded(uncapitalised(about[0]), random)} {in_place} {reworded(about[1], random)}"
        else:
            words = _telling(f"{before} {after}", rarity, random)
            about = " ".join(words), ""
            asks = f"{in_front} {reworded(uncapitalised(about[0]), random)}"
        keys = frozenset(stems(" ".join(about)))
        if len(keys) >= FEWEST_KEYS:
            yield Candidate(
                kind="sentence",
                page=page.number,
                asks=" ".join(asks.split()),
                answer=" ".join(found.group().split()),
                keys=keys,
                context=frozenset(),
                boxes=page.boxes(sentence.start + found.start(), sentence.start + found.end()),
            )


def _stands_alone(text: str) -> bool:
    """Whether it is a whole sentence that does not lean on the one before, and no reference."""
    capitals = sum(word[0].isupper() for word in text.split())
    letters = sum(character.isalpha() or character.isspace() for character in text)
    return (
        FEWEST_WORDS <= len(text.split()) <= MOST_WORDS
        and text[0].isupper()
        and text[-1] in ".!"
        and letters >= 0.75 * len(text)
        and capitals <= MOST_CAPITALS * len(text.split())
        and not _LEANING.match(text)
        and not _REFERENCE.search(text)
    )


def _answers(text: str) -> dict[str, re.Match[str]]:
    """What the sentence holds exactly one of, by kind: with two numbers it is not clear which is asked for."""
    found = {}
    for kind, pattern in _ANSWERS.items():
        matches = list(pattern.finditer(text))
        if len(matches) == 1 and not _NUMBERED.search(text, 0, matches[0].start()):
            found[kind] = matches[0]
        for match in matches:  # as many letters, so that the places stay the same
            text = text[: match.start()] + "\x00" * len(match.group()) + text[match.end() :]
    return found


def _plain(text: str) -> str:
    """Without what the layout and the author put between the words."""
    return " ".join(_ASIDE.sub("", _BROKEN_WORD.sub("", text)).split())


def _clause(before: str, after: str) -> tuple[str, str] | None:
    """What stands around the answer in its clause; None if too little stands before it, or too much."""
    starts = [found.end() for found in _CLAUSE_END.finditer(before)]
    for start in (*reversed(starts), 0):
        words = before[start:].split()
        if FEWEST_BEFORE <= len(words) <= MOST_BEFORE:
            end = _CLAUSE_END.search(after)
            rest = (after[: end.start()] if end else after).split()[:MOST_AFTER]
            return " ".join(words), _LOOSE_END.sub("", " " + " ".join(rest)).strip()
    return None


def _telling(text: str, rarity: Mapping[str, int], random: Random) -> list[str]:
    """The rarer words of a text, in its order, some of them left out by chance."""
    telling = list(dict.fromkeys(word for word in _WORD.findall(text) if terms(word)))
    rarest = sorted(telling, key=lambda word: rarity.get(_stem(word), 0))[: max(FEWEST_KEYS, 2 * len(telling) // 3)]
    kept = random.sample(rarest, min(len(rarest), random.randint(FEWEST_KEYS + 1, MOST_KEYS)))
    return [word for word in telling if word in kept]


def _stem(word: str) -> str:
    return min(terms(word), default="")[:STEM]
