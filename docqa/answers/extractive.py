"""The answer without a language model: the sentences and table rows that answer best, word for word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from docqa.answers.candidates import PAGES_READ, Candidate, candidates, promising
from docqa.protocols import Reranker
from docqa.question.parts import parts
from docqa.text.readable import as_quoted
from docqa.text.tables import heads_above
from docqa.types import Citation, Draft, Evidence, Span, Turn

QUOTES = 3  # at most
GAP = 3.0  # a further quote scores at most this much less than the first
PART_GAP = 8.0  # log-odds that a quote for one part of a question may be below the best for another
PAGE_WEIGHT = 4.0  # of a page's score beside the log-odds of its sentence


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
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
        asked = parts(question) if any(each.parts for each in evidence) else ()
        if not asked or self.reranker is None:
            return self._best(question, evidence, quotes=QUOTES, besides=())
        chosen: list[_Scored] = []
        quotes = max(1, QUOTES // len(asked))
        for number, part in enumerate(asked, start=1):
            found = [each for each in evidence if number in each.parts or not each.parts]
            chosen += self._best(part, found, quotes=quotes, besides=chosen)
        best = max((each.log_odds for each in chosen), default=0.0)
        return [each for each in chosen if each.log_odds >= best - PART_GAP]

    def _best(
        self, question: str, evidence: Sequence[Evidence], *, quotes: int, besides: Sequence[_Scored]
    ) -> list[_Scored]:
        quotable: list[list[Candidate]] = []  # by page: nothing of a picture or a table of contents is
        for page in evidence:
            if len(quotable) < PAGES_READ and (here := candidates(page, len(quotable))):
                quotable.append(here)
        found = [each for here in quotable for each in here]
        if self.reranker is None:
            return [_Scored(candidate, 0.0, 0.0) for candidate in found[:1]]
        found = promising(question, found)
        log_odds = self.reranker.score(question, [candidate.in_context for candidate in found])
        scored = [
            _Scored(candidate, odds, odds + PAGE_WEIGHT * candidate.evidence.score)
            for odds, candidate in zip(log_odds, found, strict=True)
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


def _overlap(a: Candidate, b: Candidate) -> bool:
    return a.evidence is b.evidence and a.start < b.end and b.start < a.end


def _same(a: Candidate, b: Candidate) -> bool:
    return a.text.split() == b.text.split()


def _quoted(candidate: Candidate, evidence: Evidence, before: Sequence[Citation]) -> list[Span]:
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
