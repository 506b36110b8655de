"""What both indexes store, and under which names: one point for each passage.

Besides its own words, the first passage of a page carries the words of the whole page, and the first passage of a
document those of its name, title and first page, each as a sparse vector of its own. So one index ranks passages,
pages and documents.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from docqa.pagenames import numbers_printed
from docqa.protocols import Indexed
from docqa.types import Box, Passage, PassageKey, Ranked, Rankings

DENSE = "dense"
PASSAGE_WORDS = "passage"
PAGE_WORDS = "page"
DOCUMENT_WORDS = "document"
SPARSE = (PASSAGE_WORDS, PAGE_WORDS, DOCUMENT_WORDS)

DOCUMENT_ID = "document_id"
COLLECTIONS = "collections"
PAGE = "page"
PRINTED = "printed_numbers"
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
    return Rankings(by_vector[DENSE], *(by_vector.get(name, []) for name in SPARSE))


def payload(passage: Passage, collections: Sequence[str]) -> dict[str, Any]:
    """What is stored beside the vectors of a passage."""
    return {
        DOCUMENT_ID: passage.document_id,
        COLLECTIONS: list(collections),
        PAGE: passage.page,
        PRINTED: list(numbers_printed(passage.printed)),
        "printed": passage.printed,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "text": passage.text,
        "headings": list(passage.headings),
        "boxes": [edge for box in passage.boxes for edge in (box.x0, box.y0, box.x1, box.y1)],
    }


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
    )


def indexed(payload: Mapping[str, Any], vectors: Mapping[str, Any]) -> Indexed:
    """What payload and vectors hold; of sparse vectors both clients know `indices` and `values`."""
    terms = {name: (list(vectors[name].indices), list(vectors[name].values)) for name in SPARSE if name in vectors}
    return Indexed(passage_of(payload), tuple(payload[COLLECTIONS]), list(vectors[DENSE]), terms)
