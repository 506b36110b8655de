"""The parts of a question that asks for several things. Pure; rules, not a language model."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from docqa.question import followup
from docqa.question.grammar import COMMAS, Grammar, any_of, grammars
from docqa.text.words import terms

MOST_PARTS = 6  # a longer list is searched as one question
QUESTION_MARKS = ("?", "？", "؟")
ITEM_WORDS = 6  # at most, of an item of a list
OWN_WORDS = 2  # at least, of a question before "and": what follows that may belong to a shorter one, too
PAUSES = ",;，；"

_WORD = re.compile(r"""["“][^"”]+["”]|\d[\d.,]*\d|[^\s,;:?!()\[\]"“”]+|[,;:?!()\[\]]""")
_SENTENCE_END = re.compile(r"(?<=[?!.])\s+(?=[^\W\da-z_]|[\"“„«¿])|(?<=[？！。؟])\s*")
_NOT_IN_ITEMS = frozenset(":?!()[]")
# 比较A和B的..., 2019年、2020年和2021年: where no spaces are put between words, what stands around a list must tell it.
_CHINESE_JOINT = "[、，和与與跟及]"
_CHINESE_PAIR = re.compile(
    r"(?P<before>(?:比[较較]|[对對]比)(?:一下)?)(?P<first>[^、，和与與跟及的]{1,20})(?:和|与|與|跟|及|、)"
    r"(?P<last>[^、，和与與跟及的]{1,20}?)(?P<after>的|在|(?:19|20)\d{2}年)"
)
_CHINESE_YEARS = re.compile(rf"(?:19|20)\d{{2}}年?(?:{_CHINESE_JOINT}(?:19|20)\d{{2}}年?)+(?<=年)")

_ELIDED = ("d'", "d’", "l'", "l’")  # before a French name

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
    sentences = [each for each in _SENTENCE_END.split(text.strip()) if each.endswith(QUESTION_MARKS) and terms(each)]
    asked = [question for sentence in sentences for question in _joined_questions(sentence)]
    meant = [followup.meaning(each, asked[:place]) for place, each in enumerate(asked)]
    return tuple(meaning.question if meaning.certain else each for meaning, each in zip(meant, asked, strict=True))


def _joined_questions(sentence: str) -> list[str]:
    """The questions that a sentence joins: "When did it open, and who owns it?"; mostly the one that it is."""
    known = grammars(sentence)
    found, start = [], 0
    for joint in sorted(
        (joint for each in known for joint in each.asking.joint.finditer(sentence)), key=re.Match.start
    ):
        first, second = sentence[start : joint.start()], sentence[joint.end() :]
        least = 1 if joint[0].lstrip()[0] in PAUSES else OWN_WORDS
        if _asks(first, sentence, least=least) and _asks(second, sentence, others_follow=True):
            found.append(_as_question(first, sentence))
            start = joint.end()
    return [*found, _as_question(sentence[start:], sentence)] if found else [sentence]


def _asks(text: str, sentence: str, *, least: int = 1, others_follow: bool = False) -> bool:
    """Whether a part of a sentence is a question with words of its own; unless others follow, with none within it."""
    begin = followup.beginning(text, sentence)
    if not begin or len(followup.own_words(text, sentence)) < least:
        return False
    asking = [each.asking for each in grammars(text, sentence)]
    within = (pattern for each in asking for pattern in (each.words, each.inner))
    return others_follow or not any_of(within, text[begin:])


def _as_question(text: str, sentence: str) -> str:
    """A part of a sentence, written like the whole."""
    begin = "¿" if sentence.startswith("¿") else ""
    end = sentence[len(sentence[:-1].rstrip()) :]
    bare = text.removeprefix("¿").removesuffix(end)
    return begin + bare[:1].upper() + bare[1:] + end


def _lists(question: str) -> Iterator[tuple[str, ...]]:
    """For every list in a question, the question with one item after another in its place."""
    yield from _chinese_lists(question)
    known = grammars(question)
    compares = any_of((each.compares for each in known), question)
    joints = _all(each.joints | each.comparing_joints if compares else each.joints for each in known)
    contrasts = _all(each.contrasts for each in known)
    kinds = [_is_number, _is_name, _is_quoted]
    if not compares and not all(each.capitals_are_names for each in known):
        kinds.remove(_is_name)
    words = list(_WORD.finditer(question))
    place = 0
    while place < len(words):
        items, joined, place = _run(words, place, joints, known)
        before = question[: words[items[0][0]].start()] if items else ""
        is_paired = any_of((each.pairing for each in known), before)
        is_generic = (len(items) > 2 or not contrasts.isdisjoint(joined) or is_paired) and not _binds(
            question[words[items[-1][1] - 1].end() :] if items else "", known
        )
        spans = next(filter(None, (_alike(words, items, kind) for kind in kinds)), None)
        if spans is None and is_generic and len(items) > 1:
            spans = [_shortened(items), *items[1:]]
        before = question[: words[spans[0][0]].start()] if spans else ""
        if spans is not None and joined - COMMAS and not any_of((each.pages for each in known), before):
            yield tuple(_with_only(question, words, spans, each, known) for each in spans)


def _binds(after: str, known: Sequence[Grammar]) -> bool:
    """Whether what follows a list may belong to its last item alone: "flujo de caja"."""
    return any(each.binding.match(after) for each in known)


def _all(words: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*words)


def _chinese_lists(question: str) -> Iterator[tuple[str, ...]]:
    if years := _CHINESE_YEARS.search(question):
        each_year = re.findall(r"\d{4}", years[0])
        yield tuple(f"{question[: years.start()]}{year}年{question[years.end() :]}" for year in each_year)
    if pair := _CHINESE_PAIR.search(question):
        rest = question[pair.start("after") :]
        yield tuple(f"{question[: pair.start('first')]}{pair[item]}{rest}" for item in ("first", "last"))


def _run(
    words: Sequence[re.Match[str]], place: int, joints: frozenset[str], known: Sequence[Grammar]
) -> tuple[list[Span], set[str], int]:
    """The items of the list that begins at a word (ranges of words), what joins them, and the word to go on from."""
    items: list[Span] = []
    joined: set[str] = set()
    articles = _all(each.articles for each in known)
    outside = _NOT_IN_ITEMS | _all(each.joints | each.comparing_joints | each.function_words for each in known)
    while True:
        end = place
        while end < len(words) and end - place < ITEM_WORDS and _bare(words[end][0]) not in outside:
            end += 1
        if end == place:
            return items, joined, place + 1
        items.append((place, end))
        place = end
        while place < len(words) and words[place][0].casefold() in joints:
            joined.add(words[place][0].casefold())
            place += 1
            while place < len(words) and words[place][0].casefold() in articles:
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


def _bare(word: str) -> str:
    return word.casefold().lstrip("¿¡")


def _is_number(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _is_name(word: str) -> bool:
    return (word[2:] if word[:2] in _ELIDED else word)[:1].isupper()


def _is_quoted(word: str) -> bool:
    return word[0] in '"“'


def _with_only(
    question: str, words: Sequence[re.Match[str]], items: Sequence[Span], item: Span, known: Sequence[Grammar]
) -> str:
    before = question[: words[items[0][0]].start()]
    for each in known:
        before = each.pairing.sub("", before)
    after = question[words[items[-1][1] - 1].end() :]
    return " ".join((before + question[words[item[0]].start() : words[item[1] - 1].end()] + after).split())
