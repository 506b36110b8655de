"""How long each command takes from nothing, on a warm disk.

    python benchmarks/startup.py [--data LIBRARY] [--runs 7] [--question TEXT]

Each command runs in a process of its own; the library should hold something. Printed: the median of seconds to the
first line of output, median and range to the end, beside a Python that does nothing.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from machine import machine


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="library to ask")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--question", default="When did the last coal ship leave?")
    options = parser.parse_args()
    docqa = [sys.executable, "-c", "from docqa.cli import main; main()"]
    library = [*docqa, "--data", options.data] if options.data else docqa
    commands = {
        "python": [sys.executable, "-c", "print()"],
        "docqa --help": [*docqa, "--help"],
        "docqa config": [*library, "config"],
        "docqa list": [*library, "list"],
        "docqa search": [*library, "search", options.question],
        "docqa ask": [*library, "ask", options.question],
        "docqa doctor": [*library, "doctor"],
    }
    print(f"{machine()}; n = {options.runs}\n")
    print("| command | first line, s | end, s | range of end, s |\n| --- | --- | --- | --- |")
    for name, command in commands.items():
        _once(command)  # warms the disk
        firsts, ends = zip(*(_once(command) for _ in range(options.runs)), strict=True)
        first, end = statistics.median(firsts), statistics.median(ends)
        print(f"| `{name}` | {first:.2f} | {end:.2f} | {min(ends):.2f}-{max(ends):.2f} |")


def _once(command: Sequence[str]) -> tuple[float, float]:
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - start
        process.stdout.read()
    return first, time.perf_counter() - start


if __name__ == "__main__":
    main()
