"""Question to answer, in the order it happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docqa import answerability
from docqa.protocols import Answerer, NameOf, Pages
from docqa.retrieval import Retriever, Stopwatch
from docqa.types import Answer, AnswerMethod, Evidence, PageHit, Retrieval, Scope, Turn


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

    def ask(
        self,
        question: str,
        *,
        scope: Scope = Scope(),
        say: Callable[[str], None] = _unheard,
        show: Callable[[Sequence[Evidence]], None] = _unheard,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Find the pages and answer from them; `show` gets the pages, then `say` the answer's text as it comes.

        With the turns of earlier answers as history, a model goes on from them.

        Raises IndexUnavailable, ModelUnavailable, ModelRefused or ContextOverflow.
        """
        retrieval = self.retriever.retrieve(question, scope=scope, limit=self.evidence_pages)
        return self.answer(question, retrieval, say=say, show=show, history=history)

    def answer(
        self,
        question: str,
        retrieval: Retrieval,
        *,
        say: Callable[[str], None] = _unheard,
        show: Callable[[Sequence[Evidence]], None] = _unheard,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Answer from the best pages that were found, or say not_found if they hardly speak of the question.

        Raises ModelUnavailable, ModelRefused or ContextOverflow.
        """
        watch = Stopwatch(dict(retrieval.timings))
        with watch.time("pages"):
            evidence = self._evidence(retrieval.hits[: self.evidence_pages])
        answerable = answerability.probability(retrieval)
        if answerable < self.not_found_below and not history:
            show(evidence)
            return Answer(question, "not_found", self.method, "", (), evidence, answerable, watch.timings)
        with watch.time("answer"):
            draft = self.answerer.answer(question, evidence, say=say, show=show, history=history)
        return Answer(
            question=question,
            status=draft.status,
            method=self.method,
            text=draft.text,
            citations=draft.citations,
            evidence=draft.shown,
            answerable=answerable,
            timings=watch.timings,
            receipt=draft.receipt,
            usage=draft.usage,
            interrupted=draft.interrupted,
            turn=draft.turn,
        )

    def _evidence(self, hits: list[PageHit]) -> tuple[Evidence, ...]:
        names = self.names({hit.document_id for hit in hits})
        known = [hit for hit in hits if hit.document_id in names]  # one may have been deleted meanwhile
        return tuple(
            Evidence(
                label=label,
                document_id=hit.document_id,
                document=names[hit.document_id],
                page=self.pages.page(hit.document_id, hit.page),
                passages=hit.passages,
                score=hit.score,
            )
            for label, hit in enumerate(known, start=1)
        )
