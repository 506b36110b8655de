"""`docqa up` for real: it starts, answers, survives, stops and goes on."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands import docqa, eventually
from tests.test_cli import DOCQA
from tests.test_crash import _session

ANY_PORT = {"DOCQA_API__PORT": "0", "DOCQA_UI__PORT": "0"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for the children in /proc")


@dataclass
class Up:
    """A running `docqa up`."""

    process: subprocess.Popen[str]
    data: Path
    page: str

    @property
    def api(self) -> str:
        log = (self.data / "logs" / "api.log").read_text(encoding="utf-8")
        return re.findall(r"listens on (\S+)", log)[-1]

    def get(self, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """Status and JSON of a request to the API; (0, None) if nobody is there."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        try:
            with urllib.request.urlopen(urllib.request.Request(self.api + path, sent, headers), timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, None

    def children(self) -> dict[str, int]:
        """Process ids of the three by name."""
        found = {}
        for pid in _session(self.process.pid):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if "docqa.processes.leash" in words:
                found[next(word for word in words if word in ("serve", "worker", "ui"))] = pid
        return found


@contextmanager
def up(data: Path) -> Iterator[Up]:
    """Start it and wait until it tells its address."""
    process = subprocess.Popen(
        [*DOCQA, "--data", str(data), "up", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **ANY_PORT},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        line, how_to_stop = process.stdout.readline(), process.stdout.readline()
        assert line.startswith("docqa: http://127.0.0.1:"), process.communicate()[1]
        assert how_to_stop.startswith("Ctrl-C stops it.")
        yield Up(process, data, line.split()[1])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def data(example_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example_data, tmp_path / "data"))


def test_it_answers_reads_survives_and_stops_within_seconds(data: Path, make_pdf: Callable[..., Path]):
    question = {"question": "What does fault code E11 mean?"}
    with up(data) as running:
        with urllib.request.urlopen(running.page, timeout=10) as page:
            assert page.status == 200
        with urllib.request.urlopen(f"{running.page}/_stcore/script-health-check", timeout=10) as drawn:
            assert drawn.read() == b"ok"
        assert running.get("/v1/query", question)[1]["status"] == "answered"

        another = docqa("up", data=data)
        assert another.returncode == 1
        assert f"process {running.process.pid}, which shows it at {running.page}" in another.stderr

        queued = docqa("ingest", str(make_pdf("The lighthouse keeper is called Ada Moor.")), data=data)
        assert "read 1 of 1 files (1 pages)" in queued.stderr
        assert "Ada Moor" in running.get("/v1/query", {"question": "Who is the lighthouse keeper?"})[1]["text"]

        first = running.children()
        assert first.keys() == {"serve", "worker", "ui"}
        if sys.platform == "linux":
            assert os.sched_getscheduler(first["worker"]) == os.SCHED_IDLE != os.sched_getscheduler(first["serve"])
        os.kill(first["serve"], signal.SIGKILL)
        eventually(lambda: running.children().get("serve", first["serve"]) != first["serve"])
        eventually(lambda: running.get("/health")[0] == 200)
        assert running.get("/v1/query", question)[1]["status"] == "answered"

        key = docqa("key", "create", "alice", data=data).stdout.strip()
        assert running.get("/v1/query", question)[0] == 401
        assert running.get("/v1/query", question, key)[0] == 200
        page_key = (data / "page-key").read_text()
        eventually(lambda: running.get("/v1/query", question, page_key)[0] == 200)

        running.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        said, complained = running.process.communicate(timeout=30)
        assert time.monotonic() - begun < 10
        assert running.process.returncode == 0
        assert _session(running.process.pid) == []
    assert said == ""
    assert "[api] was killed by SIGKILL; starting it again" in complained
    assert "Traceback" not in complained


def test_nothing_is_left_when_it_is_killed_and_it_starts_again_where_it_was(data: Path):
    with up(data) as running:
        conversation = running.get("/v1/query", {"question": "How much was the audit fee?"})[1]["conversation_id"]
        page_key = (data / "page-key").read_text()
        running.process.kill()
        eventually(lambda: _session(running.process.pid) == [])
    with up(data) as again:
        assert again.get(f"/v1/conversations/{conversation}")[0] == 200
        assert (data / "page-key").read_text() == page_key
        again.process.send_signal(signal.SIGINT)
        again.process.communicate(timeout=30)
        assert again.process.returncode == 0
    assert "agree" in docqa("doctor", data=data).stdout


def test_a_port_that_is_taken_is_named_with_its_setting(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = docqa("up", "--port", str(port), data=tmp_path / "data")
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
    assert "DOCQA_UI__PORT" in done.stderr


def test_an_api_that_does_not_start_is_given_up_with_its_reason(data: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in (ANY_PORT | {"DOCQA_EMBEDDING__MODEL": "/no/model"}).items():
        monkeypatch.setenv(name, value)
    done = docqa("up", data=data)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "docqa: api ended 3 times within 30 s of its start" in done.stderr
    assert "/no/model" in done.stderr.split("at last:")[1]
