"""Answers of a language model over HTTP, from a real server that speaks the OpenAI protocol and takes its time."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from docqa import build
from docqa.api.app import build_app
from docqa.sections import ModelSettings
from docqa.service import Service
from docqa.settings import Settings
from tests.api.answerers import events
from tests.api.conftest import running

QUESTION = "How tight must the flange bolts be?"


@dataclass
class SlowModel:
    """Says a word every few milliseconds, for as long as the other side listens."""

    words: list[str] = field(default_factory=list)
    pause_s: float = 0.0
    said: int = 0
    left: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def model() -> SlowModel:
    return SlowModel("The flange bolts are tightened to 85 Nm [1].".split(" "))


@pytest.fixture
def address(model: SlowModel) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = json.dumps({"object": "list", "data": [{"id": "phi-3-vision", "object": "model"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(listed)))
            self.end_headers()
            self.wfile.write(listed)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/tokenize":
                self.send_error(404)
                return
            model.asked.append(body)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for word in model.words:
                    self._send({"choices": [{"index": 0, "delta": {"content": f"{word} "}}]})
                    model.said += 1
                    time.sleep(model.pause_s)
                usage = {"prompt_tokens": 900, "completion_tokens": 9, "total_tokens": 909}
                self._send({"choices": [], "usage": usage})
                self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                model.left.set()

        def _send(self, piece: dict[str, Any]) -> None:
            self.wfile.write(
                f"data: {json.dumps({'id': '1', 'object': 'chat.completion.chunk', **piece})}\n\n".encode()
            )

        def log_message(self, *_: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/v1"
    http.shutdown()
    http.server_close()


@pytest.fixture
def service(example_data: Path, address: str, tmp_path: Path) -> Iterator[Service]:
    data = tmp_path / "data"
    shutil.copytree(example_data, data)
    with build.service(Settings(data=data, model=ModelSettings(url=address, max_images=1))) as service:
        yield service


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with running(build_app(service)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def test_an_answer_of_a_model_is_the_same_streamed_and_whole(client: httpx.Client):
    whole = client.post("/v1/query", json={"question": QUESTION}).json()
    assert (whole["method"], whole["text"]) == ("model", "The flange bolts are tightened to 85 Nm [1].")
    assert whole["usage"] == {"prompt": 900, "answer": 9, "cached": None}
    assert whole["receipt"]["pages"]
    came = events(client.post("/v1/query", json={"question": QUESTION, "stream": True}).text)
    done = json.loads(came[-1][1])
    assert "".join(json.loads(data)["text"] for name, data in came if name == "token").strip() == whole["text"]
    assert done["citations"] == whole["citations"] == [json.loads(data) for name, data in came if name == "citation"]
    described = client.get("/openapi.json").json()["components"]["schemas"]
    assert set(described["PackReceipt"]["properties"]) == set(whole["receipt"])
    assert set(described["PageReceipt"]["properties"]) == set(whole["receipt"]["pages"][0])


def test_a_request_may_lower_the_budget_and_the_images(client: httpx.Client, model: SlowModel):
    asked = {"question": QUESTION, "budget_tokens": 4000, "max_images": 0}
    receipt = client.post("/v1/query", json=asked).json()["receipt"]
    assert (receipt["budget"], receipt["images"]) == (4000, 0)
    assert "image_url" not in json.dumps(model.asked[-1])
    too_little = client.post("/v1/query", json=asked | {"budget_tokens": 10})
    assert (too_little.status_code, too_little.json()["type"]) == (422, "/problems/context-overflow")


def test_a_chat_completion_tells_what_the_model_server_counted(client: httpx.Client):
    body = {"model": "docqa", "messages": [{"role": "user", "content": QUESTION}]}
    usage = client.post("/v1/chat/completions", json=body).json()["usage"]
    assert usage == {"prompt_tokens": 900, "completion_tokens": 9, "total_tokens": 909}


@pytest.mark.parametrize("stream", [True, False])
def test_when_the_asker_leaves_the_model_server_is_left_too(client: httpx.Client, model: SlowModel, stream: bool):
    model.words, model.pause_s = ["word"] * 2000, 0.01
    if stream:
        with client.stream("POST", "/v1/query", json={"question": QUESTION, "stream": True}) as answer:
            assert any(line == "event: token" for line in answer.iter_lines())
    else:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/query", json={"question": QUESTION}, timeout=1)
    assert model.left.wait(3)
    assert model.said < 1000


def test_system_tells_what_the_model_server_runs(client: httpx.Client):
    shown = client.get("/v1/system").json()["model"]
    assert (shown["name"], shown["max_images"], shown["error"]) == ("phi-3-vision", 1, "")
    assert client.get("/ready").json()["checks"]["model"]["state"] == "ok"
