"""The stores of a library to where they shall be from now on: nothing is read again, nothing embedded again."""

from collections.abc import Callable

from docqa.errors import LibraryMismatch, UsageError
from docqa.protocols import Index
from docqa.types import Scope

PASSAGES_AT_ONCE = 500


def copy_index(source: Index, target: Index, *, say: Callable[[int, int], None]) -> tuple[int, int]:
    """Copy every passage; returns how many were copied, and how many were there already.

    Stopped halfway it goes on where it was. Nobody may write to either meanwhile. Raises UsageError if the target
    holds what the source does not, LibraryMismatch if they do not hold the same in the end.
    """
    wanted = set(source.keys(Scope()))
    there = set(target.keys(Scope()))
    if strangers := there - wanted:
        raise UsageError(
            f"The new index holds {len(strangers)} passages that this library does not: it belongs to another one."
            " Name another collection with DOCQA_INDEX__COLLECTION"
        )
    copied, start = 0, None
    while True:
        found, start = source.export(start, PASSAGES_AT_ONCE)
        new = [each for each in found if each.passage.key not in there]
        target.adopt(new)
        copied += len(new)
        say(len(there) + copied, len(wanted))
        if start is None:
            break
    if (held := target.count(Scope())) != len(wanted):
        raise LibraryMismatch(
            f"The new index holds {held} passages and the old one {len(wanted)}: was it written to meanwhile?"
            " Repeat the command"
        )
    return copied, len(there)
