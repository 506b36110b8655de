"""Questions about a year or a name that a document does not have. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from random import Random

from docqa.text.words import stems

FARTHEST_YEARS = 12  # from the one that is replaced

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SHORT_YEAR = re.compile(r"(?:['’]|\bFY ?['’]?)(\d\d)\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z’'-]+(?: [A-Z][a-z’'-]+)+(?![\w-])")


def years(text: str) -> set[int]:
    """Years that a text speaks of, also those written '21 or FY21."""
    return {int(year) for year in _YEAR.findall(text)} | {2000 + int(year) for year in _SHORT_YEAR.findall(text)}


def names(text: str) -> set[str]:
    """Names of several words within its sentences."""
    return set(_NAME.findall(" ".join(text.split())))


def other_year(asks: str, known: Collection[int], random: Random) -> tuple[str, str] | None:
    """The question with its year replaced by one nearby that the document lacks, and that year; None without a year."""
    found = _YEAR.search(asks)
    if found is None:
        return None
    year = int(found.group())
    near = sorted(range(year - FARTHEST_YEARS, year + FARTHEST_YEARS + 1), key=lambda other: (abs(other - year), other))
    absent = [other for other in near if other not in known][:3]
    if not absent:
        return None
    new = str(random.choice(absent))
    return asks[: found.start()] + new + asks[found.end() :], new


def foreign_names(names: Iterable[str], known: frozenset[str]) -> dict[int, list[str]]:
    """Names by their number of words, without those that share a word with a document whose stems are `known`."""
    fitting: dict[int, list[str]] = {}
    for name in sorted(set(names)):
        words = stems(name)
        if words and not words & known:
            fitting.setdefault(len(name.split()), []).append(name)
    return fitting


def other_name(asks: str, foreign: Mapping[int, Sequence[str]], random: Random) -> tuple[str, str] | None:
    """The question with its name replaced by a foreign one of as many words, and that name; None without a name."""
    found = _NAME.search(asks)
    fitting = foreign.get(len(found.group().split())) if found else None
    if found is None or not fitting:
        return None
    new = random.choice(fitting)
    return asks[: found.start()] + new + asks[found.end() :], new
