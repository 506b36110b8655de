"""A page's text into passages: whole sentences and whole table rows, under the headings they stand below. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from docqa.text import contents
from docqa.text.scripts import SPACELESS
from docqa.text.sentences import Sentence, sentences
from docqa.text.tables import is_head_of_columns, tables
from docqa.types import Heading, Page, Passage, Span
from ingest.leads import Lead, OpenTable, leads, open_table

# A word is a run of up to 20 characters without white space, or one character of a script that writes none between
# words.
_WIDE = f"{SPACELESS}\u2e80-\u9fff"
_WORD = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]{{1,20}}")


@dataclass(frozen=True, slots=True)
class HeadingPath:
    """The headings in force at a point of a document, outermost first."""

    headings: tuple[Heading, ...] = ()
    table: OpenTable | None = None  # where a page begins: the one with which the page before ends

    def under(self, heading: Heading) -> "HeadingPath":
        """The path after this heading: it closes those of its own size and smaller ones, and a table of contents."""
        outer = (each for each in self.headings if each.size > heading.size and not contents.is_title(each.text))
        return HeadingPath((*outer, heading))

    def after(self, page: Page) -> "HeadingPath":
        """The path at the end of a page that begins under this one."""
        path = self
        for heading in _standing(page):
            path = path.under(heading)
        return HeadingPath(path.headings, open_table(page, self.table))

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(heading.text for heading in self.headings)


def split(document_id: str, page: Page, label: str, path: HeadingPath, *, max_words: int) -> list[Passage]:
    """Cut a page into passages of at most max_words words and a heading, in order; `path` is in force where it begins.

    Only inside a sentence or row longer than that is a cut made between words. Running heads and feet are left out, but
    for their first page.
    Each passage has the headings in force at its end, so one that begins with its heading stands under it; the first of
    its headings is `label`, the document's.
    """
    passages = []
    headings = _standing(page)
    before = leads(page, path.table)
    for ordinal, (start, end) in enumerate(_spans(page, max_words)):
        while headings and headings[0].start < end:
            path = path.under(headings.pop(0))
        text = page.text[start:end]
        passages.append(
            Passage(
                document_id=document_id,
                page=page.number,
                ordinal=ordinal,
                start=start,
                text=text,
                headings=(label, *path.texts),
                boxes=page.boxes(start, end),
                printed=page.printed,
                lead=_lead(before, start, end, path.texts),
                drawn=page.drawn,
            )
        )
    return passages


def _standing(page: Page) -> list[Heading]:
    """The headings of what follows them: not running heads, and not the heads of a table's columns."""
    spans = [*page.running, *_column_heads(page)]
    return [
        heading
        for heading in page.headings
        if not is_head_of_columns(heading.text) and not any(start <= heading.start < end for start, end in spans)
    ]


def _column_heads(page: Page) -> Iterator[Span]:
    """What stands above each table's figures, below the headings that name it."""
    ends = {heading.start: heading.start + len(heading.text) for heading in page.headings}
    for table in tables(page.body):
        start = table.opening
        while start in ends:
            start = next(
                (place for place in range(ends[start], table.start) if not page.text[place].isspace()), table.start
            )
        yield start, table.start


def _lead(before: Sequence[Lead], start: int, end: int, headings: Sequence[str]) -> str:
    """What text[start:end] goes on from without holding it; without what its last headings say already."""
    missed = dict.fromkeys(lead.text for lead in before if lead.is_missed_by(start, end))
    for heading in headings[-2:]:
        missed = dict.fromkeys(text.removeprefix(heading).strip() for text in missed)
    return "\n".join(filter(None, missed))


def _spans(page: Page, max_words: int) -> Iterator[tuple[int, int]]:
    """Fill passages piece by piece; end one early where a heading or table begins, or a block that will not fit whole.

    No passage goes over a running row.
    """
    heading_starts = {heading.start for heading in _standing(page)}
    openings = [table.opening for table in tables(page.body)]
    running = [start for start, _ in page.running]
    pieces = [piece for sentence in sentences(page.body) for piece in _pieces(page.text, sentence, max_words)]
    words = [len(_WORD.findall(page.text, piece.start, piece.end)) for piece in pieces]
    in_block: Counter[int] = Counter()
    for piece, count in zip(pieces, words, strict=True):
        in_block[piece.block] += count
    held: list[Sentence] = []
    total = 0
    for piece, count in zip(pieces, words, strict=True):
        full = total + count > max_words and held and held[-1].start not in heading_starts
        begins = piece.start in heading_starts or any(piece.start <= start < piece.end for start in openings)
        at_heading = begins and total > max_words / 4
        at_block = (
            bool(held)
            and piece.block != held[-1].block
            and total > max_words / 2
            and total + in_block[piece.block] > max_words
        )
        at_running = bool(held) and any(held[-1].end <= start < piece.start for start in running)
        if held and (full or at_heading or at_block or at_running):
            yield held[0].start, held[-1].end
            held, total = [], 0
        held.append(piece)
        total += count
    if held:
        yield held[0].start, held[-1].end


def _pieces(text: str, sentence: Sentence, max_words: int) -> Iterator[Sentence]:
    """The sentence, cut between words where it is longer than max_words."""
    words = list(_WORD.finditer(text, sentence.start, sentence.end))
    cuts = [sentence.start, *(words[place].start() for place in range(max_words, len(words), max_words)), sentence.end]
    for start, end in pairwise(cuts):
        yield Sentence(start, start + len(text[start:end].rstrip()), sentence.block, sentence.row)
