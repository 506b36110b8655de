"""Passages as an index holds them, to bytes and back: JSON lines, numbers in base64, compressed."""

import base64
import gzip
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from docqa.errors import BackupDamaged
from docqa.protocols import Indexed
from docqa.types import Box, Card, Passage, Vector

MOST_BYTES = 256 << 20  # that a part may unpack to: what we write is some MB


def encode(passages: Sequence[Indexed]) -> bytes:
    """Passages as bytes."""
    lines = "".join(json.dumps(_to_json(each), ensure_ascii=False) + "\n" for each in passages)
    return gzip.compress(lines.encode(), compresslevel=1, mtime=0)


def decode(content: bytes, name: str) -> list[Indexed]:
    """The passages that bytes hold; the name is for complaints.

    Raises BackupDamaged.
    """
    try:
        with gzip.open(io.BytesIO(content)) as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError("it unpacks to more than a backup holds in one part")
        return [_from_json(json.loads(line)) for line in text.decode().split("\n") if line]
    except (EOFError, OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise BackupDamaged(f"{name} of the backup cannot be read: {error}") from error


def _to_json(indexed: Indexed) -> dict[str, Any]:
    passage = indexed.passage
    return {
        "document": passage.document_id,
        "page": passage.page,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "text": passage.text,
        "headings": passage.headings,
        "boxes": [[box.x0, box.y0, box.x1, box.y1] for box in passage.boxes],
        "printed": passage.printed,
        "lead": passage.lead,
        "drawn": passage.drawn,
        "card": None if indexed.card is None else asdict(indexed.card),
        "collections": indexed.collections,
        "vector": _packed_vector(indexed.vector),
        "visual": _packed_vector(indexed.visual),
        "terms": {
            name: [_packed(hashes, "<u4"), _packed(weights, "<f4")] for name, (hashes, weights) in indexed.terms.items()
        },
    }


def _from_json(data: dict[str, Any]) -> Indexed:
    passage = Passage(
        document_id=data["document"],
        page=data["page"],
        ordinal=data["ordinal"],
        start=data["start"],
        text=data["text"],
        headings=tuple(data["headings"]),
        boxes=tuple(Box(*edges) for edges in data["boxes"]),
        printed=data["printed"],
        lead=data["lead"],
        drawn=data.get("drawn", 0.0),  # backups had none before 2026-11-27
    )
    card = None if data["card"] is None else Card(**{field: tuple(held) for field, held in data["card"].items()})
    terms = {
        name: (_unpacked(hashes, "<u4"), _unpacked(weights, "<f4")) for name, (hashes, weights) in data["terms"].items()
    }
    vector, visual = (_unpacked_vector(data.get(name)) for name in ("vector", "visual"))
    return Indexed(passage, tuple(data["collections"]), vector, terms, card, visual)


def _packed_vector(vector: Vector | None) -> str | None:
    return None if vector is None else _packed(vector, "<f4")


def _unpacked_vector(text: str | None) -> Vector | None:
    return None if text is None else _unpacked(text, "<f4")


def _packed(numbers: Sequence[float], kind: str) -> str:
    return base64.b64encode(np.asarray(numbers, dtype=kind).tobytes()).decode()


def _unpacked(text: str, kind: str) -> list[Any]:
    numbers: list[Any] = np.frombuffer(base64.b64decode(text, validate=True), dtype=kind).tolist()
    return numbers
