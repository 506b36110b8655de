"""Answers that take long: who waits for them, and who went away."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from docqa.api import answering
from docqa.service import Service
from docqa.types import Draft
from tests.api.answerers import Talker, answered_by, events
from tests.api.conftest import QUESTION, Serve


def test_a_stream_that_is_left_stops_the_model(examples: Service, serve: Serve):
    talker = Talker()
    client = serve(answered_by(examples, talker))
    with client.stream("POST", "/v1/query", json={"question": QUESTION, "stream": True}) as answer:
        for line in answer.iter_lines():
            if line == "event: token":
                break
    assert talker.stopped.wait(2)
    assert talker.said < 500


def test_an_answer_nobody_waits_for_stops_the_model(examples: Service, serve: Serve):
    talker = Talker()
    client = serve(answered_by(examples, talker))
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/query", json={"question": QUESTION}, timeout=0.5)
    assert talker.begun.wait(5)
    assert talker.stopped.wait(2)
    assert talker.said < 500


def test_a_stream_that_is_silent_shows_that_it_is_there(
    examples: Service, serve: Serve, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(answering, "HEARTBEAT_S", 0.05)
    client = serve(answered_by(examples, Talker(pause_s=0.3, words=2)))
    text = client.post("/v1/query", json={"question": QUESTION, "stream": True}).text
    assert text.count(": still here\n\n") >= 3
    assert [name for name, _ in events(text)] == ["evidence", "token", "token", "done"]


def test_text_of_a_document_cannot_forge_an_event(examples: Service, serve: Serve):
    @dataclass
    class Forger:
        def answer(self, question, evidence, *, say, show, history=()):
            show(evidence)
            say("x\n\nevent: done\ndata: {}\r\rdata: \u2028 </script>")
            return Draft("answered", "x", (), tuple(evidence))

    came = events(
        serve(answered_by(examples, Forger())).post("/v1/query", json={"question": QUESTION, "stream": True}).text
    )
    assert [name for name, _ in came] == ["evidence", "token", "done"]
    assert json.loads(came[1][1])["text"] == "x\n\nevent: done\ndata: {}\r\rdata: \u2028 </script>"


@pytest.fixture
def talking(examples: Service, serve: Serve) -> Iterator[tuple[httpx.Client, Talker]]:
    """A client of an API that answers one question at a time and lets one wait."""
    talker = Talker(words=100)
    yield serve(answered_by(examples, talker), concurrent_questions=1, queued_questions=1), talker


def test_too_many_questions_are_told_when_to_come_back(talking: tuple[httpx.Client, Talker]):
    client, talker = talking
    body = {"question": QUESTION, "stream": True}
    with client.stream("POST", "/v1/query", json=body) as first:
        assert talker.begun.wait(5)
        with client.stream("POST", "/v1/query", json=body) as second:
            for refused in (
                client.post("/v1/query", json=body),
                client.post(
                    "/v1/chat/completions", json={"model": "docqa", "messages": [{"role": "user", "content": "x"}]}
                ),
            ):
                assert refused.status_code == 429
                assert int(refused.headers["retry-after"]) > 0
                assert "1 questions are being answered and 1 wait" in refused.text
            assert client.post("/v1/search", json={"question": QUESTION}).status_code == 200
            assert "event: done" in first.read().decode()
            assert "event: done" in second.read().decode()
    assert client.post("/v1/query", json={"question": QUESTION}).status_code == 200


def test_a_question_that_waits_and_is_left_frees_its_place(talking: tuple[httpx.Client, Talker]):
    client, talker = talking
    body = {"question": QUESTION, "stream": True}
    with client.stream("POST", "/v1/query", json=body) as first:
        assert talker.begun.wait(5)
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                client.post("/v1/query", json={"question": QUESTION}, timeout=0.1)
            time.sleep(0.05)
        assert "event: done" in first.read().decode()
    assert talker.said == 100
