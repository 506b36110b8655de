"""The smallest pieces of a text that make sense alone: sentences of prose, items of lists, rows of tables. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(r"(?:(?!\n\n).)+", re.DOTALL)
_ROW = re.compile(r"[^\n]+")
_ITEM = re.compile(r"[•●▪■□○◦‣∙]\s")
_REFERENCE = re.compile(r"\s*\[\d{1,3}\]\s")  # an entry of a list of literature
_GOES_ON = (  # "z. B.", "u. a."; "am 3. Mai": a full stop that makes an ordinal
    r"(?<=\b[zud]\.)\s+[a-zA-ZÄÜ]\.|(?:(?<=\b\d\.)|(?<=\b\d\d\.))\s+(?:Januar|Februar|März|April|Mai|Juni|Juli|August"
    r"|September|Oktober|November|Dezember|Quartal|Jahrhundert)\b"
)
_CLOSED = r"""[\"'”’“»)\]]*(?:[ \u00a0\u202f]»)?"""
_NEXT = r"""\s+(?:[\"'“‘„(\[¿¡]|«\s?)?(?P<next>[^\W_])"""
_SENTENCE_END = re.compile(rf"[.!?](?!{_GOES_ON}){_CLOSED}(?={_NEXT})|[。！？｡؟۔।][」』”）]*")
_ABBREVIATION = re.compile(
    r"\b(?:[A-ZА-Я]|Mr|Mrs|Ms|Dr|Prof|St|Nos?|Figs?|Eq|Sec|Ch|Vol|pp|vs|cf|al|etc|approx|ca|e\.g|i\.e|U\.S|U\.K|Inc|Ltd|Corp|Co"
    r"|bzw|bspw|Nr|Abs|Mio|Mrd|Tsd|vgl|usw|inkl|evtl|ggf|d\. ?h|Mme|Mlle|p\. ?ex"
    r"|Sr|Sra|Srta|Dra|EE|UU|p\. ?ej|núm|pág|г|гг|т|е|к|стр|рис|руб|им|ул)\.$"
)

_BEFORE_FIGURE = re.compile(  # "Abb. 3", "art. 5": an abbreviation only there
    r"\b(?:[Nn]os?|Abb|Tab|Art|(?<![Tt]he )(?<!-)art|Anl|Kap|Ziff|Bd|zzgl|Okt|Dez|[Ff]ig|chap|env|janv|févr|avr|juil"
    r"|déc|aprox|dic)\.$"
)
_NUMBERED = re.compile(r"(?m:^)[^\S\n]*\d{1,2}\.$")  # the number of an item, at the start of a line
_ORDINAL = re.compile(
    r"\b(?:(?<!I )[Aa]m|[Ii]m|[Vv]om|[Zz]u[mr]|[Dd](?:er|ie|as|em|en|es))\s\d{1,2}\.$"
)  # "im 2. Stock"


@dataclass(frozen=True, slots=True)
class Sentence:
    """text[start:end], a sentence or a table row."""

    start: int
    end: int
    block: int  # 0-based block of the text it stands in
    row: bool  # a row of cells, not prose


def sentences(text: str) -> list[Sentence]:
    """Every sentence and table row of a page's text, in order; together they hold all of it but white space."""
    found: list[Sentence] = []
    for number, block in enumerate(_BLOCK.finditer(text)):
        item = _REFERENCE if _REFERENCE.match(text, block.start()) else _ITEM
        prose_start: int | None = None
        for row in _ROW.finditer(text, block.start(), block.end()):
            is_row = "\t" in row.group()
            if prose_start is not None and (is_row or item.match(row.group())):
                found.extend(Sentence(*span, number, row=False) for span in _prose(text, prose_start, row.start()))
                prose_start = None
            if not is_row:
                prose_start = row.start() if prose_start is None else prose_start
                continue
            found.append(Sentence(*_stripped(text, row.start(), row.end()), number, row=True))
        if prose_start is not None:
            found.extend(Sentence(*span, number, row=False) for span in _prose(text, prose_start, block.end()))
    return [sentence for sentence in found if sentence.end > sentence.start]


def _prose(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of text[start:end]; an entry of a list of literature stays whole."""
    stops = () if _REFERENCE.match(text, start) else _SENTENCE_END.finditer(text, start, end)
    for stop in stops:
        begins = stop["next"] is None or not stop["next"].islower()
        if begins and not _is_abbreviation(text, start, stop):
            yield _stripped(text, start, stop.end())
            start = stop.end()
    yield _stripped(text, start, end)


def _is_abbreviation(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop only ends an abbreviation, an ordinal, or the number of an item."""
    end = stop.start() + 1
    before_figure = (stop["next"] or "").isdigit() and _BEFORE_FIGURE.search(text, start, end)
    is_number = _NUMBERED.search(text, start, end) or _ORDINAL.search(text, start, end)
    return bool(before_figure or is_number or _ABBREVIATION.search(text, start, end))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
