"""Question to answer, in the order it happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from docqa.answers import answerability
from docqa.protocols import Answerer, NameOf, Pages
from docqa.question import followup
from docqa.retrieval.retriever import Retriever, Stopwatch
from docqa.types import Answer, AnswerMethod, AnswerPart, Draft, Evidence, Retrieval, Scope, Turn

AS_GOOD = 1.0  # log-odds that a page which goes on from the questions before may be below the best


def _unheard(_: object) -> None:
    """For callers who only want the whole answer."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Answers a question from the documents, or says that they do not hold the answer."""

    retriever: Retriever
    pages: Pages
    names: NameOf
    answerer: Answerer
    method: AnswerMethod
    evidence_pages: int
    not_found_below: float  # of the probability that the documents speak of what was asked
    min_answerable: float = 0.0  # of the probability that the pages hold the answer
    expected_answerable: float = answerability.FITTED_ANSWERABLE  # share of all questions that it supposes to have one

    def ask(
        self,
        question: str,
        *,
        scope: Scope = Scope(),
        say: Callable[[str], None] = _unheard,
        show: Callable[[Sequence[Evidence]], None] = _unheard,
        history: Sequence[Turn] = (),
        before: Sequence[str] = (),
    ) -> Answer:
        """Find the pages and answer from them; `show` gets the pages, then `say` the answer's text as it comes.

        After the questions `before`, oldest first, it is understood as a follow-up. With the turns of earlier answers
        as history, a model goes on from them.

        Raises IndexUnavailable, ModelUnavailable, ModelRefused or ContextOverflow.
        """
        meant, retrieval = self._retrieved(question, before, scope)
        return self.answer(question, retrieval, meant=meant, say=say, show=show, history=history)

    def _retrieved(self, question: str, before: Sequence[str], scope: Scope) -> tuple[str, Retrieval]:
        """The question as it is meant, and its pages."""
        meaning = followup.meaning(question, before)
        meant = meaning.question
        # What takes from questions before has these in it, which is not to ask them again.
        found = self.retriever.retrieve(meant, scope=scope, limit=self.evidence_pages, divide=meant == question)
        if meaning.certain:
            return meant, found
        alone = self.retriever.retrieve(question, scope=scope, limit=self.evidence_pages)
        return (meant, found) if self._goes_on(question, meant, found, alone) else (question, alone)

    def _goes_on(self, question: str, meant: str, leaning: Retrieval, alone: Retrieval) -> bool:
        """Whether a question that may lean on those before does, given its pages either way.

        How near the pages come cannot tell: those for what it means then are near to what was asked before. They must
        speak of what is asked now; and if the question alone is found, its best page must be another, no better one.
        """
        if not (leaning.hits and alone.hits):
            return False
        page, best = leaning.hits[0], alone.hits[0]
        if not followup.goes_on(question, page, best, beside=meant):
            return False
        if answerability.related(alone) < self.not_found_below:
            return True
        if (page.document_id, page.page) == (best.document_id, best.page):
            return False
        there, here = self.retriever.opinions(question, (page, best))
        return there >= here - AS_GOOD

    def answer(
        self,
        question: str,
        retrieval: Retrieval,
        *,
        meant: str = "",
        say: Callable[[str], None] = _unheard,
        show: Callable[[Sequence[Evidence]], None] = _unheard,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Answer from the best pages that were found, or say not_found if they hardly speak of the question.

        `meant` is the question as it stands by itself, if that differs.

        Raises ModelUnavailable, ModelRefused or ContextOverflow.
        """
        meant = meant or question
        watch = Stopwatch(dict(retrieval.timings))
        with watch.time("pages"):
            evidence = self.evidence(retrieval)
        draft = Draft("not_found", "", (), evidence)
        if self._may_answer(retrieval, history):
            asked = question if history else meant  # a model reads in the conversation what a follow-up leans on
            with watch.time("answer"):
                if self.method == "model":
                    draft = self.answerer.answer(asked, evidence, say=say, show=show, history=history)
                else:
                    draft = self._quoted(asked, retrieval, evidence, say, show)
        else:
            show(evidence)
        return Answer(
            question=question,
            searched=meant,
            status=draft.status,
            method=self.method,
            text=draft.text,
            citations=draft.citations,
            evidence=draft.shown,
            answerable=self._answerable(retrieval, draft.log_odds),
            parts=self._parts(retrieval, draft.shown),
            timings=watch.timings,
            receipt=draft.receipt,
            usage=draft.usage,
            interrupted=draft.interrupted,
            turn=draft.turn,
        )

    def _may_answer(self, retrieval: Retrieval, history: Sequence[Turn]) -> bool:
        """Whether it is likely enough that the pages hold the answer; of pages asked for by number nobody asks that.

        What is on a page without text only a model can tell that sees it.
        """
        is_picture = bool(retrieval.hits) and not retrieval.hits[0].passages[0].text
        if history or retrieval.named or (is_picture and self.method == "model"):
            return True
        if self.method == "model" and self._answerable(retrieval) < self.min_answerable:
            return False
        return answerability.related(retrieval) >= self.not_found_below

    def _quoted(
        self,
        question: str,
        retrieval: Retrieval,
        evidence: tuple[Evidence, ...],
        say: Callable[[str], None],
        show: Callable[[Sequence[Evidence]], None],
    ) -> Draft:
        """Quotations, unless they show that the pages do not hold the answer."""
        draft = self.answerer.answer(question, evidence, say=_unheard, show=show)
        if self._answerable(retrieval, draft.log_odds) < self.min_answerable and not retrieval.named:
            return Draft("not_found", "", (), draft.shown, log_odds=draft.log_odds)
        say(draft.text)
        return draft

    def _answerable(self, retrieval: Retrieval, quote_odds: float | None = None) -> float:
        return answerability.answerable(retrieval, quote_odds=quote_odds, expected=self.expected_answerable)

    def evidence(self, retrieval: Retrieval) -> tuple[Evidence, ...]:
        """The best pages that were found, read."""
        hits = retrieval.hits[: self.evidence_pages]
        names = self.names(retrieval.document_ids)
        known = [hit for hit in hits if hit.document_id in names]  # one may have been deleted meanwhile
        return tuple(
            Evidence(
                label=label,
                document_id=hit.document_id,
                document=names[hit.document_id],
                page=self.pages.page(hit.document_id, hit.page),
                passages=tuple(passage for passage in hit.passages if passage.text),
                score=hit.score,
                parts=hit.parts,
                also_on=tuple(
                    replace(each, document=names[each.document_id]) for each in hit.also_on if each.document_id in names
                ),
            )
            for label, hit in enumerate(known, start=1)
        )

    def _parts(self, retrieval: Retrieval, shown: Sequence[Evidence]) -> tuple[AnswerPart, ...]:
        parts = []
        for number, match in enumerate(retrieval.parts, start=1):
            answerable = answerability.related_to(match)
            labels = tuple(evidence.label for evidence in shown if number in evidence.parts)
            parts.append(AnswerPart(match.question, answerable, answerable >= self.not_found_below, labels))
        return tuple(parts)
