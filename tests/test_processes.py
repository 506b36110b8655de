"""Where the processes of the service listen, whom they let in, how they stop."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docqa import build
from docqa.catalog import Catalog
from docqa.catalog.keys import Keys
from docqa.cli import processes
from docqa.errors import SettingsError
from docqa.settings import Settings
from ingest import intake
from tests.commands import docqa, eventually
from tests.fakes import Silent
from tests.test_cli import DOCQA

SECRET, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    catalog = Catalog.at(tmp_path / "catalog.db")
    yield catalog.keys
    catalog.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org", ""])
def test_an_address_that_others_can_reach_needs_a_key(keys: Keys, host: str):
    with pytest.raises(SettingsError, match="docqa key create"):
        processes.require_key(host, keys)
    keys.create("alice")
    processes.require_key(host, keys)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_needs_none(keys: Keys, host: str):
    processes.require_key(host, keys)


def test_the_key_of_the_settings_is_let_in_when_it_is_the_first(keys: Keys):
    processes.admit(SECRET, keys)
    processes.admit(SECRET, keys)
    assert [key.name for key in keys.list()] == ["DOCQA_UI__API_KEY"]
    assert keys.find(SECRET)


def test_a_new_key_in_the_settings_replaces_the_old_one(keys: Keys):
    processes.admit(SECRET, keys)
    keys.create("alice")
    processes.admit(OTHER, keys)
    assert keys.find(OTHER)
    assert not keys.find(SECRET)


def test_a_key_that_was_deleted_is_not_let_in_again(keys: Keys):
    _, scoped = keys.create("page", ["papers"])
    keys.create("alice")
    keys.delete("page")
    processes.admit(scoped, keys)
    assert not keys.find(scoped)


def test_a_key_that_can_be_guessed_is_refused(keys: Keys):
    with pytest.raises(SettingsError, match="openssl rand"):
        processes.admit("secret", keys)
    assert not keys.any()


def test_a_taken_port_names_its_setting():
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(SettingsError, match=r"Port \d+ on 127.0.0.1 is taken.*DOCQA_API__PORT"),
    ):
        processes.listening("127.0.0.1", other.getsockname()[1], "DOCQA_API")


@pytest.mark.parametrize("host", ["192.0.2.7", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_names_its_setting(host: str):
    with pytest.raises(SettingsError, match="DOCQA_UI__HOST"):
        processes.listening(host, 0, "DOCQA_UI")


def test_addresses_are_written_as_this_machine_reaches_them():
    assert processes.url("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert processes.url("::", 80) == "http://[::1]:80"
    assert processes.url("192.0.2.7", 80) == "http://192.0.2.7:80"


def test_nobody_there_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not processes.answers("127.0.0.1", port, "/health")


def test_keys_are_made_listed_and_deleted(tmp_path: Path):
    data = tmp_path / "data"
    assert "There is no key" in docqa("key", "list", data=data).stdout
    made = docqa("key", "create", "alice", "--collection", "papers", data=data)
    assert re.fullmatch(r"docqa_[\w-]{40,}\n", made.stdout)
    assert "Nothing is in papers yet. Collections: none." in made.stderr
    assert "from now on nobody gets in without a key" in made.stderr
    listed = docqa("key", "list", data=data).stdout
    assert "alice" in listed
    assert "papers" in listed
    assert made.stdout.strip() not in listed
    assert "alice" in docqa("key", "create", "alice", data=data).stderr
    assert docqa("key", "delete", "alice", data=data).stdout == "deleted alice\n"
    assert "docqa key list" in docqa("key", "delete", "alice", data=data).stderr


def test_the_api_does_not_listen_to_others_without_a_key(tmp_path: Path):
    refused = docqa("serve", "--host", "0.0.0.0", "--port", "0", data=tmp_path / "data")
    assert refused.returncode == 1
    assert refused.stderr.endswith("or DOCQA_API__HOST=127.0.0.1 to stay on this machine\n")
    assert "docqa key create" in docqa("up", data=tmp_path / "data", DOCQA_API__HOST="0.0.0.0").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to handle")
def test_the_api_closes_the_library_when_it_is_stopped(tmp_path: Path):
    data = tmp_path / "data"
    process = subprocess.Popen([*DOCQA, "--data", str(data), "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = ""
    while "Application startup complete" not in said:
        said += process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    _, rest = process.communicate(timeout=30)
    assert process.returncode == 0
    assert time.monotonic() - begun < 5
    assert "Traceback" not in said + rest
    assert "which has just ended" in (data / "owner").read_text()


def test_a_page_that_others_can_reach_says_what_that_means(tmp_path: Path):
    process = subprocess.Popen(
        [*DOCQA, "--data", str(tmp_path), "ui", "--host", "0.0.0.0", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        assert "WARNING docqa.service: The page listens on 0.0.0.0: whoever can reach it" in process.stderr.readline()
    finally:
        process.kill()
        process.communicate()


def status_of_connecting(port: int, host: str) -> str:
    """What the page answers to a browser that connects under this name."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}:{port}",
        f"Origin: http://{host}:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection.recv(64).split()[1].decode()


def test_the_page_answers_to_the_names_of_this_machine_and_of_its_proxy_only(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [*DOCQA, "--data", str(tmp_path), "ui", "--port", str(port)],
        env=os.environ | {"DOCQA_UI__HOSTS": "docqa.example.org"},
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: processes.answers("127.0.0.1", port, "/_stcore/health"))
        assert status_of_connecting(port, "docqa.example.org") == "101"
        assert status_of_connecting(port, "127.0.0.1") == "101"
        assert status_of_connecting(port, "localhost") == "101"
        assert status_of_connecting(port, "evil.example") == "403"
    finally:
        process.kill()
        process.wait()


def test_a_page_of_another_origin_that_connects_makes_no_request_to_the_internet(tmp_path: Path):
    asking = """
from docqa.cli import service
from streamlit import net_util
from streamlit.web.server import server_util

def refused(*_, **__):
    raise AssertionError("a request")

net_util._make_blocking_http_get = refused
service._stay_offline()
print(server_util.is_url_from_allowed_origins("https://evil.example"))
"""
    asked = subprocess.run([sys.executable, "-c", asking], cwd=tmp_path, capture_output=True, text=True)
    assert (asked.stdout, asked.returncode) == ("False\n", 0), asked.stderr


def test_a_worker_that_is_to_read_once_ends_when_all_is_read(tmp_path: Path, make_pdf: Callable[..., Path]):
    data = tmp_path / "data"
    settings = Settings(data=data)
    with build.library(settings, build.embedder(settings), purpose="a test") as library:
        intake.register(library, [make_pdf("A page.")], collection="default", progress=Silent())
    assert docqa("worker", "--once", data=data).returncode == 0
    with build.catalog(settings) as catalog:
        assert [(document.state, document.pages_done) for document in catalog.documents()] == [("done", 1)]
    holding = "import sys,time\nfrom pathlib import Path\nfrom docqa.processes.ownership import reading\n"
    holding += "with reading(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", holding, str(data)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        refused = docqa("worker", "--once", data=data)
    finally:
        holder.kill()
        holder.communicate()
    assert refused.returncode == 1
    assert "reads what is queued, too" in refused.stderr
