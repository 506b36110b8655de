"""What a document can be named by: its organisation and file name, its years, its kind. Pure."""

import re
from collections.abc import Iterator, Sequence

from docqa import facts
from docqa.types import Card, Document, Facts

_GROUPS = {
    "10-k": "annual report",
    "20-f": "annual report",
    "40-f": "annual report",
    "10-q": "quarterly report",
    "earnings release": "press release",
    "slides": "presentation",
}
_LEGAL = frozenset(
    "inc incorporated corp corporation co company companies ltd limited llc llp lp plc ag gmbh se sa nv bv spa ab"
    " oy as kg kgaa pty pte group holding holdings trust com the and of".split()
)
# Words that begin many names, or stand in many file names, and name nothing by themselves.
_COMMON = frozenset(
    "general united american national international first bank new great global university department institute"
    " ministry royal federal state north south east west northern southern eastern western city center centre"
    " association society council office agency committee advanced applied standard world european annual report"
    " reports quarterly form final draft version copy document documents file scan page pages paper slides"
    " presentation earnings results release manual guide user brochure letter contract agreement policy plan"
    " review study survey analysis summary data information january february march april may june july august"
    " september october november december jan feb mar apr jun jul aug sep sept oct nov dec eng english pdf web"
    " print online full dated signed update updated".split()
)
NOT_NAMES = frozenset(
    "what which who whom whose when where why how is are was were did does do has have had can could will would"
    " shall should may might must the a an and or of in on at by for from to with as than per its it their this"
    " that these those there not no all any both each i in according between much many compare list name find show"
    " tell me".split()
)
_SMALL = frozenset(["and", "of", "the"])
_MARK = re.compile(r"[\W_]")
TOKEN = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_EDGES = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=(?:19|20)\d\d)|(?<=(?:19|20)\d\d)(?=[A-Za-z])")
_NO_NAME = re.compile(r"\d*|(?:fy|v|q)?\d+[kqfv]?|(?:\d{4})?q[1-4]", re.IGNORECASE)  # but a number, form or quarter
IDENTIFIER = re.compile(r"[0-9a-f\-]{16,}", re.IGNORECASE)  # a hash or UUID instead of a name
DOMAIN = re.compile(r"\.(?:com|org|net|io|ai)\b", re.IGNORECASE)


def card(known: Facts | Document, *, name: str) -> Card:
    """What a document can be named by, given what is known of it and its file name."""
    kind = known.kind.casefold()
    own = () if known.year is None else (known.year,)
    others = (*facts.years(known.title), *facts.years(name))
    return Card(
        names=tuple(sorted(form for form in {*_forms(known.organisation), *_file_forms(name)} if len(form) > 1)),
        years=tuple(dict.fromkeys((*own, *others))),
        kinds=tuple(dict.fromkeys(each for each in (kind, _GROUPS.get(kind, "")) if each)),
    )


def _forms(organisation: str) -> Iterator[str]:
    """What an organisation goes by: whole, by its first words, by its initials."""
    if _are_people(organisation):
        for person in re.split(r",| and ", organisation):
            yield from _person_forms(person)
        return
    words = [word for word in TOKEN.findall(DOMAIN.sub("", organisation)) if _bare(word) not in _LEGAL]
    for length in range(1, len(words) + 1):
        if length > 1 or _bare(words[0]) not in _COMMON:
            yield joined(words[:length])
    initials = "".join(word[0] for word in words).casefold()
    if len(initials) > 2:
        yield initials
    if len(words) == 2 and not _is_legal(organisation):
        yield joined(words[-1:])


def _person_forms(person: str) -> Iterator[str]:
    words = TOKEN.findall(person)
    if words:
        yield joined(words)
        yield joined(words[-1:])


def _file_forms(name: str) -> Iterator[str]:
    """The words of a file name that are not in many, and each with the one after it."""
    stem = name.rsplit(".", 1)[0]
    pieces = [] if IDENTIFIER.fullmatch(stem) else [_bare(piece) for piece in _EDGES.split(stem)]
    words = [piece for piece in pieces if piece not in _LEGAL and not _NO_NAME.fullmatch(piece)]
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if word not in _COMMON | NOT_NAMES and (len(word) > 2 or not word.isalpha()):
            yield from {word, word + after}


def _are_people(organisation: str) -> bool:
    is_list = "," in organisation or " and " in organisation
    words = {_bare(word) for word in organisation.split()}
    return is_list and not _is_legal(organisation) and words.isdisjoint(_COMMON)


def _is_legal(organisation: str) -> bool:
    return any(_bare(word) in _LEGAL - _SMALL - {"com"} for word in organisation.split())


def _bare(word: str) -> str:
    return _MARK.sub("", word.casefold())


def joined(words: Sequence[str]) -> str:
    """Words of a name as one, without marks, case and small words: how names are compared."""
    return "".join(bare for word in words if (bare := _bare(word)) not in _SMALL)
