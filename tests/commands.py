"""Commands of docqa as processes of their own, and waiting for what they do."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.test_cli import DOCQA

WAIT_S = 60.0


def docqa(*words: str, data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [*DOCQA, "--data", str(data), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, env={**os.environ, **env})


def eventually(condition: Callable[[], bool], wait_s: float = WAIT_S) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
