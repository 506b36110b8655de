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
        ({}, "question: it is missing"),
        ({"question": ""}, "question: "),
        ({"question": " \n"}, "question: more than spaces is expected"),
        ({"question": "x" * 4001}, "question: 4000 characters at most"),
        ({"question": QUESTION, "pages": ["0"]}, "pages.0: "),
        ({"question": QUESTION, "pages": ["a-b"]}, "pages.0: a page such as 9, or a range such as 3-5, is expected"),
        ({"question": QUESTION, "collection": "default"}, "collection: there is no such field"),
        ({"question": QUESTION, "document_ids": ["x" * 65]}, "document_ids.0: "),
        ({"question": QUESTION, "budget_tokens": 0}, "budget_tokens: 1 or more is expected"),
        ({"question": QUESTION, "max_images": -1}, "max_images: "),
        ({"question": QUESTION, "collections": ["a/b"]}, "collections.0: at most 128 letters, digits"),
        ([], "body: a JSON object is expected"),
    ],
)
def test_a_wrong_request_names_the_field(api: httpx.Client, body: object, said: str):
    answer = api.post("/v1/query", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/invalid-request"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "body: it is missing"),
        (b"null", "body: a JSON object is expected"),
        (b"{", "The body is not JSON: Expecting property name"),
        (b"\xff\xfe", "The body is not JSON"),
        (b'{"question": "\xc3("}', "The body cannot be read as JSON"),
        (b'{"question": "\\ud800"}', "question: it holds half a character"),
    ],
)
def test_a_body_that_is_no_json_is_refused(api: httpx.Client, body: bytes, said: str):
    answer = api.post("/v1/query", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"].startswith(said)


def test_a_body_that_is_far_too_large_is_refused(api: httpx.Client):
    answer = api.post("/v1/query", json={"question": "x" * (5 << 20)})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {}])
def test_json_that_does_not_say_it_is_json_is_refused(api: httpx.Client, headers: dict[str, str]):
    """As a web page of someone else could send it without asking."""
    answer = api.post("/v1/query", content=json.dumps({"question": QUESTION}), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")
    assert "Content-Type: application/json" in answer.json()["detail"]
    assert api.post("/v1/query", headers=headers).status_code == 422


def test_an_answer_says_how_much_of_where_it_looked_was_not_read_yet(workshop: Service, serve: Serve):
    client = serve(workshop)
    sent = client.post("/v1/documents", files={"file": ("late.pdf", b"%PDF-1.7 late")}, data={"collection": "late"})
    [document] = sent.json()["documents"]
    try:
        for where in ({"collections": ["late"]}, {"document_ids": [document["id"]]}):
            body = {"question": QUESTION} | where
            answer = client.post("/v1/query", json=body)
            assert answer.json()["unread"] == 1
            assert client.get(f"/v1/answers/{answer.json()['id']}").text == answer.text
            assert client.post("/v1/search", json=body).json()["unread"] == answer.json()["unread"]
        workshop.library.catalog.set_state(document["id"], "failed", error="no PDF")
        assert client.post("/v1/search", json={"question": QUESTION, "collections": ["late"]}).json()["unread"] == 0
    finally:
        client.delete(document["status_url"])


def test_parts_of_a_question_say_whether_anything_was_found(api: httpx.Client):
    question = f"{QUESTION} How many moons does Jupiter have?"
    parts = api.post("/v1/query", json={"question": question}).json()["parts"]
    assert [part["found"] for part in parts] == [True, False]


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
    assert listed[0] == {name: value for name, value in kept.items() if name not in ("feedback", "messages")}
    assert api.post("/v1/query", json={"question": QUESTION, "conversation_id": "unknown"}).status_code == 404


def test_an_answer_can_be_rated_and_deleted_with_its_conversation(api: httpx.Client, examples: Service):
    answer = api.post("/v1/query", json={"question": QUESTION}).json()
    path = f"/v1/answers/{answer['id']}"
    assert api.get(f"{path}/feedback").json() == {"verdict": None, "comment": ""}
    for verdict in ("up", "down", None):
        assert api.put(f"{path}/feedback", json={"verdict": verdict, "comment": "as I thought"}).status_code == 204
        said = {"verdict": verdict, "comment": "as I thought"}
        assert api.get(f"{path}/feedback").json() == said
        conversation = api.get(f"/v1/conversations/{answer['conversation_id']}").json()
        assert conversation["feedback"] == ({answer["id"]: said} if verdict else {})
        assert conversation["messages"] == [answer]
    assert api.put(f"{path}/feedback", json={"verdict": "sideways"}).status_code == 422
    assert api.put("/v1/answers/unknown/feedback", json={"verdict": "up"}).status_code == 404
    assert api.get("/v1/answers/unknown/feedback").status_code == 404
    gone = api.delete(f"/v1/conversations/{answer['conversation_id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.get(f"/v1/conversations/{answer['conversation_id']}").status_code == 404
    assert api.delete(f"/v1/conversations/{answer['conversation_id']}").status_code == 404
