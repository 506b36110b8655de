"""How likely it is that the documents speak of what was asked, and that the pages found hold the answer. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from docqa.question.followup import own_words
from docqa.retrieval.fusion import logistic
from docqa.text.scripts import language, languages
from docqa.text.words import STEM, stems, terms
from docqa.types import Match, Passage, Retrieval

FITTED_PASSAGES = (20, 6000)
FITTED_ANSWERABLE = 0.5  # of the questions: both classes count alike
NOT_FOUND_BELOW = 0.2  # of the probability that the documents speak of the question,
NOT_FOUND_BELOW_WITH = {"multilingual-e5-small-q4": 0.8}  # with models whose similarities lie closer together
LEAD_OVER = 5  # the page that the best one's lead is measured to
PAGES_READ = 3  # for the numbers and words of a question


class Regression(NamedTuple):
    """A logistic regression."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, signals: Sequence[float]) -> float:
        return logistic(sum(weight * signal for weight, signal in zip(self.weights, signals, strict=True)) + self.bias)


# Fitted and tested by `benchmarks/not_found.py`: on questions made from documents (`docqa eval make`), near misses
# among them, and on questions about something else entirely; both classes count alike.
RELATED = Regression((19.501, 0.509, -0.783), -4.11)
RELATED_ALONE = Regression((41.834, -1.045), -18.02)  # without a reranker
HELD = Regression((0.098, 0.198, 0.851, -2.318), -1.52)
HELD_ALONE = Regression((0.226, 0.886, -2.303), -1.24)  # without a quotation


def not_found_below(model: str, chosen: float | None) -> float:
    """From which probability on a question is not found: as chosen, else as the embedding model has it."""
    return NOT_FOUND_BELOW_WITH.get(model, NOT_FOUND_BELOW) if chosen is None else chosen


def related(retrieval: Retrieval) -> float:
    """0 to 1: that the documents speak of the question or, if it asks for several things, of the likeliest of them."""
    if not retrieval.hits or _shares_only_the_language(retrieval):
        return 0.0
    return max(related_to(match) for match in retrieval.parts or (retrieval.match,))


def related_to(match: Match) -> float:
    """The same of one thing."""
    model = RELATED_ALONE if match.log_odds is None else RELATED
    return model.probability(related_signals(match))


def related_signals(match: Match) -> tuple[float, ...]:
    """Similarity of the nearest passage, the reranker's best log-odds if there is one, and how much was searched.

    The nearest of many passages is nearer by chance than the nearest of few.
    """
    fewest, most = FITTED_PASSAGES
    log_passages = math.log(min(max(match.searched, fewest), most))
    odds = () if match.log_odds is None else (match.log_odds,)
    return match.similarity, *odds, log_passages


def answerable(retrieval: Retrieval, *, quote_odds: float | None = None, expected: float = FITTED_ANSWERABLE) -> float:
    """0 to 1: that the pages found hold the answer; `quote_odds` is the reranker's best log-odds of a sentence.

    `expected` is the share of all questions whose answer is there. Without a reranker nothing but `related` can tell.
    """
    probability = related(retrieval)
    if signals := held_signals(retrieval, quote_odds):
        probability = _halved(probability * (HELD_ALONE if quote_odds is None else HELD).probability(signals))
    return restated(probability, expected)


def _halved(probability: float) -> float:
    """The probability with half the log-odds: what tells made questions apart tells people's half as well.

    They share fewer words with their pages. By half, people's questions about one set of documents come true as often
    as is said, and those about the other (docs/benchmarks.md).
    """
    there, missing = math.sqrt(probability), math.sqrt(1 - probability)
    return there / (there + missing)


def restated(probability: float, expected: float, *, instead_of: float = FITTED_ANSWERABLE) -> float:
    """A probability that supposes one share of all questions to have an answer, as it is if another share has.

    Source: Saerens, Latinne and Decaestecker, Neural Computation 14 (2002), equation 4.
    """
    there = probability * expected / instead_of
    missing = (1 - probability) * (1 - expected) / (1 - instead_of)
    return there / (there + missing)


def held_signals(retrieval: Retrieval, quote_odds: float | None) -> tuple[float, ...]:
    """What tells pages that hold an answer from pages of the same matter; empty without a reranker.

    Its log-odds for the best page and, if given, for the best sentence; how far the best page leads; and whether the
    best pages lack a number of the question, a year above all.
    """
    odds = [match.log_odds for match in (retrieval.match, *retrieval.parts) if match.log_odds is not None]
    if not retrieval.hits or not odds:
        return ()
    scores = [hit.score for hit in retrieval.hits[:LEAD_OVER]]
    quote = () if quote_odds is None else (quote_odds,)
    return max(odds), *quote, scores[0] - scores[-1], float(_lacks_a_number(retrieval))


def _shares_only_the_language(retrieval: Retrieval) -> bool:
    """Whether the best pages are in the question's language, which is not English, and have none of its own words.

    To models that know English only, texts of another language are alike whatever they say.
    """
    question = retrieval.match.question
    asked_in = languages(question)[1:]
    texts = [text for passage in _best(retrieval) for text in (*passage.headings, passage.lead, passage.text)]
    if not any(language(text) in asked_in for text in texts):
        return False
    asked = {word[:STEM] for word in own_words(question)}
    return bool(asked) and not asked & stems(" ".join(texts))


def _best(retrieval: Retrieval) -> list[Passage]:
    return [passage for hit in retrieval.hits[:PAGES_READ] for passage in hit.passages]


def _lacks_a_number(retrieval: Retrieval) -> bool:
    had = terms(" ".join(text for passage in _best(retrieval) for text in (passage.text, *passage.headings)))
    return any(term[0].isdigit() and term not in had for term in terms(retrieval.match.question))
