"""How many tokens a prompt costs, before it is sent. Pure."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from docqa.model.profiles import Layout

Count = Callable[[str, bool], int]
"""Tokens of a text; with True, with the tokens that the tokenizer adds of its own at a text's start and end."""

REMEMBERED = 4096  # texts whose count is kept: a page is asked about again and again
UNKNOWN_MARKS = 16  # tokens that a chat template of an unknown model puts around one message, at most


@dataclass(frozen=True, slots=True)
class ImageCost:
    """A place in a prompt where an image stands, and what it costs there."""

    tokens: int


Message = tuple[str, Sequence[str | ImageCost]]  # role and parts


def at_most(text: str, own: bool = True) -> int:
    """Tokens that no tokenizer in use exceeds: one for each UTF-8 byte, and two that it may add of its own.

    Byte-level BPE and SentencePiece with byte fallback never make more tokens than bytes, of the text as it is or as
    NFC, to which some bring it first. Prose costs about a quarter of that, numbers come close to it.
    """
    return max(len(text.encode()), len(unicodedata.normalize("NFC", text).encode())) + 2 * own


def remembered(count: Count) -> Count:
    """The same counts, each asked for once."""
    return lru_cache(maxsize=REMEMBERED)(count)


def of_prompt(messages: Sequence[Message], layout: Layout | None, count: Count) -> int:
    """Tokens of a conversation as the server will count them, if `layout` is the server's and `count` its tokenizer's.

    Without a layout: no fewer than the server will count, if `count` is no less than its tokenizer's.
    """
    images = [part.tokens for _, parts in messages for part in parts if isinstance(part, ImageCost)]
    if layout is None:
        texts = [part for _, parts in messages for part in parts if isinstance(part, str)]
        return (
            sum(count(text, True) for text in texts) + UNKNOWN_MARKS * (len(messages) + 1 + len(images)) + sum(images)
        )
    if layout.chunked and images:
        return sum(count(chunk, True) for chunk in _chunks(messages, layout)) + sum(images)
    text = "".join(layout.image if piece is None else piece for piece in _pieces(messages, layout))
    return count(text, False) + sum(images) - len(images)


def _chunks(messages: Sequence[Message], layout: Layout) -> list[str]:
    """The texts before, between and after the images."""
    chunks = [""]
    for piece in _pieces(messages, layout):
        if piece is None:
            chunks.append("")
        else:
            chunks[-1] += piece
    return chunks


def _pieces(messages: Sequence[Message], layout: Layout) -> Iterator[str | None]:
    """What the server makes of the conversation, None where an image stands."""
    for role, parts in messages:
        before, after = layout.message.split("{content}")
        yield before.format(role=role)
        for place, part in enumerate(parts):
            yield layout.separator if place else ""
            yield part if isinstance(part, str) else None
        yield after
    yield layout.opening
