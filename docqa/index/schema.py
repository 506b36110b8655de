"""What both indexes store, and under which names: one point for each passage.

Besides its own words, the first passage of a page carries the words of the whole page, and the first passage of a
document those of its name, title and first page, each as a sparse vector of its own. So one index ranks passages,
pages and documents. Where a model embeds page images, the first passage of a page carries that vector, too; a page
without text has a passage without text for it.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from docqa.protocols import Indexed
from docqa.question.pagenames import numbers_printed
from docqa.question.routing import FACTS_LIMIT
from docqa.types import Box, Card, Passage, PassageKey, Ranked, Rankings, Vector

DENSE = "dense"
VISUAL = "visual"  # only where page images are embedded
PASSAGE_WORDS = "passage"
PAGE_WORDS = "page"
DOCUMENT_WORDS = "document"
SPARSE = (PASSAGE_WORDS, PAGE_WORDS, DOCUMENT_WORDS)
FACTS = "facts"  # a ranking by the same sparse vector as DOCUMENT_WORDS: it holds both

DOCUMENT_ID = "document_id"
COLLECTIONS = "collections"
PAGE = "page"
PRINTED = "printed_numbers"
CARD = "card"  # on the first passage of a document, once it is described
# Payload fields that are searched by, and what they hold. What was indexed by earlier versions has no printed numbers.
FILTERED = {DOCUMENT_ID: "keyword", COLLECTIONS: "keyword", PAGE: "integer", PRINTED: "integer"}

# Usual length in BM25 terms (stop words left out) of what each sparse vector holds: BM25 needs one fixed before it
# sees any text.
AVERAGE_TERMS = {PASSAGE_WORDS: 80.0, PAGE_WORDS: 300.0, DOCUMENT_WORDS: 150.0}
DOCUMENT_LIMIT = 10  # documents ranked for a question

_VERSION, _VARIANT = 0x8 << 76, 0b10 << 62  # of a UUID whose bits we lay out ourselves: RFC 9562, version 8


def point_id(key: PassageKey) -> str:
    """A UUID that holds the key: 60 bits of the document's id, 24 of the page, 24 of the ordinal.

    So rankings are fused by page without reading a payload, and writing a passage again overwrites it.
    """
    document = int(key.document, 16)
    place = key.page << 24 | key.ordinal
    return str(uuid.UUID(int=(document >> 12) << 80 | _VERSION | (document & 0xFFF) << 64 | _VARIANT | place))


def key_of(point_id: str | int | uuid.UUID) -> PassageKey:
    """The key that a point id holds."""
    bits = uuid.UUID(str(point_id)).int
    document = (bits >> 80) << 12 | (bits >> 64) & 0xFFF
    return PassageKey(f"{document:015x}", bits >> 24 & 0xFFFFFF, bits & 0xFFFFFF)


def rankings(by_vector: Mapping[str, list[Ranked]]) -> Rankings:
    """Rankings from those by each vector; a question without words has none by words."""
    return Rankings(by_vector[DENSE], *(by_vector.get(name, []) for name in (*SPARSE, FACTS, VISUAL)))


def vector_of(ranking: str) -> str:
    """The vector that a ranking is by."""
    return DOCUMENT_WORDS if ranking == FACTS else ranking


def limit_of(ranking: str, limit: int) -> int:
    """How many a ranking holds; `limit` is for passages and pages."""
    return {DOCUMENT_WORDS: DOCUMENT_LIMIT, FACTS: FACTS_LIMIT}.get(ranking, limit)


def payload(indexed: Indexed) -> dict[str, Any]:
    """What is stored beside the vectors of a passage."""
    passage = indexed.passage
    return {
        DOCUMENT_ID: passage.document_id,
        COLLECTIONS: list(indexed.collections),
        PAGE: passage.page,
        PRINTED: list(numbers_printed(passage.printed)),
        "printed": passage.printed,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "text": passage.text,
        "headings": list(passage.headings),
        "lead": passage.lead,
        "drawn": passage.drawn,
        "boxes": [edge for box in passage.boxes for edge in (box.x0, box.y0, box.x1, box.y1)],
        **({} if indexed.card is None else card_payload(indexed.card)),
    }


def card_payload(card: Card) -> dict[str, Any]:
    """What is stored beside the first passage of a document that is described."""
    return {CARD: {"names": list(card.names), "years": list(card.years), "kinds": list(card.kinds)}}


def cards(payloads: Iterable[Mapping[str, Any] | None]) -> dict[str, Card]:
    """The cards that payloads hold, by the document's id."""
    found = ((payload[DOCUMENT_ID], _card(payload)) for payload in payloads if payload)
    return {document_id: card for document_id, card in found if card}


def _card(payload: Mapping[str, Any]) -> Card | None:
    found = payload.get(CARD)
    return Card(**{field: tuple(values) for field, values in found.items()}) if found else None


def passage_of(payload: Mapping[str, Any]) -> Passage:
    """The passage that a payload holds."""
    edges = payload["boxes"]
    return Passage(
        document_id=payload[DOCUMENT_ID],
        page=payload[PAGE],
        ordinal=payload["ordinal"],
        start=payload["start"],
        text=payload["text"],
        headings=tuple(payload["headings"]),
        boxes=tuple(Box(*edges[place : place + 4]) for place in range(0, len(edges), 4)),
        printed=payload.get("printed"),
        lead=payload.get("lead", ""),
        drawn=payload.get("drawn", 0.0),
    )


def indexed(payload: Mapping[str, Any], vectors: Mapping[str, Any]) -> Indexed:
    """What payload and vectors hold; of sparse vectors both clients know `indices` and `values`."""
    terms = {name: (list(vectors[name].indices), list(vectors[name].values)) for name in SPARSE if name in vectors}
    dense, visual = (list(vectors[name]) if name in vectors else None for name in (DENSE, VISUAL))
    return Indexed(passage_of(payload), tuple(payload[COLLECTIONS]), dense, terms, _card(payload), visual)


def vectors(indexed: Indexed) -> dict[str, Vector]:
    """The dense vectors that it has, by name."""
    return {name: vector for name, vector in ((DENSE, indexed.vector), (VISUAL, indexed.visual)) if vector is not None}
