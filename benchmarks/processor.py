"""Processor time and memory of this process and all its children (Linux)."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds() -> float:
    """Processor time that this process and its children have used, the dead ones included."""
    return sum(sum(map(int, fields[11:15])) for fields in _family().values()) / TICKS


def peak_mb() -> tuple[int, int]:
    """The most memory that this process, and that any living child, ever held."""
    peaks = {number: _peak_mb(number) for number in _family()}
    mine = peaks.pop(os.getpid())
    return mine, max(peaks.values(), default=0)


def resident_mb(root: int) -> int:
    """What a process and those below it hold now; memory that several share counts once."""
    return sum(_resident_kb(number) for number in _family(root)) // 1024


def idle_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """Share of the machine's time that nobody used between two calls of clock()."""
    return (after[0] - before[0]) / max(after[1] - before[1], 1)


def clock() -> tuple[int, int]:
    """Ticks since the machine started, of all its cores: those that nobody used, and all."""
    fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def _family(root: int | None = None) -> dict[int, list[str]]:
    """What /proc says of a process, by default this one, and those below it, by number; the parent's comes second."""
    root = root or os.getpid()
    everybody: dict[int, list[str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                everybody[int(entry.name)] = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:  # it has ended
                continue

    def is_below(number: int) -> bool:
        while number in everybody and number != root:
            number = int(everybody[number][1])
        return number == root

    return {number: fields for number, fields in everybody.items() if is_below(number)}


def _peak_mb(number: int) -> int:
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _resident_kb(number: int) -> int:
    try:
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
