"""What is known of a document: as it was read, as its file name says, as somebody has corrected it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import PurePath
from typing import Any

from docqa.types import Facts

CORRECTABLE = ("title", "organisation", "year", "kind")
FIRST_YEAR, LAST_YEAR = 1000, 2999

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_KINDS_IN_NAMES = (  # of files
    ("10-K", re.compile(r"(?<![a-z0-9])10-?k(?![a-z0-9])")),
    ("10-Q", re.compile(r"(?<![a-z0-9])10-?q(?![a-z0-9])")),
    ("8-K", re.compile(r"(?<![a-z0-9])8-?k(?![a-z0-9])")),
    ("20-F", re.compile(r"(?<![a-z0-9])20-?f(?![a-z0-9])")),
    ("earnings release", re.compile(r"earnings")),
    ("annual report", re.compile(r"annual report")),
    ("brochure", re.compile(r"brochure")),
    ("manual", re.compile(r"manual|user guide")),
    ("slides", re.compile(r"slides|presentation")),
)
_SEPARATORS = re.compile(r"[_\s.]+")


@dataclass(frozen=True, slots=True)
class Known:
    """What was read in a document, and what somebody has set instead."""

    read: Facts
    corrections: Mapping[str, Any]


def effective(read: Facts, corrections: Mapping[str, Any], *, name: str) -> Facts:
    """What somebody has set, else what was read in the document, else what its file name tells."""
    told = replace(
        read, year=read.year or (years(name) or (None,))[0], kind=read.kind or _kind_in(name)
    )  # a name tells less: it may be of another year than the figures
    return replace(told, **{field: value for field, value in corrections.items() if field in CORRECTABLE})


def corrected(corrections: Mapping[str, Any]) -> tuple[str, ...]:
    """Which facts somebody has set."""
    return tuple(field for field in CORRECTABLE if field in corrections)


def years(text: str) -> tuple[int, ...]:
    """The years that a text names, in order, each once."""
    return tuple(dict.fromkeys(int(year) for year in _YEAR.findall(text)))


def to_json(facts: Facts) -> dict[str, Any]:
    """As it is stored; its outline lies beside it."""
    return {field: value for field, value in asdict(facts).items() if field != "outline"}


def from_json(stored: Mapping[str, Any] | None) -> Facts:
    """What was stored; nothing is known of a document that was not read yet."""
    known = {field.name for field in fields(Facts)} - {"outline"}
    return Facts(**{field: value for field, value in (stored or {}).items() if field in known})


def _kind_in(name: str) -> str:
    spoken = _SEPARATORS.sub(" ", PurePath(name).stem.casefold())
    return next((kind for kind, pattern in _KINDS_IN_NAMES if pattern.search(spoken)), "")
