"""What a large upload costs."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from docqa.storage.files import Files
from tests.api.test_uploads import pdf, sent, until

SERVER = """
import sys
from pathlib import Path
from types import SimpleNamespace
import uvicorn
from docqa.api.app import build_app
from docqa.catalog import Catalog
from docqa.storage.files import Files
from docqa.library import Library
from docqa.service import Service
from docqa.settings import Settings
data = Path(sys.argv[1])
library = Library(Catalog.at(data / "catalog.db"), Files(data / "files"), None)
app = build_app(Service(Settings(data=data), library, None, None, "none"))
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
"""


class Endless:
    """A PDF of so many bytes that is never whole in memory."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._block = b"%PDF-1.7" + os.urandom((1 << 20) - 8)

    def __iter__(self) -> Iterator[bytes]:
        yield b'--e\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n\r\n'
        for _ in range(self._left // len(self._block)):
            yield self._block
        yield b"\r\n--e--\r\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_does_not_grow_with_the_size_of_an_upload(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(tmp_path), str(port)])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            until(lambda: _is_up(client), seconds=20)
            assert sent(client, ("small.pdf", pdf("small"))).status_code == 202
            before = _peak_mb(server.pid)
            headers = {"Content-Type": "multipart/form-data; boundary=e"}
            answer = client.post("/v1/documents", content=iter(Endless(300 << 20)), headers=headers)
            assert answer.status_code == 202
            assert answer.json()["documents"][0]["size_bytes"] == 300 << 20
            assert _peak_mb(server.pid) - before < 32
    finally:
        server.terminate()
        server.wait()
    assert not list(Files(tmp_path / "files").uploads.iterdir())


def _is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/health").is_success
    except httpx.TransportError:
        return False


def _peak_mb(pid: int) -> float:
    [line] = [each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
