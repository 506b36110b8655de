"""Words of a text layer set right where the PDF draws them in an unusual way. Pure: no PDF library here."""

from collections.abc import Sequence

FEWEST_LETTERS = 5  # that stand apart in a line whose words have come apart


def is_spaced_out(words: Sequence[str]) -> bool:
    """Whether at least half of a line's words are single letters: set wide apart, each is taken for a word."""
    letters = sum(len(word) == 1 and word.isalpha() for word in words)
    return letters >= max(FEWEST_LETTERS, len(words) / 2)


def is_closed_up(words: Sequence[str], spaced_out: Sequence[str]) -> bool:
    """Whether these are the words of a line that is spaced out; a single one may be several that were glued."""
    return len(words) > 1 and "".join(words) == "".join(spaced_out) and not is_spaced_out(words)
