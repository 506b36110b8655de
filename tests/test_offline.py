"""Nothing that docqa does tries to reach out: every process of a run is watched."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import EXAMPLES

# Python runs this file at the start of each process, children included, and reports every name looked up and every
# connection.
WATCH = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        place = args[1] if event in ("socket.connect", "socket.sendto") else args[0]
        if isinstance(place, (str, bytes)) and event in ("socket.connect", "socket.sendto"):
            return  # a path on this machine: processes talking to each other
        with open({log!r}, "a") as file:
            file.write(f"{{event}} {{place}}\\n")
sys.addaudithook(watch)
"""


def watched(tmp_path: Path, code: str) -> str:
    """What a Python program and its children tried to reach."""
    log = tmp_path / "reached"
    log.write_text("")
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(log=str(log)))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(EXAMPLES.parent)])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return log.read_text()


def test_the_watch_sees_a_connection_and_one_made_by_a_child(tmp_path: Path):
    reach = "import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(('127.0.0.1', 9))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {reach!r}])"
    assert watched(tmp_path, reach).count("socket.connect") == 1
    assert watched(tmp_path, child).count("socket.connect") == 1


def test_reading_a_scan_and_asking_reaches_nothing(tmp_path: Path):
    data, report = str(tmp_path / "data"), str(EXAMPLES / "harbour-report-2024.pdf")
    words = ["docqa", "--data", data, "ask", report, "How much was the audit fee?"]
    assert watched(tmp_path, f"import sys; from docqa.cli import main; sys.argv = {words!r}; main()") == ""
