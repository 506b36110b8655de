"""Read a folder of awkward PDFs, and see that each ends as done or as failed with a reason, within the limits.

    python benchmarks/badpdfs.py FOLDER [--list]

If FOLDER has a MANIFEST.jsonl with lines {"file", "accept": ["parses" | "encrypted" | "error", ...], "password"},
outcomes are held against it, and files with a password are read once more with it. A document that is usable but for
some pages, "partly", is right where either "parses" or "error" is. Exits with 1 if something is not as it should be.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from machine import machine

from docqa import build
from docqa.catalog import Catalog
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.settings import Settings
from docqa.storage.files import Files
from docqa.storage.staging import Staging
from docqa.types import Document
from ingest.discover import discover
from ingest.intake import Unlocked, as_it_is, register
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox

DIMENSION = 8
LOOK_S = 0.02  # between two looks at the memory of the children
SLACK_S = 5.0  # to start a child anew, and to write what it read


class ByHash:
    """Vectors without meaning: what is measured here is reading."""

    name = "by hash"
    dimension = DIMENSION

    def embed_query(self, text: str) -> list[float]:
        """A unit vector."""
        numbers = [byte + 1.0 for byte in hashlib.sha256(text.encode("utf-8", "replace")).digest()[:DIMENSION]]
        length = sum(number * number for number in numbers) ** 0.5
        return [number / length for number in numbers]

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One for each."""
        return [self.embed_query(text) for text in texts]


class Untold:
    """Progress that nobody watches."""

    def register(self, files: int, of: int) -> None: ...

    def images(self, tried: int, of: int) -> None: ...

    def begin(self, pages: int) -> None: ...

    def page(self, document: str) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    file: str
    said: str  # parses, partly, encrypted, error, or vanished
    accepted: tuple[str, ...]
    seconds: float
    pages: int
    failures: tuple[str, ...]  # why the file or pages of it failed

    @property
    def is_right(self) -> bool:
        """As the manifest has it, and with a reason if it failed."""
        reasoned = bool(self.failures) or self.said == "parses"
        fitting = {"parses", "error"} if self.said == "partly" else {self.said}
        return self.said != "vanished" and reasoned and (not self.accepted or not fitting.isdisjoint(self.accepted))


class Peak:
    """The most memory that any child had, MB."""

    resident = 0
    addressed = 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look again and again until the block ends."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(LOOK_S):
                for pid in _descendants():
                    self._look(pid)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self, pid: int) -> None:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        facts = dict(line.split(":", 1) for line in status.splitlines())
        self.resident = max(self.resident, int(facts.get("VmHWM", "0 kB").split()[0]) >> 10)
        self.addressed = max(self.addressed, int(facts.get("VmPeak", "0 kB").split()[0]) >> 10)


def _descendants() -> list[int]:
    """The children of the process that starts them, which is a child of this one."""
    try:
        mine = Path("/proc/self/task").glob("*/children")
        starters = [int(pid) for each in mine for pid in each.read_text().split()]
        return [
            int(pid)
            for starter in starters
            for each in Path(f"/proc/{starter}/task").glob("*/children")
            for pid in each.read_text().split()
        ]
    except OSError:
        return []


def read(path: Path, library: Library, pipeline: Pipeline, accepted: Sequence[str], unlocked: Unlocked) -> Outcome:
    """Put a file into the library, read it, and see what became of it."""
    begun = time.monotonic()
    registered, refused = register(library, [path], collection="default", progress=Untold(), unlocked=unlocked)
    pipeline.read_unfinished(Untold())
    seconds = time.monotonic() - begun
    if refused:
        return Outcome(path.name, "error", tuple(accepted), seconds, 0, (refused[0].error,))
    document = library.catalog.document(registered[0].document_id)
    if document is None or document.state not in ("done", "failed"):
        return Outcome(path.name, "vanished", tuple(accepted), seconds, 0, ())
    failures = tuple(error for _, error in library.catalog.page_outcomes(document.id).values() if error)
    own = (document.error,) if document.error else ()
    return Outcome(path.name, _said(document), tuple(accepted), seconds, document.pages, failures or own)


def _said(document: Document) -> str:
    if document.needs_password:
        return "encrypted"
    if document.state != "done":
        return "error"
    return "partly" if document.pages_failed else "parses"


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print every file, not only what is wrong")
    options = parser.parse_args()
    manifest = options.folder / "MANIFEST.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
    known = {row["file"]: row for row in rows}
    limits = Settings().ingest
    peak, outcomes = Peak(), []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        library = Library(
            Catalog.at(Path(folder) / "catalog.db"),
            Files(Path(folder) / "files"),
            EdgeIndex(Path(folder) / "index", dimension=lambda: DIMENSION),
        )
        stack.callback(library.index.close)
        sandbox = Sandbox(
            workers=limits.workers, timeout_s=limits.page_timeout_s, memory_limit_mb=limits.memory_limit_mb
        )
        stack.callback(sandbox.close)
        staging = Staging(library.files.uploads)
        stack.callback(staging.close)
        unlocker = build.unlocker(Settings(), staging)
        pipeline = Pipeline(library, ByHash(), sandbox, options=ReadingOptions(), passage_words=limits.passage_words)
        stack.enter_context(peak.watched())
        for path in discover([str(options.folder)]):
            row = known.get(path.name, {})
            outcomes.append(read(path, library, pipeline, row.get("accept", ()), as_it_is))
            if outcomes[-1].said == "encrypted" and row.get("password"):
                password = row["password"]
                given = read(path, library, pipeline, ["parses"], lambda path, word=password: unlocker.copy(path, word))
                outcomes.append(Outcome(f"{path.name} with its password", *list(vars(given).values())[1:]))
            if options.list:
                print(_line(outcomes[-1]), flush=True)
    report(outcomes, peak, limits.page_timeout_s, limits.workers, limits.memory_limit_mb)


def report(outcomes: Sequence[Outcome], peak: Peak, timeout_s: float, workers: int, memory_limit_mb: int) -> None:
    """Print the tables; exit with 1 if something is wrong."""
    wrong = [each for each in outcomes if not each.is_right]
    slow = [each for each in outcomes if each.seconds > (each.pages / workers + 1) * timeout_s + SLACK_S]
    failures = Counter(failure for each in outcomes for failure in each.failures)
    died = sum(count for failure, count in failures.items() if "died" in failure)
    timed_out = sum(count for failure, count in failures.items() if "timed out" in failure)
    slowest = max(outcomes, key=lambda each: each.seconds)
    print(f"{machine()}; {len(outcomes)} readings\n\n| | |\n| --- | --- |")
    for said, count in Counter(each.said for each in outcomes).most_common():
        print(f"| {said} | {count} |")
    print(f"| not as the manifest has it, or without a reason | {len(wrong)} |")
    print(f"| over the time limit | {len(slow)} |")
    print(f"| pages that timed out | {timed_out} |")
    print(f"| pages whose process died | {died} |")
    print(f"| slowest | {slowest.file}, {slowest.pages} pages, {slowest.seconds:.1f} s |")
    print(f"| most memory of a child, resident / addressed | {peak.resident:,} / {peak.addressed:,} MB |")
    for each in [*wrong, *slow]:
        print(_line(each))
    if wrong or slow or peak.addressed > memory_limit_mb:
        sys.exit(1)


def _line(outcome: Outcome) -> str:
    reason = f": {outcome.failures[0]}" if outcome.failures else ""
    more = f" (and {len(outcome.failures) - 1} more)" if len(outcome.failures) > 1 else ""
    mark = "      " if outcome.is_right else "WRONG "
    return f"{mark}{outcome.seconds:6.1f} s  {outcome.said:9}  {outcome.file}, {outcome.pages} pages{reason}{more}"


if __name__ == "__main__":
    main()
