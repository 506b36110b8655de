"""Answers of a model, against a real HTTP server that speaks the OpenAI protocol."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from docqa import build
from docqa.answers.engine import Engine
from docqa.errors import ContextOverflow, ModelRefused, ModelUnavailable
from docqa.model import generation
from docqa.model.generation import ChatModel
from docqa.question import splitting
from docqa.sections import ModelSettings
from docqa.settings import Settings
from docqa.types import Usage

QUESTION = "How tight must the flange bolts be?"


@dataclass
class ModelServer:
    """Streams `says`, or answers with `status`; keeps what it was asked."""

    says: str = "The flange bolts are tightened to 85 Nm [BOLTS]."  # BOLTS: the label of the page that says so
    splits: str = ""  # what it says when it is asked to split a question
    status: int = 200
    busy: int = 0  # how many requests get 503 first
    breaks_off: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    state = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(json.dumps({"object": "list", "data": [{"id": "phi-3-vision", "object": "model"}]}).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/tokenize":
                self.send_error(404)  # as servers other than vLLM do
                return
            state.asked.append(body)
            if state.busy:
                state.busy -= 1
                self.send_error(503)
                return
            if state.status != 200:
                self._reply(
                    json.dumps({"message": "At most 16 image(s) may be provided", "code": state.status}).encode()
                )
                return
            shown = re.search(r"\[(\d)\] turbine-manual\.pdf, page 2", json.dumps(body))
            splits = body["messages"][0]["content"] == splitting.INSTRUCTIONS
            says = state.splits if splits else state.says.replace("BOLTS", shown[1] if shown else "?")
            pieces = [{"choices": [{"index": 0, "delta": {"content": word + " "}}]} for word in says.split(" ")]
            usage = {"prompt_tokens": 900, "completion_tokens": 9, "total_tokens": 909}
            pieces.append({"choices": [], "usage": usage | {"prompt_tokens_details": {"cached_tokens": 800}}})
            events = [
                f"data: {json.dumps({'id': '1', 'object': 'chat.completion.chunk', **piece})}\n\n" for piece in pieces
            ]
            body = "".join([*events, "data: [DONE]\n\n"]).encode()
            if state.breaks_off:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write("".join(events[:4]).encode())
                self.wfile.flush()
                self.connection.close()
                return
            self._reply(body, "text/event-stream")

        def _reply(self, body: bytes, kind: str = "application/json") -> None:
            self.send_response(state.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{http.server_port}/v1"
    yield state
    http.shutdown()
    http.server_close()


@pytest.fixture
def settings(server: ModelServer, example_data: Path) -> Settings:
    return Settings(data=example_data, model=ModelSettings(url=server.url, max_images=2))


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    with build.open_engine(settings) as engine:
        yield engine


def test_an_answer_is_streamed_cited_and_checked(engine: Engine):
    heard: list[str] = []
    answer = engine.ask(QUESTION, say=heard.append)
    assert (answer.status, answer.method) == ("answered", "model")
    assert re.fullmatch(r"The flange bolts are tightened to 85 Nm \[\d\]\.", answer.text)
    assert len(heard) > 5
    assert "".join(heard).strip() == answer.text
    assert answer.usage == Usage(prompt=900, answer=9, cached=800)
    assert answer.interrupted == ""
    [citation] = answer.citations
    assert (citation.document, citation.page, citation.supported) == ("turbine-manual.pdf", 2, True)
    assert "85 Nm" in citation.quote
    assert citation.boxes


def test_a_figure_that_is_not_on_the_page_is_marked(engine: Engine, server: ModelServer):
    server.says = "They are tightened to 95 Nm [BOLTS]."
    assert [citation.supported for citation in engine.ask(QUESTION).citations] == [False]


def test_a_model_splits_a_question_if_it_may(settings: Settings, server: ModelServer):
    question = "How does the audit fee compare in size to the torque of the flange bolts?"
    server.splits = "1. How much was the audit fee?\n2. How tight must the flange bolts be?"
    chosen = settings.model.model_copy(update={"split_questions": True})
    with build.open_engine(settings.model_copy(update={"model": chosen})) as engine:
        answer = engine.ask(question)
    assert [part.question for part in answer.parts] == [line[3:] for line in server.splits.splitlines()]
    assert {evidence.document for evidence in answer.evidence} == {"harbour-report-2024.pdf", "turbine-manual.pdf"}
    assert len(server.asked) == 2
    with build.open_engine(settings) as engine:
        assert engine.ask(question).parts == ()


def test_each_image_follows_its_label_and_the_question_comes_last(engine: Engine, server: ModelServer):
    engine.ask(QUESTION)
    [request] = server.asked
    system, user = request["messages"]
    assert (request["model"], request["stream"], system["role"]) == ("phi-3-vision", True, "system")
    kinds = [part["type"] for part in user["content"]]
    assert kinds.count("image_url") == 2
    for text, image in pairwise(user["content"]):
        if image["type"] == "image_url":
            assert re.search(r"^\[\d] \S+, page \d$", text["text"], re.MULTILINE)
    assert user["content"][-1]["text"].endswith(f"Question: {QUESTION}")
    image = next(part for part in user["content"] if part["type"] == "image_url")
    head, data = image["image_url"]["url"].split(",", 1)
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(data).startswith(b"\xff\xd8")


def test_a_busy_server_is_asked_again(engine: Engine, server: ModelServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generation, "RETRY_AFTER_S", (0.01, 0.01))
    server.busy = 2
    assert engine.ask(QUESTION).status == "answered"
    assert len(server.asked) == 3
    server.busy = 3
    with pytest.raises(ModelUnavailable):
        engine.ask(QUESTION)


def test_an_answer_that_breaks_off_is_kept_and_marked(engine: Engine, server: ModelServer):
    server.breaks_off = True
    answer = engine.ask(QUESTION)
    assert answer.text == "The flange bolts are"
    assert "broke off" in answer.interrupted


def test_an_answer_as_long_as_it_may_be_is_marked(settings: Settings, server: ModelServer):
    short = settings.model.model_copy(update={"answer_tokens": 9})
    with build.open_engine(settings.model_copy(update={"model": short})) as engine:
        assert "DOCQA_MODEL__ANSWER_TOKENS" in engine.ask(QUESTION).interrupted


def test_a_follow_up_goes_on_from_the_conversation(engine: Engine, server: ModelServer):
    first = engine.ask(QUESTION)
    assert first.turn is not None
    engine.ask("And in wet weather?", history=[first.turn])
    before, after = server.asked
    assert after["messages"][: len(before["messages"])] == before["messages"]
    assert [message["role"] for message in after["messages"]] == ["system", "user", "assistant", "user"]


def test_the_receipt_says_what_became_of_every_page(engine: Engine, server: ModelServer):
    receipt = engine.ask(QUESTION).receipt
    assert receipt is not None
    assert len(receipt.pages) == 7
    assert not receipt.exact
    assert receipt.total <= receipt.budget - receipt.reserved
    [request] = server.asked
    sent = [page for page in receipt.pages if page.sent != "dropped"]
    assert json.dumps(request).count(", page ") == len(sent)
    assert all(page.reason for page in receipt.pages if page.sent != "text and image")


@pytest.mark.parametrize("said", ["**NOT FOUND**", "Not found.", "NOT_FOUND"])
def test_not_found_is_heard_however_it_is_written(engine: Engine, server: ModelServer, said: str):
    server.says = said
    assert engine.ask(QUESTION).status == "not_found"


def test_a_model_that_says_nothing_is_an_error(engine: Engine, server: ModelServer):
    server.says = ""
    with pytest.raises(ModelUnavailable, match="said nothing"):
        engine.ask(QUESTION)


def test_the_model_may_say_that_the_pages_do_not_hold_it(engine: Engine, server: ModelServer):
    server.says = "NOT FOUND"
    heard: list[str] = []
    answer = engine.ask(QUESTION, say=heard.append)
    assert (answer.status, answer.text, answer.citations) == ("not_found", "", ())
    assert "".join(heard).strip() == ""


def test_a_question_about_something_else_never_reaches_the_model(engine: Engine, server: ModelServer):
    assert engine.ask("How many moons does Jupiter have?").status == "not_found"
    assert server.asked == []


def test_a_budget_too_small_names_the_setting(settings: Settings):
    small = settings.model.model_copy(update={"budget_tokens": 1200})
    with (
        build.open_engine(settings.model_copy(update={"model": small})) as engine,
        pytest.raises(ContextOverflow, match="DOCQA_MODEL__BUDGET_TOKENS"),
    ):
        engine.ask(QUESTION)


@pytest.mark.parametrize(
    ("status", "error", "advice"),
    [
        (400, ModelRefused, "At most 16 image.*DOCQA_MODEL__MAX_IMAGES"),
        (401, ModelRefused, "DOCQA_MODEL__API_KEY"),
        (404, ModelRefused, "DOCQA_MODEL__NAME"),
        (500, ModelUnavailable, "failed"),
    ],
)
def test_what_the_server_refuses_becomes_an_error_that_names_the_setting(
    engine: Engine, server: ModelServer, status: int, error: type[Exception], advice: str
):
    assert engine.ask(QUESTION).status == "answered"  # the model's name is known by now
    server.status = status
    with pytest.raises(error, match=advice):
        engine.ask(QUESTION)


def test_a_server_that_is_not_there_is_said_to_be_unavailable():
    with pytest.raises(ModelUnavailable, match=r"http://127.0.0.1:9/v1.*DOCQA_MODEL__URL"):
        ChatModel(ModelSettings(url="http://127.0.0.1:9/v1")).models()
