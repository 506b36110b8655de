"""What of a page can be quoted in answer to a question, and which of it is worth reading. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.text import contents
from docqa.text.hyphens import unbroken
from docqa.text.sentences import Sentence, sentences
from docqa.text.tables import cells, column_heads, heads_above, is_only_times_and_units
from docqa.text.words import count, rarity, stems
from docqa.types import Evidence, Page

PAGES_READ = 3  # of the evidence, best first
PASSAGES_READ = 2  # of each page
SENTENCES_READ = 6  # by the reranker, for each part of a question: the most promising
PLACE = 0.5  # that a sentence of the best page, or of the best passage of its page, is more promising
SENTENCE_WORDS = 8  # a sentence of fewer words is quoted with what follows it,
ROW_WORDS = 12  # and so is a row, heading or fragment: its value, or the rest of the thought
LABEL_WORDS = 3  # at most, of a label in a chart
RUN_WORDS = 40  # of a quote that goes on with an answer, a list or labels
QUOTE_WORDS = 4  # of the shortest quote
ENDS = ".!?。！？｡؟۔।"
ASKS = "?？؟"


@dataclass(frozen=True, slots=True)
class Candidate:
    """text[start:end] of a page: a sentence or row, with what follows it where it is short."""

    evidence: Evidence
    start: int
    end: int
    context: str  # the headings and the lead it stands under
    passage: str  # the text of the passage it stands in
    favour: float  # by where it stands

    @property
    def text(self) -> str:
        return self.evidence.page.text[self.start : self.end]

    @property
    def in_context(self) -> str:
        """What the reranker reads."""
        return f"{self.context}\n{unbroken(self.text, part_of=self.passage)}"


def candidates(evidence: Evidence, place: int) -> list[Candidate]:
    """What can be quoted from the best passages of the page at this place, each with what it stands under.

    The heads of columns are read with the rows below them and begin no quote of their own. The entries of a table of
    contents say only where something is told.
    """
    page = evidence.page
    told = sentences(page.body)
    listed = contents.entries(page.text)
    found = []
    for number, passage in enumerate(evidence.passages[:PASSAGES_READ]):
        headings = " > ".join(passage.headings[:1] + passage.headings[1:][-1:])
        favour = PLACE * (1 - place / (PAGES_READ - 1)) + PLACE * (number == 0)
        inside = [
            each
            for each in told
            if each.start >= passage.start
            and each.end <= passage.end
            and not any(each.start < end and start < each.end for start, end in listed)
        ]
        heads = {heads_above(page.text, each.start) for each in inside if each.row}
        for first, begin in enumerate(inside):
            if begin.row and any(each and each[0] <= begin.start < each[1] for each in heads):
                continue
            columns = _columns(page, begin)
            under = (headings, passage.lead, "" if columns in passage.lead else columns)
            context = "\n".join(filter(None, under))
            span = _extended(page, inside[first:])
            found.append(Candidate(evidence, *span, context, passage.text, favour))
    return list(filter(_says_something, found)) or found


def _extended(page: Page, following: Sequence[Sentence]) -> tuple[int, int]:
    """The first sentence or row, and as many of the next in its block as it takes to say something.

    What is under a heading belongs to it, and so do the answer to a question, the items that a line with a colon
    announces, and the labels of a chart, though each is a block of its own. Another heading begins something else.
    """
    first = last = following[0]
    is_list = False
    for sentence in following[1:]:
        is_open = _is_heading(page, last) or page.text[last.end - 1] in ASKS
        announces = not last.row and page.text[last.end - 1] == ":"
        is_item = is_list and not page.text[sentence.start].isalnum()
        is_list = is_list or announces
        is_label = _is_label(page.text[sentence.start : sentence.end]) and not _columns(page, last)
        if _is_heading(page, sentence) and not _is_heading(page, last):
            break
        if not (is_open or announces or is_item or is_label or sentence.block == last.block):
            break
        enough = RUN_WORDS if is_open or is_list or is_label else _enough(page, last)
        if count(page.text[first.start : last.end]) >= enough:
            break
        last = sentence
    return first.start, last.end


def _enough(page: Page, last: Sentence) -> int:
    """Words that make a quote which ends with this sentence or row."""
    if _columns(page, last):
        return 1
    return SENTENCE_WORDS if not last.row and page.text[last.end - 1] in ENDS else ROW_WORDS


def _columns(page: Page, row: Sentence | Candidate) -> str:
    """The heads of the columns of a row of figures; empty if they are not clear or most have no cell in the row."""
    if (heads := column_heads(page.text, row.start)) is None:
        return ""
    text = page.text[slice(*heads)]
    return text if 2 * len(cells(page.text[row.start : row.end])) > len(cells(text)) else ""


def _is_label(text: str) -> bool:
    return count(text) <= LABEL_WORDS and text[-1] not in ENDS


def _is_heading(page: Page, sentence: Sentence) -> bool:
    return any(heading.start == sentence.start for heading in page.headings)


def _says_something(candidate: Candidate) -> bool:
    """Not a lone heading, name or page number, and not the mere heads of columns."""
    page, text = candidate.evidence.page, candidate.text
    is_long = count(text) >= QUOTE_WORDS or bool(_columns(page, candidate))
    return is_long and not all(map(is_only_times_and_units, text.splitlines()))


def _within(a: Candidate, b: Candidate) -> bool:
    return a.evidence is b.evidence and b.start <= a.start and a.end <= b.end


def promising(question: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Those to read, in their order: what shares most rare words with the question for its length and is well placed.

    The words of what a candidate stands under count like its own, but for single figures, which number chapters. What
    lies within a more promising candidate is left out.
    """
    if len(found) <= SENTENCES_READ:
        return list(found)
    asked = stems(question)
    own = [stems(candidate.text) for candidate in found]
    under = [{stem for stem in stems(candidate.context) if len(stem) > 1} for candidate in found]
    said = [each | above for each, above in zip(own, under, strict=True)]
    worth = rarity(asked, said)
    promise = [
        sum(worth[stem] for stem in asked & all_said) / math.sqrt(5 + len(each)) + candidate.favour
        for all_said, each, candidate in zip(said, own, found, strict=True)
    ]
    best: list[int] = []
    for place in sorted(range(len(found)), key=lambda place: -promise[place]):
        if len(best) < SENTENCES_READ and not any(_within(found[place], found[other]) for other in best):
            best.append(place)
    return [found[place] for place in sorted(best)]
