"""The answer without a language model: the sentences and table rows that answer best, word for word."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from docqa.hyphens import unbroken
from docqa.parts import parts
from docqa.protocols import Reranker
from docqa.readable import as_quoted
from docqa.sentences import Sentence, sentences
from docqa.tables import cells, column_heads, heads_above, is_only_times_and_units
from docqa.types import Citation, Draft, Evidence, Page, Span, Turn
from docqa.words import count, rarity, stems

PAGES_READ = 3  # of the evidence, best first
PASSAGES_READ = 2  # of each page
SENTENCES_READ = 6  # by the reranker, for each part of a question: the most promising
QUOTES = 3  # at most
GAP = 3.0  # a further quote scores at most this much less than the first
PART_GAP = 8.0  # log-odds that a quote for one part of a question may be below the best for another
PLACE = 0.5  # that a sentence of the best page, or of the best passage of its page, is more promising
SENTENCE_WORDS = 8  # a sentence of fewer words is quoted with what follows it,
ROW_WORDS = 12  # and so is a row, heading or fragment: its value, or the rest of the thought
LABEL_WORDS = 3  # at most, of a label in a chart
RUN_WORDS = 40  # of a quote that goes on with an answer, a list or labels
QUOTE_WORDS = 4  # of the shortest quote
PAGE_WEIGHT = 4.0  # of a page's score beside the log-odds of its sentence
ENDS = ".!?。！？｡؟۔।"
ASKS = "?？؟"


@dataclass(frozen=True, slots=True)
class _Candidate:
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


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: _Candidate
    log_odds: float  # that it answers the question
    score: float


@dataclass(frozen=True, slots=True)
class QuotationAnswerer:
    """Quotes the evidence; it never writes a word of its own."""

    reranker: Reranker | None

    def answer(
        self,
        question: str,
        evidence: Sequence[Evidence],
        *,
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
        history: Sequence[Turn] = (),
    ) -> Draft:
        """Quote what answers best, the best first; pages are labelled in the order they are quoted."""
        scored = self._chosen(question, evidence)
        chosen = [each.candidate for each in scored]
        quoted = list(dict.fromkeys(candidate.evidence.label for candidate in chosen))
        ordered = sorted(evidence, key=lambda each: quoted.index(each.label) if each.label in quoted else len(quoted))
        shown = {each.label: replace(each, label=label) for label, each in enumerate(ordered, start=1)}
        lines: list[str] = []
        citations: list[Citation] = []
        for candidate in chosen:
            source = shown[candidate.evidence.label]
            spans = _quoted(candidate, source, citations)
            lines.append(f"{as_quoted(source.page, spans)} [{source.label}]")
            citations += [_citation(source, *span) for span in spans]
        text = "\n".join(lines)
        show(tuple(shown.values()))
        say(text)
        log_odds = max((each.log_odds for each in scored), default=None) if self.reranker else None
        if not citations:
            return Draft("not_found", "", (), tuple(shown.values()), log_odds=log_odds)
        return Draft("answered", text, tuple(citations), tuple(shown.values()), log_odds=log_odds)

    def _chosen(self, question: str, evidence: Sequence[Evidence]) -> list[_Scored]:
        """What to quote: the best first, or for each part of the question in turn."""
        asked = parts(question) if any(each.part for each in evidence) else ()
        if not asked or self.reranker is None:
            return self._best(question, evidence, quotes=QUOTES, besides=())
        chosen: list[_Scored] = []
        quotes = max(1, QUOTES // len(asked))
        for number, part in enumerate(asked, start=1):
            found = [each for each in evidence if each.part in (0, number)]
            chosen += self._best(part, found, quotes=quotes, besides=chosen)
        best = max((each.log_odds for each in chosen), default=0.0)
        return [each for each in chosen if each.log_odds >= best - PART_GAP]

    def _best(
        self, question: str, evidence: Sequence[Evidence], *, quotes: int, besides: Sequence[_Scored]
    ) -> list[_Scored]:
        read = [page for page in evidence if page.passages][:PAGES_READ]  # a picture cannot be quoted
        candidates = [each for place, page in enumerate(read) for each in _candidates(page, place)]
        if self.reranker is None:
            return [_Scored(candidate, 0.0, 0.0) for candidate in candidates[:1]]
        candidates = _promising(question, candidates)
        log_odds = self.reranker.score(question, [candidate.in_context for candidate in candidates])
        scored = [
            _Scored(candidate, odds, odds + PAGE_WEIGHT * candidate.evidence.score)
            for odds, candidate in zip(log_odds, candidates, strict=True)
        ]
        scored.sort(key=lambda each: each.score, reverse=True)
        chosen: list[_Scored] = []
        for each in scored:
            if len(chosen) == quotes or each.score < scored[0].score - GAP:
                break
            others = [other.candidate for other in (*besides, *chosen)]
            if not any(_overlap(each.candidate, other) or _same(each.candidate, other) for other in others):
                chosen.append(each)
        return chosen


def _promising(question: str, candidates: list[_Candidate]) -> list[_Candidate]:
    """Those to read, in their order: what shares most rare words with the question for its length and is well placed.

    The words of what a candidate stands under count like its own, but for single figures, which number chapters. What
    lies within a more promising candidate is left out.
    """
    if len(candidates) <= SENTENCES_READ:
        return candidates
    asked = stems(question)
    own = [stems(candidate.text) for candidate in candidates]
    under = [{stem for stem in stems(candidate.context) if len(stem) > 1} for candidate in candidates]
    said = [each | above for each, above in zip(own, under, strict=True)]
    worth = rarity(asked, said)
    promise = [
        sum(worth[stem] for stem in asked & all_said) / math.sqrt(5 + len(each)) + candidate.favour
        for all_said, each, candidate in zip(said, own, candidates, strict=True)
    ]
    best: list[int] = []
    for place in sorted(range(len(candidates)), key=lambda place: -promise[place]):
        if len(best) < SENTENCES_READ and not any(_within(candidates[place], candidates[other]) for other in best):
            best.append(place)
    return [candidates[place] for place in sorted(best)]


def _candidates(evidence: Evidence, place: int) -> list[_Candidate]:
    """What can be quoted from the best passages of the page at this place, each with what it stands under.

    The heads of columns are read with the rows below them and begin no quote of their own.
    """
    page = evidence.page
    found = sentences(page.body)
    candidates = []
    for number, passage in enumerate(evidence.passages[:PASSAGES_READ]):
        headings = " > ".join(passage.headings[:1] + passage.headings[1:][-1:])
        favour = PLACE * (1 - place / (PAGES_READ - 1)) + PLACE * (number == 0)
        inside = [each for each in found if each.start >= passage.start and each.end <= passage.end]
        heads = {heads_above(page.text, each.start) for each in inside if each.row}
        for first, begin in enumerate(inside):
            if begin.row and any(each and each[0] <= begin.start < each[1] for each in heads):
                continue
            columns = _columns(page, begin)
            under = (headings, passage.lead, "" if columns in passage.lead else columns)
            context = "\n".join(filter(None, under))
            span = _extended(page, inside[first:])
            candidates.append(_Candidate(evidence, *span, context, passage.text, favour))
    return list(filter(_says_something, candidates)) or candidates


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


def _columns(page: Page, row: Sentence | _Candidate) -> str:
    """The heads of the columns of a row of figures; empty if they are not clear or most have no cell in the row."""
    if (heads := column_heads(page.text, row.start)) is None:
        return ""
    text = page.text[slice(*heads)]
    return text if 2 * len(cells(page.text[row.start : row.end])) > len(cells(text)) else ""


def _is_label(text: str) -> bool:
    return count(text) <= LABEL_WORDS and text[-1] not in ENDS


def _is_heading(page: Page, sentence: Sentence) -> bool:
    return any(heading.start == sentence.start for heading in page.headings)


def _says_something(candidate: _Candidate) -> bool:
    """Not a lone heading, name or page number, and not the mere heads of columns."""
    page, text = candidate.evidence.page, candidate.text
    is_long = count(text) >= QUOTE_WORDS or bool(_columns(page, candidate))
    return is_long and not all(map(is_only_times_and_units, text.splitlines()))


def _overlap(a: _Candidate, b: _Candidate) -> bool:
    return a.evidence is b.evidence and a.start < b.end and b.start < a.end


def _within(a: _Candidate, b: _Candidate) -> bool:
    return a.evidence is b.evidence and b.start <= a.start and a.end <= b.end


def _same(a: _Candidate, b: _Candidate) -> bool:
    return a.text.split() == b.text.split()


def _quoted(candidate: _Candidate, evidence: Evidence, before: Sequence[Citation]) -> list[Span]:
    """Where the candidate stands; before it the heads of its columns, unless they were quoted before."""
    own = candidate.start, candidate.end
    heads = heads_above(evidence.page.text, candidate.start)
    if heads is None:
        return [own]
    quote = evidence.page.text[slice(*heads)]
    return [own] if any(each.label == evidence.label and quote in each.quote for each in before) else [heads, own]


def _citation(evidence: Evidence, start: int, end: int) -> Citation:
    return Citation(
        label=evidence.label,
        document_id=evidence.document_id,
        document=evidence.document,
        page=evidence.page.number,
        quote=evidence.page.text[start:end],
        boxes=evidence.page.boxes(start, end),
        supported=True,
        printed=evidence.page.printed,
    )
