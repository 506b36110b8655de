"""The model that embeds page images, against a real HTTP server that answers as vLLM does."""

import base64
import json
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from docqa import build
from docqa.errors import ModelRefused, ModelUnavailable, SettingsError
from docqa.model.visual import ServedVisualEmbedder
from docqa.sections import VisualSettings
from docqa.settings import Settings
from tests.commands import docqa
from tests.fakes import ColourEmbedder


@dataclass
class EmbeddingServer:
    """Answers with a vector, or with `status` and `says`; keeps what it was asked."""

    vector: list[float] | None = None  # None: by the colours that are asked about, or seen
    status: int = 200
    says: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    key: str = ""
    url: str = ""


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    state = EmbeddingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(asked)
            state.key = self.headers["Authorization"]
            vector = by_colour(asked["messages"][0]["content"]) if state.vector is None else state.vector
            found = {"object": "list", "data": [{"index": 0, "object": "embedding", "embedding": vector}]}
            body = json.dumps(found if state.status == 200 else {"message": state.says, "code": state.status}).encode()
            self.send_response(state.status if self.path == "/v1/embeddings" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_port}/v1"
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def by_colour(content: list[dict[str, Any]]) -> list[float]:
    """What a model would make of it that knows colours only."""
    if content[0]["type"] == "image_url":
        return ColourEmbedder().embed_page(base64.b64decode(content[0]["image_url"]["url"].partition(",")[2]))
    return ColourEmbedder().embed_question(content[0]["text"])


def embedder(server: EmbeddingServer) -> ServedVisualEmbedder:
    return ServedVisualEmbedder(VisualSettings(url=server.url, name="seeing", api_key=SecretStr("sesame"), timeout_s=5))


def test_a_page_is_sent_as_an_image_with_what_the_model_is_told_and_its_vector_has_length_1(server: EmbeddingServer):
    server.vector = [3.0, 0.0, 4.0]
    assert embedder(server).embed_page(b"\xff\xd8jpeg") == pytest.approx([0.6, 0.0, 0.8])
    [asked] = server.asked
    assert (asked["model"], server.key) == ("seeing", "Bearer sesame")
    image, text = asked["messages"][0]["content"]
    assert image["image_url"]["url"] == "data:image/jpeg;base64,/9hqcGVn"
    assert text["text"] == VisualSettings().page_prompt


def test_a_question_is_sent_behind_its_prompt(server: EmbeddingServer):
    assert math.hypot(*embedder(server).embed_question("Which chart falls?")) == pytest.approx(1)
    [content] = server.asked[0]["messages"][0]["content"]
    assert content["text"] == "Find a document image that matches the given query: Which chart falls?"


@pytest.mark.parametrize(
    ("status", "says", "error", "advice"),
    [
        (400, "The model does not support Embeddings API", ModelRefused, "--runner pooling"),
        (400, "longer than the maximum context length of 4096", ModelRefused, "--max-model-len"),
        (401, "no", ModelRefused, "DOCQA_VISUAL__API_KEY"),
        (404, "no such model", ModelRefused, "DOCQA_VISUAL__NAME"),
        (500, "out of memory", ModelUnavailable, "out of memory"),
    ],
)
def test_what_the_server_refuses_is_said_with_the_setting_to_change(
    server: EmbeddingServer, status: int, says: str, error: type[Exception], advice: str
):
    server.status, server.says = status, says
    with pytest.raises(error, match=advice):
        embedder(server).embed_question("anything")


@pytest.mark.parametrize("vector", [[0.0, 0.0], [math.nan, 1.0], []])
def test_a_vector_without_a_direction_is_refused(server: EmbeddingServer, vector: list[float]):
    server.vector = vector
    with pytest.raises(ModelRefused, match="without a direction"):
        embedder(server).embed_question("anything")


def test_a_server_that_is_not_there_is_said_to_be_unavailable():
    nobody = ServedVisualEmbedder(VisualSettings(url="http://127.0.0.1:9/v1", name="seeing", timeout_s=1))
    with pytest.raises(ModelUnavailable, match="DOCQA_VISUAL__URL"):
        nobody.embed_question("anything")


def test_a_server_without_the_name_of_its_model_is_refused():
    with pytest.raises(SettingsError, match="DOCQA_VISUAL__NAME"):
        build.visual(Settings(visual=VisualSettings(url="http://127.0.0.1:9/v1")))


def test_without_a_server_there_is_none():
    assert build.visual(Settings()) is None


def test_pages_are_found_by_their_images_from_the_command_line(
    server: EmbeddingServer, make_pdf: Callable[..., Path], tmp_path: Path
):
    env = {"DOCQA_VISUAL__URL": server.url, "DOCQA_VISUAL__NAME": "seeing", "DOCQA_INGEST__OCR": "off"}
    data = tmp_path / "data"
    album = make_pdf("", "The harvest was good.", name="album.pdf")
    assert "1 of 1 files (2 pages)" in docqa("ingest", str(album), data=data, **env).stderr
    found = docqa("search", "Which one is blue?", data=data, **env).stdout
    assert "album.pdf p. 1" in found.splitlines()[0]
    assert "a picture, found by its image" in found.splitlines()[1]
    [hit, *_] = json.loads(docqa("search", "blue?", "--json", data=data, **env).stdout)["pages"]
    assert (hit["page"], hit["passages"]) == (1, [])
    said = docqa("doctor", data=data, **env).stdout
    assert "seeing: 4 numbers" in said
    assert "2 of 2 are embedded" in said
    other = docqa("search", "blue?", data=data, **(env | {"DOCQA_VISUAL__NAME": "another"}))
    assert (other.returncode, "it has visual seeing, not another" in other.stderr) == (1, True)
