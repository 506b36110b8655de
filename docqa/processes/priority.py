"""Who comes first on a busy machine."""

import os
import sys
from contextlib import suppress

NICENESS = 19


def give_way() -> None:
    """Let every other process come before this one and those it starts.

    On Linux it runs when a processor has nothing else to do, so another need not wait for the end of its turn, as it
    must for the nicest; elsewhere, or where that is not granted, it is the nicest. Call it before threads start.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return
    if sys.platform != "win32":
        os.nice(NICENESS)
