"""How much processor time another process has had, and whether it waits for more. Only Linux tells."""

import os
from pathlib import Path
from typing import NamedTuple


class Spent(NamedTuple):
    """What a process has had until now."""

    seconds: float  # of processors
    wants_more: bool  # it waits for a processor or is at one, and waits for nothing else


def spent(pid: int | None) -> Spent | None:
    """None if it is gone, or where nobody tells."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *numbers = status.rpartition(")")[2].split()  # see proc_pid_stat(5): its name is in brackets before
    return Spent((int(numbers[10]) + int(numbers[11])) / os.sysconf("SC_CLK_TCK"), state == "R")
