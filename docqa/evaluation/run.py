"""Ask every question and score what comes back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from docqa.answers.engine import Engine
from docqa.errors import UsageError
from docqa.evaluation import calibration, hiding, scoring
from docqa.evaluation.questions import Question
from docqa.evaluation.scoring import Place
from docqa.types import Answer, Scope

DEPTH = max(scoring.DEPTHS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the pages that search ranked, and the answer."""

    question: Question
    found: tuple[Place, ...]  # best first
    answer: Answer


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What became of a question file."""

    in_document: list[Asked]  # each question asked of its own document
    corpus: list[Asked]  # the standalone ones asked of all documents
    expected_answerable: float  # share of questions that the probabilities suppose to have an answer


def check(questions: Sequence[Question], documents: Mapping[str, str], pages: Mapping[str, int]) -> None:
    """Raises UsageError if a question is about a PDF or page that is not there.

    `pages`: how many, by document id; 0 if it could not be opened.
    """
    for question in questions:
        if question.doc is not None and question.doc not in documents:
            raise UsageError(f"Question {question.id} is about {question.doc}, which is not among the PDFs")
        last = pages[documents[question.doc]] if question.doc else 0
        beyond = [page for page in (*question.evidence_pages, *question.hidden_pages) if last and page > last]
        if beyond:
            raise UsageError(f"Question {question.id} speaks of page {beyond[0]}, which {question.doc} lacks")


def evaluate(
    engine: Engine, questions: Iterable[Question], documents: Mapping[str, str], *, whole: bool = False
) -> Evaluation:
    """Ask each question of its own document, and of all if it can stand alone; `documents`: file names to ids.

    `whole` says that they are the whole library, which is searched without naming each.
    """
    everywhere = Scope() if whole else Scope(tuple(dict.fromkeys(documents.values())))
    result = Evaluation([], [], engine.expected_answerable)
    for question in questions:
        names = {document_id: name for name, document_id in documents.items()}
        asked = engine
        if question.doc is not None:
            own = documents[question.doc]
            names[own] = question.doc  # the same bytes may have another name, too
            asked = hiding.without(engine, own, question.hidden_pages) if question.hidden_pages else engine
            result.in_document.append(_ask(asked, question, Scope((own,)), names))
        if question.doc is None or question.standalone:
            result.corpus.append(_ask(asked, question, everywhere, names))
    return result


def _ask(engine: Engine, question: Question, scope: Scope, names: Mapping[str, str]) -> Asked:
    engine = replace(engine, names=lambda ids: {each: names[each] for each in ids})
    retrieval = engine.retriever.retrieve(question.question, scope=scope, limit=DEPTH)
    found = tuple((names[hit.document_id], hit.page) for hit in retrieval.hits)
    return Asked(question, found, engine.answer(question.question, retrieval))


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """The figures, as `docqa eval run --json` prints them."""
    types = sorted({asked.question.type for asked in evaluation.in_document if asked.question.answerable})
    return {
        "in_document": _retrieval(evaluation.in_document),
        "corpus_standalone": _retrieval(evaluation.corpus),
        "by_type": {
            kind: {
                "in_document": _retrieval([asked for asked in evaluation.in_document if asked.question.type == kind]),
                "corpus_standalone": _retrieval([asked for asked in evaluation.corpus if asked.question.type == kind]),
            }
            for kind in types
        },
        "answers": {"in_document": _answers(evaluation.in_document), "corpus_standalone": _answers(evaluation.corpus)},
        "not_found": _refusals(evaluation.in_document or evaluation.corpus),
        "not_found_corpus": _refusals(evaluation.corpus),
        "near_misses": _near_misses(evaluation.in_document),
        "reliability": {
            "in_document": _reliability(evaluation.in_document, evaluation.expected_answerable),
            "corpus_standalone": _reliability(evaluation.corpus, evaluation.expected_answerable),
        },
        "timings": _timings([*evaluation.in_document, *evaluation.corpus]),
    }


def _retrieval(asked: Sequence[Asked]) -> dict[str, float]:
    return scoring.averaged(
        [scoring.page_scores(each.question, each.found) for each in asked if each.question.answerable]
    )


def _answers(asked: Sequence[Asked]) -> dict[str, float]:
    """Shares of the answerable questions, of those with a gold answer, and of those with gold boxes."""
    answerable = [each for each in asked if each.question.answerable]
    rows = []
    for each in answerable:
        cited = scoring.cites_gold_first(each.question, each.answer)
        contained = scoring.contains(each.answer.text, each.question.gold_answers)
        rows.append({"gold_page_cited_first": float(cited), "either": float(cited or contained)})
    told = [each for each in answerable if each.question.gold_answers]
    boxed = [each for each in answerable if each.question.evidence_boxes]
    shares = scoring.averaged(rows)
    if told:
        contained_in = [scoring.contains(each.answer.text, each.question.gold_answers) for each in told]
        shares["answer_contained"] = sum(contained_in) / len(told)
    if boxed:
        shares["boxes_overlap"] = sum(scoring.boxes_overlap(each.question, each.answer) for each in boxed) / len(boxed)
        shares["questions_with_boxes"] = len(boxed)
    return shares


def _refusals(asked: Sequence[Asked]) -> dict[str, float | None]:
    counted = scoring.refusals([(each.question, each.answer) for each in asked])
    return {
        "precision": counted.precision,
        "recall": counted.recall,
        "unanswerable": counted.unanswerable,
        "refused": counted.refused,
        "answerable": counted.answerable,
        "refused_wrongly": counted.refused_wrongly,
    }


def _near_misses(asked: Sequence[Asked]) -> dict[str, dict[str, int]]:
    """How many questions that have no answer, and how many were refused, by how `docqa eval make` made them."""
    kinds = sorted({each.question.made for each in asked if each.question.made and not each.question.answerable})
    counted = {kind: [each.answer.status for each in asked if each.question.made == kind] for kind in kinds}
    return {
        kind: {"questions": len(statuses), "refused": statuses.count("not_found")} for kind, statuses in counted.items()
    }


def _reliability(asked: Sequence[Asked], expected: float) -> dict[str, Any] | None:
    found = calibration.reliability(
        [each.answer.answerable for each in asked],
        [calibration.is_answerable_from_evidence(each.question, each.answer) for each in asked],
        expected=expected,
    )
    return asdict(found) if found else None


def _timings(asked: Sequence[Asked]) -> dict[str, float]:
    """Median milliseconds of each stage, and of all stages together."""
    stages = dict.fromkeys(stage for each in asked for stage in each.answer.timings)
    medians = {stage: median(each.answer.timings.get(stage, 0.0) for each in asked) for stage in stages}
    total = median(sum(each.answer.timings.values()) for each in asked)
    return {stage: round(value, 2) for stage, value in (medians | {"total": total}).items()}
