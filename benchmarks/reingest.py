"""What it costs to name a folder again whose files have not changed.

    python benchmarks/reingest.py FOLDER [--runs 7]

The folder is read into a fresh library first, without OCR and with vectors that cost nothing: neither changes what the
second time does. Then `docqa ingest` is run in processes of its own, in turn for the smallest PDF alone and for the
folder: the difference is what the other files cost, beyond the start of the program.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ingest_stages import OPTIONS, Unembedded, Unwatched
from machine import machine

from docqa import build
from docqa.encoders.embedding import BGE_SMALL
from docqa.settings import Settings
from docqa.types import Scope
from ingest.discover import discover
from ingest.pipeline import Pipeline
from ingest.sandbox import Sandbox


class Nominal(Unembedded):
    """Vectors that cost nothing, under the name of the model that the command line expects."""

    name = BGE_SMALL.name


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    paths = discover([str(options.folder)])
    smallest = min(paths, key=lambda path: path.stat().st_size)
    with tempfile.TemporaryDirectory() as data:
        pages, passages = _read(paths, Path(data))
        command = [sys.executable, "-c", "from docqa.cli import main; main()", "--data", data, "ingest"]
        took: dict[str, list[tuple[float, float]]] = {}
        for _ in range(options.runs + 1):
            for name, path in {"its smallest PDF": smallest, "the whole folder": options.folder}.items():
                took.setdefault(name, []).append(_once([*command, str(path)]))
    size_mb = sum(path.stat().st_size for path in paths) >> 20
    print(f"{machine()}; {len(paths)} PDFs, {size_mb} MB, {pages:,} pages, {passages:,} passages; n = {options.runs}\n")
    print("| unchanged | wall, s | range, s | CPU s |\n| --- | --- | --- | --- |")
    medians = []
    for name, times in took.items():
        walls, cpus = zip(*times[1:], strict=True)  # the first warms the disk
        medians.append(statistics.median(walls))
        print(f"| {name} | {medians[-1]:.2f} | {min(walls):.2f}-{max(walls):.2f} | {statistics.median(cpus):.2f} |")
    print(f"| beyond the smallest, for 1,000 pages | {1000 * (medians[1] - medians[0]) / pages:.2f} | | |")


def _read(paths: Sequence[Path], data: Path) -> tuple[int, int]:
    """Read the files into a library; returns how many pages and passages that gave."""
    sandbox = Sandbox(workers=os.cpu_count() or 1, timeout_s=60, memory_limit_mb=4096)
    embedder = Nominal()
    try:
        with build.library(Settings(data=data), embedder, purpose="benchmark") as library:
            pipeline = Pipeline(library, embedder, sandbox, options=OPTIONS, passage_words=150)
            pipeline.ingest(paths, collection="default", progress=Unwatched())
            pages = sum(document.pages for document in library.catalog.documents())
            return pages, library.index.count(Scope())
    finally:
        sandbox.close()


def _once(command: Sequence[str]) -> tuple[float, float]:
    """Seconds on the wall, and of the processor."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s, after = time.perf_counter() - start, os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return wall_s, cpu_s


if __name__ == "__main__":
    main()
