"""kill -9 of the API or the worker while documents come in and are read: nothing is lost, nothing is there twice.

DOCQA_TEST_KILLS says how often; a few by default, so that the suite stays short.
"""

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

KILLS = int(os.environ.get("DOCQA_TEST_KILLS", "6"))
INGESTED, UPLOADED, PAGES = 30, 20, 3
DOCQA = [sys.executable, "-c", "from docqa.cli import main; main()"]

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
    pytest.mark.timeout(120 + 15 * KILLS),
]


class Processes:
    """The API and the worker over one data directory; one that was killed is started again."""

    def __init__(self, data: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._commands = {"serve": ["serve", "--port", str(port)], "worker": ["worker"]}
        self._data = data
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        words = [*DOCQA, "--data", str(self._data), *self._commands[name]]
        with (self._data.parent / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(words, stdout=log, stderr=log, cwd=self._data.parent)

    def kill(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].wait()

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.wait(timeout=30)

    def logs(self) -> str:
        return "\n".join(file.read_text()[-3000:] for file in self._data.parent.glob("*.log"))


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    processes = Processes(tmp_path / "data", port)
    (tmp_path / "data").mkdir()
    processes.start("serve")
    processes.start("worker")
    yield processes
    processes.stop()


def upload(url: str, path: Path) -> str:
    """Upload as a patient user would: again, until it is acknowledged. Returns the document's id."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError), path.open("rb") as file:
            answer = httpx.post(f"{url}/v1/documents", files={"file": (path.name, file)}, timeout=30)
            if answer.status_code in (200, 202):
                [document] = answer.json()["documents"]
                return str(document["id"])
            assert answer.status_code == 503, answer.text
        time.sleep(0.1)
    raise AssertionError(f"{path.name} was never taken")


def docqa(data: Path, *words: str) -> dict[str, object]:
    done = subprocess.run(
        [*DOCQA, "--data", str(data), *words, "--json"], capture_output=True, text=True, timeout=60, cwd=data.parent
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_whatever_is_killed_every_document_ends_complete_and_once(
    processes: Processes, make_pdf: Callable[..., Path], tmp_path: Path
):
    def document(number: int) -> Path:
        texts = [f"File {number}, page {page}, speaks of subject {number * PAGES + page}." for page in range(PAGES)]
        return make_pdf(*texts, name=f"in/file-{number}.pdf")

    files = [document(number) for number in range(INGESTED + UPLOADED)]
    acknowledged = [upload(processes.url, path) for path in files[:INGESTED]]
    chance = random.Random(7)
    pauses = [chance.uniform(0.3, 3.0) for _ in range(KILLS)]

    def keep_uploading() -> None:
        for path in files[INGESTED:]:
            acknowledged.append(upload(processes.url, path))
            time.sleep(sum(pauses) / UPLOADED / 2)

    uploading = threading.Thread(target=keep_uploading)
    uploading.start()
    for pause in pauses:
        time.sleep(pause)
        victim = chance.choice(["serve", "worker"])
        processes.kill(victim)
        processes.start(victim)
    uploading.join()

    assert set(acknowledged) == {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            listed = httpx.get(f"{processes.url}/v1/documents", params={"limit": 100}, timeout=30).json()["documents"]
            if all(each["state"] in ("done", "failed") for each in listed):
                break
        time.sleep(0.2)
    assert [(each["state"], each["pages_done"]) for each in listed] == [("done", PAGES)] * len(files), processes.logs()
    processes.stop()

    findings = docqa(tmp_path / "data", "doctor")["findings"]
    agreement = [each for each in findings if each["check"] == "agreement"]  # type: ignore[attr-defined]
    assert [each["state"] for each in agreement] == ["ok"], agreement
    assert f"{len(files) * PAGES} passages" in agreement[0]["found"], "each page has one, and once"
    assert not list((tmp_path / "data" / "files" / "uploads").iterdir()), "what was cut short is tidied up"
