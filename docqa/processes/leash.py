"""A process that ends when the one that started it does, however that ended.

    python -m docqa.processes.leash COMMAND...

The parent keeps the writing end of the child's standard input and never writes. When the parent is gone the system has
closed that end, and the child reads the end of file: the same on every system, and nothing has to be cleaned up.
"""

import os
import signal
import sys
import threading
import time

GRACE_S = 10.0  # more than the API allows the requests that it answers


def hold(grace_s: float = GRACE_S) -> None:
    """Stop this process, as by SIGTERM, once its standard input ends; kill it if it has not stopped after grace_s."""
    threading.Thread(target=_wait, args=(grace_s,), name="leash", daemon=True).start()


def _wait(grace_s: float) -> None:
    while os.read(0, 1):
        pass
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(nowhere, output)  # nobody reads what is said from now on, and to say it must not fail
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)  # unlike raise_signal, it wakes the main thread
    time.sleep(grace_s)
    os._exit(1)


if __name__ == "__main__":
    from docqa.cli import main

    hold()
    main()
