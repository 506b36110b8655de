"""Pages that have the same text: in two documents, in two versions of one, or twice in the same. Pure."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

from docqa.retrieval.fusion import PageKey, RankedPage

EDGE_ROWS = 2  # at the top and at the bottom of a page, in which its own number may stand

_WORD = re.compile(r"\d[\d.,]*\d|[^\W_]+|[^\s\w]")


def signature(text: str, *, own: Iterable[str]) -> tuple[str, ...]:
    """The words, figures and signs of a page, in order; without its `own` numbers where they stand alone at its edge.

    Pages whose signatures are equal have the same text: none that differ in a figure, a year or a word do.
    """
    rows = [row for row in text.split("\n") if row.strip()]
    number = re.compile(rf"\W*(?:page\s*)?(?:{'|'.join(map(re.escape, own))})(?:\s*(?:of|/)\s*\d+)?\W*", re.IGNORECASE)
    kept = []
    for place, row in enumerate(rows):
        is_edge = place < EDGE_ROWS or place >= len(rows) - EDGE_ROWS
        kept += [cell for cell in row.split("\t") if not (is_edge and number.fullmatch(cell))]
    return tuple(word.casefold() for cell in kept for word in _WORD.findall(cell))


def collapsed(pages: Sequence[RankedPage], same: Mapping[PageKey, Hashable]) -> list[RankedPage]:
    """The pages without those that have the same text as a better one, which says where else it stands.

    Pages of which `same` does not tell are alike to no other.
    """
    alike: dict[Hashable, list[PageKey]] = defaultdict(list)
    for page in pages:
        alike[same.get(page.key, page.key)].append(page.key)
    others = {first: tuple(rest) for first, *rest in alike.values()}
    return [page._replace(also_on=others[page.key]) for page in pages if page.key in others]


def suspects(beginnings: Mapping[PageKey, Hashable]) -> list[PageKey]:
    """Pages that begin like another one."""
    alike: dict[Hashable, list[PageKey]] = defaultdict(list)
    for key, beginning in beginnings.items():
        alike[beginning].append(key)
    return [key for keys in alike.values() if len(keys) > 1 for key in keys]
