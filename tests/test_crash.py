"""kill -9 at any moment: the library opens, and the same command finishes it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PAGES, FILES = 12, 4
DOCQA = [sys.executable, "-c", "from docqa.cli import main; main()"]


def docqa(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DOCQA, "--data", str(data), *words], capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_again_and_again_it_ends_complete(make_pdf: Callable[..., Path], tmp_path: Path):
    for number in range(FILES):
        texts = [f"File {number} page {page} speaks of subject {number * PAGES + page}." for page in range(PAGES)]
        make_pdf(*texts, name=f"in/file-{number}.pdf")
    data, folder = tmp_path / "data", str(tmp_path / "in")
    chance = random.Random(5)
    for _ in range(4):
        process = subprocess.Popen(
            [*DOCQA, "--data", str(data), "ingest", folder], stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(chance.uniform(1.5, 4.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    ended = docqa(data, "ingest", folder)
    assert ended.returncode == 0, ended.stderr
    documents = json.loads(docqa(data, "list", "--json").stdout)["documents"]
    assert [(each["state"], each["pages_done"]) for each in documents] == [("done", PAGES)] * FILES
    examined = docqa(data, "doctor")
    assert examined.returncode == 0, examined.stdout
    assert f"{FILES * PAGES} passages" in examined.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the children in /proc")
def test_no_child_outlives_a_killed_parent(make_pdf: Callable[..., Path], tmp_path: Path):
    make_pdf(*[f"Page {number}." for number in range(200)], name="in/long.pdf")
    process = subprocess.Popen(
        [*DOCQA, "--data", str(tmp_path / "data"), "ingest", str(tmp_path / "in")],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while len(_session(process.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(_session(process.pid)) >= 3, "the children never started"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while _session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _session(process.pid) == []


def test_ctrl_c_says_that_what_was_read_is_kept(make_pdf: Callable[..., Path], tmp_path: Path):
    make_pdf(*[f"Page {number}." for number in range(400)], name="in/long.pdf")
    process = subprocess.Popen(
        [*DOCQA, "--data", str(tmp_path / "data"), "ingest", str(tmp_path / "in")], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not list((tmp_path / "data").glob("files/*/*/pages/1.jpg")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again" in said
    assert "Traceback" not in said


def _session(leader: int) -> list[int]:
    """Living processes of the session that a process began."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, _, session = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:4]
            except OSError:
                continue
            if int(session) == leader and state != "Z":
                found.append(int(entry.name))
    return found
