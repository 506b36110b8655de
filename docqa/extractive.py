"""The answer without a language model: the sentences and table rows that answer best, word for word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docqa.protocols import Reranker
from docqa.sentences import Sentence, sentences
from docqa.types import Citation, Draft, Evidence

PAGES_READ = 3  # of the evidence, best first
PASSAGES_READ = 2  # of each page
QUOTES = 3  # at most
GAP = 3.0  # a further quote scores at most this much less than the first
SENTENCE_WORDS = 8  # a sentence of fewer words is quoted with what follows it,
ROW_WORDS = 12  # and so is a row, heading or fragment: its value, or the rest of the thought
PAGE_WEIGHT = 2.0  # of a page's score beside the log-odds of its sentence


@dataclass(frozen=True, slots=True)
class _Candidate:
    """text[start:end] of a page: a sentence or row, with what follows it where it is short."""

    evidence: Evidence
    start: int
    end: int
    context: str

    @property
    def text(self) -> str:
        return self.evidence.page.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class QuotationAnswerer:
    """Quotes the evidence; it never writes a word of its own."""

    reranker: Reranker | None

    def answer(self, question: str, evidence: Sequence[Evidence], say: Callable[[str], None]) -> Draft:
        """Quote what answers best, the best first."""
        chosen = self._best(question, [candidate for each in evidence[:PAGES_READ] for candidate in _candidates(each)])
        citations = tuple(_citation(candidate) for candidate in chosen)
        text = "\n".join(f"{shown(citation.quote)} [{citation.label}]" for citation in citations)
        say(text)
        return Draft("answered", text, citations, tuple(evidence))

    def _best(self, question: str, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        if self.reranker is None:
            return list(candidates[:1])
        log_odds = self.reranker.score(question, [f"{candidate.context}\n{candidate.text}" for candidate in candidates])
        scored = [
            (odds + PAGE_WEIGHT * candidate.evidence.score, candidate)
            for odds, candidate in zip(log_odds, candidates, strict=True)
        ]
        scored.sort(key=lambda pair: pair[0], reverse=True)
        chosen: list[_Candidate] = []
        for score, candidate in scored:
            if len(chosen) == QUOTES or score < scored[0][0] - GAP:
                break
            if not any(_overlap(candidate, other) for other in chosen):
                chosen.append(candidate)
        return chosen


def shown(quote: str) -> str:
    """A quote on one line, the cells of a row with bars between."""
    rows = [" | ".join(" ".join(cell.split()) for cell in row.split("\t")) for row in quote.split("\n")]
    return " ".join(rows)


def _candidates(evidence: Evidence) -> list[_Candidate]:
    """What can be quoted from the best passages of a page, each with what it stands under."""
    found = sentences(evidence.page.text)
    candidates = []
    for passage in evidence.passages[:PASSAGES_READ]:
        context = " > ".join(passage.headings[:1] + passage.headings[1:][-1:])
        inside = [each for each in found if each.start >= passage.start and each.end <= passage.end]
        for place in range(len(inside)):
            start, end = _extended(evidence.page.text, inside[place:])
            candidates.append(_Candidate(evidence, start, end, context))
    return candidates


def _extended(text: str, following: Sequence[Sentence]) -> tuple[int, int]:
    """The first sentence or row, and as many of the next as it takes to say something."""
    start = following[0].start
    for sentence in following:
        whole = not sentence.row and text[sentence.end - 1] in ".!?。！？"
        if len(text[start : sentence.end].split()) >= (SENTENCE_WORDS if whole else ROW_WORDS):
            break
    return start, sentence.end


def _overlap(a: _Candidate, b: _Candidate) -> bool:
    return a.evidence is b.evidence and a.start < b.end and b.start < a.end


def _citation(candidate: _Candidate) -> Citation:
    evidence = candidate.evidence
    return Citation(
        label=evidence.label,
        document_id=evidence.document_id,
        document=evidence.document,
        page=evidence.page.number,
        quote=candidate.text,
        boxes=evidence.page.boxes(candidate.start, candidate.end),
        supported=True,
    )
