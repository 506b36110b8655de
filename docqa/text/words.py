"""The words of a text that carry its meaning. Pure."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache

from docqa.text.hyphens import with_whole_words
from docqa.text.scripts import SPACELESS, folded, pairs

_WORD = re.compile(
    rf"[{SPACELESS}]{{1,2}}|[^\s{SPACELESS}]+"
)  # two characters of a script without spaces are about one
_TERM = re.compile(
    rf"\d[\d.,]*\d|\d|(?P<run>[{SPACELESS}]+)|(?P<short>[\u0590-\u08ff\u0900-\u0dff]{{2,}})"
    rf"|(?:(?![{SPACELESS}])[^\W\d_]){{3,}}"
)
_SPACELESS = re.compile(f"[{SPACELESS}]")
STEM = 6  # letters by which forms of one word are taken for the same
REPEATED = 0.3

_MONTHS = frozenset(
    "january february march april june july august september sept october november december"
    " januar februar juni juli oktober dezember".split()
)
_DAY = re.compile(r"0\d")

_STOP_WORDS = frozenset(
    "the and for are was were has have had that this these those with from which who whom its their they she him her"
    " you your our not but can will would about into than then there here when what where been being also such more"
    " most only over under per does did".split()
)


def terms(text: str) -> set[str]:
    """Numbers, without their commas, and words of three letters or more, without those that every text has.

    Where no spaces are put between words, each two neighbours count as one; where few vowels are written, two letters
    are enough. Words that line ends break are there in one piece, too. Days and months are those of a date in figures
    and abbreviations: "06 February" is "6 feb".
    """
    found: set[str] = set()
    for term in _TERM.finditer(folded(with_whole_words(text))):
        found.update(pairs(term["run"]) if term["run"] else [_alike(term[0].casefold().replace(",", "").rstrip("."))])
    return found - _STOP_WORDS


def _alike(term: str) -> str:
    """A month by its first three letters, a day without the nought before it."""
    if term in _MONTHS:
        return term[:3]
    return term[1:] if _DAY.fullmatch(term) else term


def stems(text: str) -> set[str]:
    """The same, cut so that forms of one word are alike."""
    return {term[:STEM] for term in terms(text)}


def count(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def rarity(asked: Set[str], texts: Sequence[Set[str]]) -> dict[str, float]:
    """What each stem that is asked for is worth among texts, given as their stems: the fewer have it, the more."""
    having = Counter(stem for text in texts for stem in text & asked)
    return {stem: math.log(1 + len(texts) / number) for stem, number in having.items()}


def closest_part(text: str, worth: Mapping[str, float], *, words: int) -> str:
    """So many words of a text, those in a row whose stems are worth most; the first of several alike.

    Each time that a stem comes again counts REPEATED of its worth, up to three times.
    """
    spans = [match.span() for match in _WORD.finditer(text)]
    if len(spans) <= words:
        return text
    held = [_stems_of_word(_with_next(text, start, end)) & worth.keys() for start, end in spans]
    counts = Counter(stem for each in held[:words] for stem in each)
    first, best = 0, _worth(counts, worth)
    for place in range(1, len(spans) - words + 1):
        counts.subtract(held[place - 1])
        counts.update(held[place + words - 1])
        if (here := _worth(counts, worth)) > best + 1e-9:
            first, best = place, here
    return text[spans[first][0] : spans[first + words - 1][1]]


@lru_cache(maxsize=1 << 14)
def _stems_of_word(word: str) -> frozenset[str]:
    return frozenset(stems(word))


def _worth(counts: Mapping[str, int], worth: Mapping[str, float]) -> float:
    return sum(worth[stem] * (1 + REPEATED * min(number - 1, 3)) for stem, number in counts.items() if number)


def _with_next(text: str, start: int, end: int) -> str:
    """text[start:end], in a script without spaces with the next character, as it may be a word with that."""
    return text[start : end + 1] if _SPACELESS.match(text, start) else text[start:end]
