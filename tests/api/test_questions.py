"""Questions over HTTP: answers, their streams, and what becomes of them when nobody waits."""

import json

import httpx
import pytest

from docqa.errors import ContextOverflow, IndexUnavailable, ModelRefused, ModelUnavailable
from docqa.service import Service
from tests.api.answerers import Failing, answered_by, events
from tests.api.conftest import MANUAL, QUESTION, REPORT, Serve


def test_an_answer_cites_the_page_that_proves_it(api: httpx.Client):
    answer = api.post("/v1/query", json={"question": QUESTION}).json()
    assert (answer["status"], answer["method"]) == ("answered", "quotation")
    [citation, *_] = answer["citations"]
    assert (citation["document"], citation["page"], citation["supported"]) == (REPORT, 4, True)
    assert "212,000" in citation["quote"]


def test_what_is_not_there_is_an_answer_too(api: httpx.Client):
    answer = api.post("/v1/query", json={"question": "How many moons does Jupiter have?"})
    assert (answer.status_code, answer.json()["status"], answer.json()["citations"]) == (200, "not_found", [])


def test_a_stream_shows_the_evidence_then_text_then_citations_then_all(api: httpx.Client):
    answer = api.post("/v1/query", json={"question": QUESTION, "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    came = events(answer.text)
    names = [name for name, _ in came]
    assert names[0] == "evidence"
    assert names[-1] == "done"
    assert names == ["evidence", *["token"] * names.count("token"), *["citation"] * names.count("citation"), "done"]
    done = json.loads(came[-1][1])
    assert "".join(json.loads(data)["text"] for name, data in came if name == "token").strip() == done["text"]
    assert json.loads(came[0][1])["evidence"][0]["document"] == REPORT


@pytest.mark.parametrize("question", [QUESTION, "What does fault code E11 mean?", "How many moons does Jupiter have?"])
def test_citations_are_the_same_bytes_in_stream_answer_and_history(api: httpx.Client, question: str):
    streamed = events(api.post("/v1/query", json={"question": question, "stream": True}).text)
    done = streamed[-1][1]
    place = json.loads(done)
    whole = api.post("/v1/query", json={"question": question}).text
    again = api.get(f"/v1/answers/{place['id']}").text
    history = api.get(f"/v1/conversations/{place['conversation_id']}").text
    citations = "[" + ",".join(data for name, data in streamed if name == "citation") + "]"
    assert again == done
    assert f'"messages":[{done}]' in history
    for body in (done, whole, again, history):
        assert f'"citations":{citations},' in body


@pytest.mark.parametrize(
    ("where", "documents"),
    [
        ({}, {REPORT, MANUAL}),
        ({"collections": ["default"]}, {REPORT, MANUAL}),
        ({"document_ids": [MANUAL]}, {MANUAL}),
        ({"pages": ["4"]}, {REPORT}),
        ({"pages": ["3-4", "9-7"], "document_ids": [MANUAL]}, {MANUAL}),
        ({"pages": ["1000"]}, set()),
    ],
)
def test_a_search_keeps_to_where_it_is_told(api: httpx.Client, ids: dict[str, str], where: dict, documents: set[str]):
    if "document_ids" in where:
        where = where | {"document_ids": [ids[name] for name in where["document_ids"]]}
    found = api.post("/v1/search", json={"question": QUESTION, "limit": 50} | where).json()
    assert {page["document"] for page in found["pages"]} == documents
    if "pages" in where:
        assert {page["page"] for page in found["pages"]} <= {3, 4, 7, 8, 9}


def test_a_search_may_be_ranked_again_by_the_cross_encoder(api: httpx.Client):
    plain = api.post("/v1/search", json={"question": QUESTION, "limit": 3}).json()
    reranked = api.post("/v1/search", json={"question": QUESTION, "limit": 3, "rerank": True}).json()
    assert len(plain["pages"]) == len(reranked["pages"]) == 3
    assert reranked["timings"]["rerank"] > plain["timings"]["rerank"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "question: field required"),
        ({"question": ""}, "question: "),
        ({"question": " \n"}, "question: "),
        ({"question": "x" * 4001}, "question: "),
        ({"question": QUESTION, "pages": ["0"]}, "pages.0: "),
        ({"question": QUESTION, "pages": ["a-b"]}, "pages.0: "),
        ({"question": QUESTION, "collection": "default"}, "collection: extra inputs"),
        ({"question": QUESTION, "document_ids": ["x" * 65]}, "document_ids.0: "),
        ({"question": QUESTION, "budget_tokens": 0}, "budget_tokens: "),
        ({"question": QUESTION, "max_images": -1}, "max_images: "),
        ([], "body: "),
    ],
)
def test_a_wrong_request_names_the_field(api: httpx.Client, body: object, said: str):
    answer = api.post("/v1/query", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/invalid-request"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"question": "\\ud800"}', b"null"])
def test_a_body_that_is_no_json_is_refused(api: httpx.Client, body: bytes):
    answer = api.post("/v1/query", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_body_that_is_far_too_large_is_refused(api: httpx.Client):
    answer = api.post("/v1/query", json={"question": "x" * (5 << 20)})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_json_that_says_it_is_text_is_refused(api: httpx.Client):
    """As a web page of someone else could send it without asking."""
    body = json.dumps({"question": QUESTION})
    assert api.post("/v1/query", content=body, headers={"Content-Type": "text/plain"}).status_code == 422


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (ModelUnavailable("No model server"), 503, "model-unavailable"),
        (IndexUnavailable("No Qdrant"), 503, "index-unavailable"),
        (ModelRefused("It said no"), 502, "model-refused"),
        (ContextOverflow("Too long"), 422, "context-overflow"),
        (ZeroDivisionError("secret words of a document"), 500, "internal-error"),
    ],
)
def test_what_goes_wrong_is_told_alike_in_answer_and_stream(
    examples: Service, serve: Serve, error: Exception, status: int, slug: str, caplog: pytest.LogCaptureFixture
):
    client = serve(answered_by(examples, Failing(error, words=2)))
    whole = client.post("/v1/query", json={"question": QUESTION})
    assert (whole.status_code, whole.json()["type"]) == (status, f"/problems/{slug}")
    assert ("retry-after" in whole.headers) == (status == 503)
    streamed = events(client.post("/v1/query", json={"question": QUESTION, "stream": True}).text)
    assert [name for name, _ in streamed] == ["evidence", "token", "token", "error"]
    assert json.loads(streamed[-1][1]) == whole.json()
    assert "secret words" not in whole.text + caplog.text
    if status >= 500:
        assert [each["where"] for each in client.get("/stats").json()["errors"]] == ["POST /v1/query"] * 2


def test_a_conversation_goes_on_and_is_kept_in_order(api: httpx.Client):
    first = api.post("/v1/query", json={"question": QUESTION}).json()
    place = {"conversation_id": first["conversation_id"]}
    second = api.post("/v1/query", json={"question": "What does fault code E11 mean?"} | place).json()
    assert second["conversation_id"] == first["conversation_id"]
    kept = api.get(f"/v1/conversations/{first['conversation_id']}").json()
    assert kept["title"] == QUESTION
    assert (kept["answers"], kept["messages"]) == (2, [first, second])
    listed = api.get("/v1/conversations").json()["conversations"]
    assert listed[0] == {name: value for name, value in kept.items() if name != "messages"}
    assert api.post("/v1/query", json={"question": QUESTION, "conversation_id": "unknown"}).status_code == 404


def test_an_answer_can_be_rated_and_deleted_with_its_conversation(api: httpx.Client, examples: Service):
    answer = api.post("/v1/query", json={"question": QUESTION}).json()
    path = f"/v1/answers/{answer['id']}"
    for verdict in ("up", "down", None):
        assert api.put(f"{path}/feedback", json={"verdict": verdict, "comment": "as I thought"}).status_code == 204
    assert api.put(f"{path}/feedback", json={"verdict": "sideways"}).status_code == 422
    assert api.put("/v1/answers/unknown/feedback", json={"verdict": "up"}).status_code == 404
    gone = api.delete(f"/v1/conversations/{answer['conversation_id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.get(f"/v1/conversations/{answer['conversation_id']}").status_code == 404
    assert api.delete(f"/v1/conversations/{answer['conversation_id']}").status_code == 404
