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


def idle_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """Share of the machine's time that nobody used between two calls of clock()."""
    return (after[0] - before[0]) / max(after[1] - before[1], 1)


def clock() -> tuple[int, int]:
    """Ticks since the machine started, of all its cores: those that nobody used, and all."""
    fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def _family() -> dict[int, list[str]]:
    """What /proc says of this process and those below it, by number; the parent's number comes second."""
    everybody: dict[int, list[str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                everybody[int(entry.name)] = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:  # it has ended
                continue

    def is_below(number: int) -> bool:
        while number in everybody and number != os.getpid():
            number = int(everybody[number][1])
        return number == os.getpid()

    return {number: fields for number, fields in everybody.items() if is_below(number)}


def _peak_mb(number: int) -> int:
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
