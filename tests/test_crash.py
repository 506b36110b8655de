"""kill -9 at any moment: the library opens, and the same command finishes it.

DOCQA_TEST_KILLS says how often; a few by default, so that the suite stays short.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from docqa import build
from docqa.settings import Settings
from docqa.storage.files import Files, digest

KILLS = int(os.environ.get("DOCQA_TEST_KILLS", "4"))
PAGES, FILES = 3 * KILLS, 4
CHANGED = {2, PAGES - 1}  # pages of each file in its new version
DOCQA = [sys.executable, "-c", "from docqa.cli import main; main()"]

pytestmark = pytest.mark.timeout(240 + 60 * KILLS)


def docqa(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DOCQA, "--data", str(data), *words], capture_output=True, text=True, timeout=120)


def killed(data: Path, folder: Path, chance: random.Random) -> None:
    """Ingest and be killed: while it starts, or after one of the next pages."""
    before = pages_read(data, folder)
    process = subprocess.Popen(
        [*DOCQA, "--data", str(data), "ingest", str(folder)], stderr=subprocess.DEVNULL, start_new_session=True
    )
    pages, deadline = chance.randint(0, 2 * FILES * PAGES // KILLS), time.monotonic() + 60
    while pages_read(data, folder) < before + pages and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.3))
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert pages_read(data, folder) >= before, "what was read is lost"


def pages_read(data: Path, folder: Path) -> int:
    """How many pages of the files, as they are now, are recorded as read."""
    ids = [digest(path) for path in folder.iterdir()]
    query = f"SELECT count(*) FROM pages WHERE error = '' AND document_id IN ({', '.join('?' * len(ids))})"
    try:
        with closing(sqlite3.connect(f"file:{data / 'catalog.db'}?mode=ro", uri=True)) as catalog:
            return int(catalog.execute(query, ids).fetchone()[0])
    except sqlite3.OperationalError:  # not there yet
        return 0


def finished(data: Path, folder: Path) -> None:
    ended = docqa(data, "ingest", str(folder))
    assert ended.returncode == 0, ended.stderr
    documents = json.loads(docqa(data, "list", "--json").stdout)["documents"]
    assert [(each["state"], each["pages_done"]) for each in documents] == [("done", PAGES)] * FILES
    examined = docqa(data, "doctor")
    assert examined.returncode == 0, examined.stdout
    assert f"{FILES * PAGES} passages" in examined.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_again_and_again_it_ends_complete(make_pdf: Callable[..., Path], tmp_path: Path):
    def write(changed: set[int]) -> None:
        for number in range(FILES):
            make_pdf(*[text(number, page, changed) for page in range(1, PAGES + 1)], name=f"in/file-{number}.pdf")

    def text(number: int, page: int, changed: set[int]) -> str:
        return f"File {number} page {page} speaks of subject {number * PAGES + page}." + " Now." * (page in changed)

    data, folder, chance = tmp_path / "data", tmp_path / "in", random.Random(5)
    write(set())
    for _ in range(KILLS // 2):
        killed(data, folder, chance)
    finished(data, folder)
    write(CHANGED)
    for _ in range(KILLS // 2):
        killed(data, folder, chance)
    finished(data, folder)
    with build.catalog(Settings(data=data)) as catalog:
        files = {document.name: document.id for document in catalog.documents()}
    for number in range(FILES):
        found = [Files(data / "files").page(files[f"file-{number}.pdf"], page).text for page in range(1, PAGES + 1)]
        assert found == [text(number, page, CHANGED) for page in range(1, PAGES + 1)]


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
