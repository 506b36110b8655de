"""Ingest of a folder of PDFs by docqa and by what people would use instead, and what files that are broken do to each.

    python benchmarks/ingest_peers.py FOLDER [--awkward FOLDER] [--vectors free] [--only NAME]

Linux. Install the others and docqa into one environment of their own, and run it there:

    pip install -e . llama-index-readers-file llama-index-vector-stores-qdrant "unstructured[pdf]"
    python -m spacy download en_core_web_sm

What is not installed is left out and named. Each system reads the folder in a process of its own, which is started for
it, its imports counted: once with vectors that cost nothing, then with docqa's embedding model. Of a folder of awkward
files each is read by each of the other systems in a process of its own, with docqa's limits of time and memory, which
they lack; docqa reads the folder as it always does. A MANIFEST.jsonl there, with lines {"file", "accept": ["parses" |
"encrypted" | "error", ...]}, tells what should come of each.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers
import processor
import pymupdf
from machine import machine

from ingest.discover import discover

LOOK_S = 0.25  # between two looks at the memory of a system
VECTORS = {"free": "vectors that cost nothing", "real": "with embedding"}
AWKWARD = {
    "text": "text came",
    "none": "opened, no text",
    "refused": "refused with a reason",
    "slow": "over the time limit",
    "died": "the process died",
}


@dataclass(frozen=True)
class Run:
    """What it took to make it."""

    made: peers.Made
    wall_s: float
    cpu_s: float
    peak_mb: int  # of all processes together


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--awkward", type=Path, help="folder of files that are damaged, encrypted, greedy or odd")
    parser.add_argument("--vectors", action="append", choices=VECTORS, help="instead of both")
    parser.add_argument("--only", action="append", choices=peers.SYSTEMS, help="systems, instead of all")
    options = parser.parse_args()
    names = options.only or list(peers.SYSTEMS)
    paths = discover([str(options.folder)])
    pages = sum(pymupdf.open(path).page_count for path in paths)
    print(f"{machine()}; {len(paths)} PDFs, {pages} pages; n = 1\n")
    for kind in options.vectors or VECTORS:
        _print_runs(VECTORS[kind], {name: run for name in names if (run := _run(name, kind, options.folder))}, pages)
    if options.awkward:
        fates = {name: fate for name in names if (fate := _fates(name, options.awkward)) is not None}
        _print_fates(fates, options.awkward)


def _run(name: str, kind: str, folder: Path) -> Run | None:
    begun, peak = time.monotonic(), 0
    command = _command("peers.py", name, kind, str(folder))
    with tempfile.TemporaryFile() as out, subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, processor.resident_mb(process.pid))
            time.sleep(LOOK_S)
        wall_s = time.monotonic() - begun
        out.seek(0)
        lines = out.read().decode().splitlines()
    if process.returncode:
        print(f"{name}: ended with {process.returncode}. Is it installed? {peers.INSTALL}")
        return None
    told = json.loads(lines[-1])
    return Run(peers.Made(**told["made"]), wall_s, told["cpu_s"], peak)


def _print_runs(title: str, runs: Mapping[str, Run], pages: int) -> None:
    heads = ["wall s", "pages/s", "CPU s", "times the first: wall, CPU", "memory, MB", "passages", "words in them"]
    heads += ["files, pages with text"]
    print(f"| {title} | {' | '.join(heads)} |\n| --- |{' --- |' * len(heads)}")
    first = next(iter(runs.values()))
    for name, run in runs.items():
        made = run.made
        speed = f"{run.wall_s:.0f} | {pages / run.wall_s:.1f} | {run.cpu_s:.0f}"
        ratios = f"{run.wall_s / first.wall_s:.2f}, {run.cpu_s / first.cpu_s:.2f}"
        counts = f"{made.passages:,} | {made.words:,} | {made.files}, {made.pages:,}"
        print(f"| {name} | {speed} | {ratios} | {run.peak_mb:,} | {counts} |")
    for name, run in runs.items():
        if run.made.stages:
            print(f"{name}: " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in run.made.stages.items()))
    print(flush=True)


def _command(script: str, *words: str) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name(script)), *words]


def _fates(name: str, folder: Path) -> dict[str, Any] | None:
    command = _command("awkward.py", name, str(folder))
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if ended.returncode:
        print(f"{name}: ended with {ended.returncode}. Is it installed? {peers.INSTALL}")
        return None
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def _print_fates(fates: Mapping[str, Mapping[str, Sequence[Any]]], folder: Path) -> None:
    manifest = folder / "MANIFEST.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
    accepted = {row["file"]: set(row["accept"]) for row in rows}
    print(f"| {len(next(iter(fates.values())))} files | {' | '.join(fates)} |\n| --- |{' --- |' * len(fates)}")
    for fate, title in AWKWARD.items():
        _print_row(title, (sum(each[0] == fate for each in files.values()) for files in fates.values()))
    _print_row("pages with text", (sum(each[1] for each in files.values()) for files in fates.values()))
    wrong = {
        "should be read, and is not": lambda fate, accept: accept == {"parses"} and fate not in ("text", "none"),
        "should be refused, and text came": lambda fate, accept: "parses" not in accept and fate == "text",
    }
    for title, is_wrong in wrong.items():
        found = {
            name: [file for file, each in files.items() if file in accepted and is_wrong(each[0], accepted[file])]
            for name, files in fates.items()
        }
        _print_row(title, map(len, found.values()))
    for name, files in fates.items():
        for fate in ("slow", "died"):
            these = [file for file, each in files.items() if each[0] == fate]
            if these:
                print(f"{name}, {AWKWARD[fate]}: {', '.join(these)}")


def _print_row(title: str, cells: Iterable[int]) -> None:
    print(f"| {title} | {' | '.join(f'{cell:,}' for cell in cells)} |")


if __name__ == "__main__":
    main()
