"""PDFs as broken disks and downloads leave them, each read in the sandbox. Seeded: a number makes the same one again.

python -m tests.mutations FOLDER COUNT [FIRST]
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from docqa.errors import DocumentError
from ingest.reading import ReadingOptions, read_cover, read_page
from ingest.sandbox import Sandbox

OPTIONS = ReadingOptions(ocr="off", dpi=72)
MOST_PAGES = 4  # of each that are read
ALONGSIDE = 4  # that are read at once

Sources = Sequence[bytes]


@dataclass(frozen=True)
class Outcome:
    """What became of one."""

    number: int
    pages: int  # that were read
    reasons: tuple[str, ...]  # why it, or pages of it, failed


def mutated(number: int, sources: Sources) -> bytes:
    """One of the sources, damaged."""
    dice = random.Random(number)
    body = dice.choice(sources)
    for damage in dice.sample(DAMAGES, dice.choice([1, 1, 1, 2])):
        body = damage(body, dice, sources)
    return body


def truncated(body: bytes, dice: random.Random, _: Sources) -> bytes:
    return body[: dice.randrange(len(body) + 1)]


def flipped(body: bytes, dice: random.Random, _: Sources) -> bytes:
    damaged = bytearray(body)
    for _time in range(dice.choice([1, 10, 100, 1000])):
        if damaged:
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
    return bytes(damaged)


def renumbered(body: bytes, dice: random.Random, _: Sources) -> bytes:
    """Digits change: lengths, offsets, references."""
    damaged = bytearray(body)
    places = [place for place, byte in enumerate(damaged) if byte in b"0123456789"]
    for place in dice.sample(places, min(len(places), dice.choice([1, 5, 50]))):
        damaged[place] = dice.choice(b"0123456789")
    return bytes(damaged)


def spliced(body: bytes, dice: random.Random, sources: Sources) -> bytes:
    other = dice.choice(sources)
    return body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other)) :]


def holed(body: bytes, dice: random.Random, _: Sources) -> bytes:
    start = dice.randrange(len(body) + 1)
    return body[:start] + body[start + dice.randrange(4096) :]


def stuttered(body: bytes, dice: random.Random, _: Sources) -> bytes:
    start = dice.randrange(len(body) + 1)
    return body[:start] + body[start : start + dice.randrange(4096)] * 3 + body[start:]


DAMAGES: list[Callable[[bytes, random.Random, Sources], bytes]] = [
    truncated,
    flipped,
    renumbered,
    spliced,
    holed,
    stuttered,
]


def outcomes(numbers: range, sources: Sources, sandbox: Sandbox, folder: Path) -> Iterator[Outcome]:
    """Make them, read them, and see what became of each; whatever is no DocumentError is raised."""
    for start in range(numbers.start, numbers.stop, ALONGSIDE):
        paths = {}
        for number in range(start, min(start + ALONGSIDE, numbers.stop)):
            paths[number] = folder / f"{number}.pdf"
            paths[number].write_bytes(mutated(number, sources))
        covers = {number: sandbox.submit(read_cover, path, OPTIONS) for number, path in paths.items()}
        for number, cover in covers.items():
            try:
                pages = range(1, min(cover.result().pages, MOST_PAGES) + 1)
            except DocumentError as error:
                yield Outcome(number, 0, (str(error),))
                continue
            pending = [sandbox.submit(read_page, paths[number], page, OPTIONS) for page in pages]
            reasons = tuple(str(error) for each in pending if (error := _failure(each.result)))
            yield Outcome(number, len(pages) - len(reasons), reasons)
        for path in paths.values():
            path.unlink()


def _failure(result: Callable[[], object]) -> DocumentError | None:
    try:
        result()
    except DocumentError as error:
        return error
    return None


def main(folder: Path, count: int, first: int = 0) -> None:
    """Run, print."""
    sources = [path.read_bytes() for path in sorted(folder.rglob("*.pdf"))]
    say = partial(print, flush=True)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    begun = time.monotonic()
    sandbox = Sandbox(workers=2, timeout_s=60, memory_limit_mb=4096)
    with tempfile.TemporaryDirectory() as scratch:
        for outcome in outcomes(range(first, first + count), sources, sandbox, Path(scratch)):
            kind = ("partly" if outcome.pages else "failed") if outcome.reasons else "done"
            counts[kind] += 1
            for reason in outcome.reasons:
                reasons[reason[:60]] += 1
                if "died" in reason or "timed out" in reason or "needs more" in reason:
                    say(f"{outcome.number}: {reason}")
    sandbox.close()
    say(f"{sum(counts.values())} of {len(sources)} PDFs: {dict(counts)}, {time.monotonic() - begun:.0f} s")
    for reason, times in reasons.most_common(15):
        say(f"{times:6}  {reason}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
