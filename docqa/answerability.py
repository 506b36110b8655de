"""How likely it is that the documents speak of what was asked. Pure."""

import math

from docqa.fusion import logistic
from docqa.types import Retrieval

# Logistic regression on questions that documents answer and questions about something else: `benchmarks/not_found.py`
# fits and tests it. The nearest of many passages is nearer by chance than the nearest of few, so their number counts,
# within the range it was fitted on.
SIMILARITY, LOG_ODDS, LOG_PASSAGES, BIAS = 24.8, 0.43, -0.87, -6.3
SIMILARITY_ALONE, LOG_PASSAGES_ALONE, BIAS_ALONE = 39.9, -0.71, -19.2  # without a reranker
FITTED_PASSAGES = (20, 6000)


def probability(retrieval: Retrieval) -> float:
    """0 to 1, from the nearest passage's similarity, the reranker's best log-odds and how much was searched."""
    if not retrieval.hits:
        return 0.0
    fewest, most = FITTED_PASSAGES
    log_passages = math.log(min(max(retrieval.searched, fewest), most))
    if retrieval.log_odds is None:
        return logistic(SIMILARITY_ALONE * retrieval.similarity + LOG_PASSAGES_ALONE * log_passages + BIAS_ALONE)
    return logistic(
        SIMILARITY * retrieval.similarity + LOG_ODDS * retrieval.log_odds + LOG_PASSAGES * log_passages + BIAS
    )
