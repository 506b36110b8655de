"""How likely it is that the documents speak of what was asked. Pure."""

import math

from docqa.fusion import logistic
from docqa.types import Match, Retrieval

# Logistic regression on questions that documents answer and questions about something else: `benchmarks/not_found.py`
# fits and tests it. The nearest of many passages is nearer by chance than the nearest of few, so their number counts,
# within the range it was fitted on.
SIMILARITY, LOG_ODDS, LOG_PASSAGES, BIAS = 24.8, 0.43, -0.87, -6.3
SIMILARITY_ALONE, LOG_PASSAGES_ALONE, BIAS_ALONE = 39.9, -0.71, -19.2  # without a reranker
FITTED_PASSAGES = (20, 6000)


def probability(retrieval: Retrieval) -> float:
    """0 to 1, of the question or, if it asks for several things, of the one that is likeliest."""
    if not retrieval.hits:
        return 0.0
    return max(of_match(match) for match in retrieval.parts or (retrieval.match,))


def of_match(match: Match) -> float:
    """0 to 1, from the nearest passage's similarity, the reranker's best log-odds and how much was searched."""
    fewest, most = FITTED_PASSAGES
    log_passages = math.log(min(max(match.searched, fewest), most))
    if match.log_odds is None:
        return logistic(SIMILARITY_ALONE * match.similarity + LOG_PASSAGES_ALONE * log_passages + BIAS_ALONE)
    return logistic(SIMILARITY * match.similarity + LOG_ODDS * match.log_odds + LOG_PASSAGES * log_passages + BIAS)
