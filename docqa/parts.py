"""The parts of a question that asks for several things. Pure; rules, not a language model."""

import re
from collections.abc import Callable, Iterator, Sequence

from docqa import followup
from docqa.words import terms

MOST_PARTS = 6  # a longer list is searched as one question
QUESTION_MARKS = ("?", "？", "؟")
ITEM_WORDS = 6  # at most, of an item of a list

_WORD = re.compile(r"""["“][^"”]+["”]|\d[\d.,]*\d|[^\s,;:?!()\[\]"“”]+|[,;:?!()\[\]]""")
_SENTENCE_END = re.compile(r"(?<=[?!.])\s+(?=[^\W\da-z_]|[\"“„«¿])|(?<=[？！。؟])\s*")
_COMPARES = re.compile(r"\bcompar", re.IGNORECASE)
_PAIRING = re.compile(r"\b(?:both|between)\s+$", re.IGNORECASE)
_PAGES = re.compile(r"\b(?:pages?|pp?\.)\s*$", re.IGNORECASE)  # these are found by their numbers

_JOINTS = frozenset([",", ";", "and", "or", "vs", "vs.", "versus"])
_COMPARING_JOINTS = _JOINTS | {"to", "with"}
_CONTRASTS = frozenset(["or", "vs", "vs.", "versus"])
_COMMAS = frozenset([",", ";"])
_ARTICLES = frozenset(["a", "an", "the"])
_NOT_IN_ITEMS = _COMPARING_JOINTS | frozenset(
    "a an the this that these those of in on at by for from into over under during as than per about what which who"
    " whom whose when where why how is are was were be been being do does did has have had can could will would shall"
    " should may might must not no it its their his her our your give list name find show tell me us respectively each"
    " among according if then there between both compare comparing compared comparison : ? ! ( ) [ ]".split()
)

Span = tuple[int, int]


def parts(question: str) -> tuple[str, ...]:
    """A question for each thing that is asked for, in order; empty if it is one thing.

    "Compare the revenue of Acme and Beta in 2021" asks for the revenue of Acme in 2021 and for that of Beta. A list of
    two counts if its items are names, numbers or quoted, or if they are set against each other ("or", "versus",
    "between"): "research and development" is one thing.
    """
    asked = _questions(question)
    if len(asked) < 2:
        asked = next(_lists(question), ())
    return asked if 1 < len(asked) <= MOST_PARTS else ()


def _questions(text: str) -> tuple[str, ...]:
    """Each question of a text, with what it takes from those before."""
    asked = [each for each in _SENTENCE_END.split(text.strip()) if each.endswith(QUESTION_MARKS) and terms(each)]
    meant = [followup.meaning(each, asked[:place]) for place, each in enumerate(asked)]
    return tuple(meaning.question if meaning.certain else each for meaning, each in zip(meant, asked, strict=True))


def _lists(question: str) -> Iterator[tuple[str, ...]]:
    """For every list in a question, the question with one item after another in its place."""
    joints = _COMPARING_JOINTS if _COMPARES.search(question) else _JOINTS
    words = list(_WORD.finditer(question))
    place = 0
    while place < len(words):
        items, joined, place = _run(words, place, joints)
        before = question[: words[items[0][0]].start()] if items else ""
        is_generic = len(items) > 2 or not _CONTRASTS.isdisjoint(joined) or bool(_PAIRING.search(before))
        spans = next(filter(None, (_alike(words, items, kind) for kind in (_is_number, _is_name, _is_quoted))), None)
        if spans is None and is_generic and len(items) > 1:
            spans = [_shortened(items), *items[1:]]
        before = question[: words[spans[0][0]].start()] if spans else ""
        if spans is not None and joined - _COMMAS and not _PAGES.search(before):
            yield tuple(_with_only(question, words, spans, each) for each in spans)


def _run(words: Sequence[re.Match[str]], place: int, joints: frozenset[str]) -> tuple[list[Span], set[str], int]:
    """The items of the list that begins at a word (ranges of words), what joins them, and the word to go on from."""
    items: list[Span] = []
    joined: set[str] = set()
    while True:
        end = place
        while end < len(words) and end - place < ITEM_WORDS and words[end][0].casefold() not in _NOT_IN_ITEMS:
            end += 1
        if end == place:
            return items, joined, place + 1
        items.append((place, end))
        place = end
        while place < len(words) and words[place][0].casefold() in joints:
            joined.add(words[place][0].casefold())
            place += 1
            if place < len(words) and words[place][0].casefold() in _ARTICLES:
                place += 1
        if place == end:
            return items, joined, place


def _alike(words: Sequence[re.Match[str]], items: Sequence[Span], kind: Callable[[str], bool]) -> list[Span] | None:
    """The items if they are of one kind, the first and the last without the other words beside them."""
    if len(items) < 2:
        return None
    (first, first_end), (last, last_end) = items[0], items[-1]
    start, stop = first_end, last
    while start > first and kind(words[start - 1][0]):
        start -= 1
    while stop < last_end and kind(words[stop][0]):
        stop += 1
    middle = [kind(words[place][0]) for begin, end in items[1:-1] for place in range(begin, end)]
    return (
        [(start, first_end), *items[1:-1], (last, stop)] if start < first_end and stop > last and all(middle) else None
    )


def _shortened(items: Sequence[Span]) -> Span:
    """The first item without the words before it: no longer than the longest of the others."""
    start, end = items[0]
    return max(start, end - max(stop - begin for begin, stop in items[1:])), end


def _is_number(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _is_name(word: str) -> bool:
    return word[0].isupper()


def _is_quoted(word: str) -> bool:
    return word[0] in '"“'


def _with_only(question: str, words: Sequence[re.Match[str]], items: Sequence[Span], item: Span) -> str:
    before = _PAIRING.sub("", question[: words[items[0][0]].start()])
    after = question[words[items[-1][1] - 1].end() :]
    return " ".join((before + question[words[item[0]].start() : words[item[1] - 1].end()] + after).split())
