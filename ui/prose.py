"""An answer's text as blocks of spans, so that it can be drawn without ever being HTML. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any, Literal

Kind = Literal["paragraph", "heading", "item", "row", "head"]

_CITED = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_ITEM = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s+(?=\S)")
_HEADING = re.compile(r"#{1,6}\s+")
_PERIOD = re.compile(r"(?:FY ?)?(?:19|20)\d\d\b|Q[1-4]\b")
_RULE = re.compile(r"\|?[\s:|-]+\|[\s:|-]*$")  # between the head and the body of a Markdown table


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style, or a label to click on."""

    text: str
    label: int | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, item of a list, or row of a table or head of one. Only these have more than one cell."""

    kind: Kind
    cells: tuple[tuple[Span, ...], ...]


def blocks(text: str, *, verbatim: bool) -> list[Block]:
    """Cut an answer into blocks, a line each; `verbatim` text is not Markdown, but for bars between cells."""
    found = list(_blocks(text, verbatim))
    return list(_over_columns(found)) if verbatim else found


def labels(text: str) -> list[int]:
    """Labels in the order the text first names them."""
    return list(dict.fromkeys(int(label) for found in _CITED.finditer(text) for label in found[1].split(",")))


def as_data(found: list[Block]) -> list[Mapping[str, Any]]:
    """Blocks as the component takes them."""
    return [asdict(block) for block in found]


def _blocks(text: str, verbatim: bool) -> Iterator[Block]:
    lines = [line for line in text.split("\n") if line.strip()]
    for line, below in zip_longest(lines, lines[1:], fillvalue=""):
        if not verbatim and _is_rule(line):
            continue
        if " | " in line or (not verbatim and line.strip().startswith("|")):
            cells = (line if verbatim else line.strip().strip("|")).split("|")
            kind: Kind = "head" if not verbatim and _is_rule(below) else "row"
            yield Block(kind, tuple(_spans(cell.strip(), verbatim) for cell in cells))
        elif verbatim:
            yield Block("paragraph", (_spans(line, verbatim),))
        elif heading := _HEADING.match(line):
            yield Block("heading", (_spans(line[heading.end() :], verbatim),))
        elif item := _ITEM.match(line):
            yield Block("item", (_spans(line[item.end() :], verbatim),))
        else:
            yield Block("paragraph", (_spans(line, verbatim),))


def _is_rule(line: str) -> bool:
    return "|" in line and _RULE.fullmatch(line.strip()) is not None


def _over_columns(found: list[Block]) -> Iterator[Block]:
    """The blocks, with heads of columns moved over these: the rows below have one cell more, which names the row."""
    above: Block | None = None
    for block, below in zip_longest(found, found[1:]):
        is_short = block.kind == "row" and below and below.kind == "row" and len(block.cells) == len(below.cells) - 1
        is_short = is_short and bool(block.cells[0])  # one with an empty cell first is over its columns
        is_first = above is None or above.kind != "row" or _PERIOD.match(_text(block.cells[0]))
        yield Block("head", ((), *block.cells)) if is_short and is_first else block
        above = block


def _text(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def _spans(text: str, verbatim: bool) -> tuple[Span, ...]:
    spans: list[Span] = []
    rest = 0
    for found in _CITED.finditer(text):
        spans += _styled(text[rest : found.start()], verbatim)
        spans += [Span(f"[{label.strip()}]", int(label)) for label in found[1].split(",")]
        rest = found.end()
    return (*spans, *_styled(text[rest:], verbatim))


def _styled(text: str, verbatim: bool) -> list[Span]:
    if verbatim:
        return [Span(text)] if text else []
    parts = _STRONG.split(text)  # every second one is strong
    return [Span(part, strong=place % 2 == 1) for place, part in enumerate(parts) if part]
