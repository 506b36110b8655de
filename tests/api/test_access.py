"""Who may see what."""

from collections.abc import Callable

import httpx
import pytest

from tests.api.conftest import QUESTION, REPORT, SECRET_QUESTION, Safe

FOREIGN: list[Callable[[str], tuple[str, str, dict | None]]] = [
    lambda document: ("GET", f"/v1/documents/{document}", None),
    lambda document: ("GET", f"/v1/documents/{document}/file", None),
    lambda document: ("DELETE", f"/v1/documents/{document}", None),
    lambda document: ("PATCH", f"/v1/documents/{document}", {"kind": "ours"}),
    lambda document: ("POST", f"/v1/documents/{document}/retry", None),
    lambda document: ("GET", f"/v1/documents/{document}/pages/1", None),
    lambda document: ("GET", f"/v1/documents/{document}/pages/1.jpg", None),
    lambda document: ("GET", f"/v1/documents/{document}/pages/1.png?width=100", None),
    lambda document: ("POST", "/v1/query", {"question": SECRET_QUESTION, "document_ids": [document]}),
    lambda document: ("POST", "/v1/query", {"question": SECRET_QUESTION, "document_ids": [document], "stream": True}),
    lambda document: ("POST", "/v1/search", {"question": SECRET_QUESTION, "document_ids": [document]}),
]


@pytest.mark.parametrize("asked", FOREIGN)
def test_a_document_of_another_collection_is_not_there(safe: Safe, guarded: httpx.Client, asked):
    method, path, body = asked(safe.merger)
    foreign = guarded.request(method, path, json=body, headers=safe.public)
    _, path, body = asked("0" * 64)
    unknown = guarded.request(method, path, json=body, headers=safe.public)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["detail"].replace(safe.merger[:12], "") == unknown.json()["detail"].replace("0" * 12, "")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/documents?collection=secret", None),
        ("POST", "/v1/retry", {"collection": "secret"}),
        ("POST", "/v1/query", {"question": QUESTION, "collections": ["secret"]}),
        ("POST", "/v1/query", {"question": QUESTION, "collections": ["default", "secret"]}),
        ("POST", "/v1/search", {"question": QUESTION, "collections": ["secret"]}),
        (
            "POST",
            "/v1/chat/completions",
            {"model": "docqa/secret", "messages": [{"role": "user", "content": QUESTION}]},
        ),
    ],
)
def test_another_collection_is_not_there(safe: Safe, guarded: httpx.Client, method: str, path: str, body: dict | None):
    answer = guarded.request(method, path, json=body, headers=safe.public)
    assert answer.status_code == 404
    assert "No collection is called secret: there are default" in answer.text


def test_a_search_never_leaves_the_collections_of_the_key(safe: Safe, guarded: httpx.Client):
    def searched(headers: dict[str, str], **where: object) -> list[str]:
        answer = guarded.post("/v1/search", json={"question": SECRET_QUESTION, "limit": 50} | where, headers=headers)
        return [page["document_id"] for page in answer.json()["pages"]]

    assert safe.merger in searched(safe.everything)
    assert safe.merger in searched(safe.secret)
    assert safe.merger not in searched(safe.public)
    assert set(searched(safe.secret)) == {safe.merger, safe.report}
    assert searched(safe.secret, document_ids=[safe.report], pages=["90-99"]) == []
    assert searched(safe.everything, collections=["default"], document_ids=[safe.merger]) == []


def test_an_answer_never_leaves_the_collections_of_the_key(safe: Safe, guarded: httpx.Client):
    for body in ({"question": SECRET_QUESTION}, {"question": SECRET_QUESTION, "stream": True}):
        answer = guarded.post("/v1/query", json=body, headers=safe.public)
        assert safe.merger not in answer.text
        assert "3 March" not in answer.text
    chat = {"model": "docqa", "messages": [{"role": "user", "content": SECRET_QUESTION}]}
    assert "3 March" not in guarded.post("/v1/chat/completions", json=chat, headers=safe.public).text
    assert "3 March" in guarded.post("/v1/chat/completions", json=chat, headers=safe.secret).text


def test_a_document_is_seen_only_as_the_own_collections_know_it(safe: Safe, guarded: httpx.Client):
    public = guarded.get(f"/v1/documents/{safe.report}", headers=safe.public).json()
    assert (public["name"], public["collections"]) == (REPORT, ["default"])
    assert [source["collection"] for source in public["sources"]] == ["default"]
    secret = guarded.get(f"/v1/documents/{safe.report}", headers=safe.secret).json()
    assert (secret["name"], secret["collections"]) == ("takeover target.pdf", ["secret"])
    assert secret["sources"] == [{"collection": "secret", "path": "board/takeover target.pdf"}]
    assert guarded.get(f"/v1/documents/{safe.report}", headers=safe.everything).json()["collections"] == [
        "default",
        "secret",
    ]
    answer = guarded.post("/v1/query", json={"question": QUESTION}, headers=safe.secret).json()
    assert {each["document"] for each in answer["evidence"]} <= {"takeover target.pdf", "merger.pdf"}
    assert answer["citations"][0]["document"] == "takeover target.pdf"
    found = guarded.post("/v1/search", json={"question": QUESTION}, headers=safe.secret).json()
    assert found["pages"][0]["document"] == "takeover target.pdf"


def test_what_others_have_corrected_is_not_seen_where_they_have_the_document_too(safe: Safe, guarded: httpx.Client):
    path = f"/v1/documents/{safe.report}"
    refused = guarded.patch(path, json={"kind": "target"}, headers=safe.secret)
    assert (refused.status_code, "Others have this document" in refused.text) == (403, True)
    read = guarded.get(path, headers=safe.public).json()
    corrected = guarded.patch(path, json={"title": "The takeover", "year": 1999}, headers=safe.everything).json()
    assert (corrected["title"], corrected["year"], corrected["corrected"]) == ("The takeover", 1999, ["title", "year"])
    for headers in (safe.public, safe.secret):
        seen = guarded.get(path, headers=headers).json()
        assert (seen["title"], seen["year"], seen["corrected"]) == (read["title"], read["year"], [])
        assert guarded.get("/v1/documents", params={"q": "The takeover"}, headers=headers).json()["total"] == 0
    assert guarded.get("/v1/documents", params={"q": "The takeover"}, headers=safe.everything).json()["total"] == 1
    guarded.patch(path, json={"title": None, "year": None}, headers=safe.everything)
    assert guarded.get(path, headers=safe.everything).json()["title"] == read["title"]


def test_a_limited_key_corrects_what_only_its_collections_have(safe: Safe, guarded: httpx.Client):
    path = f"/v1/documents/{safe.merger}"
    corrected = guarded.patch(path, json={"organisation": "Quillon AG", "kind": "contract"}, headers=safe.secret)
    assert corrected.json()["organisation"] == "Quillon AG"
    assert guarded.get(path, headers=safe.secret).json()["corrected"] == ["organisation", "kind"]
    asked = {"question": "What does the contract of Quillon say?"}
    assert guarded.post("/v1/search", json=asked, headers=safe.secret).json()["pages"][0]["document_id"] == safe.merger
    assert "Quillon" not in guarded.post("/v1/search", json=asked, headers=safe.public).text


@pytest.mark.parametrize(
    ("body", "said"), [({"year": 20188}, "year"), ({"kind": " "}, "kind"), ({"author": "me"}, "author")]
)
def test_a_correction_that_makes_no_sense_is_refused(safe: Safe, guarded: httpx.Client, body: dict, said: str):
    refused = guarded.patch(f"/v1/documents/{safe.merger}", json=body, headers=safe.everything)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


def test_lists_and_counts_hold_only_what_may_be_seen(safe: Safe, guarded: httpx.Client):
    listed = guarded.get("/v1/documents", headers=safe.secret).json()
    assert {each["id"] for each in listed["documents"]} == {safe.report, safe.merger}
    assert listed["total"] == 2
    for query, names in (("takeover", ["takeover target.pdf"]), ("harbour-report", []), ("merger", ["merger.pdf"])):
        found = guarded.get("/v1/documents", params={"q": query}, headers=safe.secret).json()
        assert ([each["name"] for each in found["documents"]], found["total"]) == (names, len(names))
    assert guarded.get("/v1/collections", headers=safe.secret).json()["collections"][0]["documents"] == 2
    assert [each["name"] for each in guarded.get("/v1/collections", headers=safe.secret).json()["collections"]] == [
        "secret"
    ]
    assert [each["id"] for each in guarded.get("/v1/models", headers=safe.secret).json()["data"]] == [
        "docqa",
        "docqa/secret",
    ]
    assert guarded.get("/stats", headers=safe.secret).json()["documents"]["done"] == 2
    assert guarded.get("/stats", headers=safe.everything).json()["documents"]["done"] == 3
    assert guarded.get("/v1/system", headers=safe.secret).json()["settings"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/metrics"), ("POST", "/v1/doctor")])
def test_what_tells_about_everything_is_for_keys_that_may_see_all(
    safe: Safe, guarded: httpx.Client, method: str, path: str
):
    assert guarded.request(method, path, headers=safe.public).status_code == 403
    assert guarded.request(method, path, headers=safe.everything).status_code == 200


def test_a_conversation_is_its_owners(safe: Safe, guarded: httpx.Client):
    answer = guarded.post("/v1/query", json={"question": QUESTION}, headers=safe.public).json()
    paths = [f"/v1/conversations/{answer['conversation_id']}", f"/v1/answers/{answer['id']}"]
    for path in paths:
        assert guarded.get(path, headers=safe.public).status_code == 200
        assert guarded.get(path, headers=safe.everything).status_code == 404
    body = {"question": "And who signed?", "conversation_id": answer["conversation_id"]}
    assert guarded.post("/v1/query", json=body, headers=safe.everything).status_code == 404
    assert guarded.post("/v1/query", json=body | {"stream": True}, headers=safe.everything).status_code == 404
    feedback = guarded.put(f"{paths[1]}/feedback", json={"verdict": "up"}, headers=safe.everything)
    assert feedback.status_code == 404
    assert guarded.get(f"{paths[1]}/feedback", headers=safe.everything).status_code == 404
    assert guarded.get(f"{paths[1]}/feedback", headers=safe.public).status_code == 200
    assert guarded.delete(paths[0], headers=safe.everything).status_code == 404
    assert guarded.get("/v1/conversations", headers=safe.secret).json() == {"conversations": []} or all(
        each["id"] != answer["conversation_id"]
        for each in guarded.get("/v1/conversations", headers=safe.secret).json()["conversations"]
    )
    assert guarded.delete(paths[0], headers=safe.public).status_code == 204


def test_a_key_puts_documents_only_into_its_collections(safe: Safe, guarded: httpx.Client):
    files = {"file": ("x.pdf", b"%PDF-1.7 by a limited key")}
    refused = guarded.post("/v1/documents", files=files, headers=safe.secret)
    assert refused.status_code == 403
    assert "secret" in refused.json()["detail"]
    taken = guarded.post("/v1/documents", files=files, data={"collection": "secret"}, headers=safe.secret)
    assert taken.status_code == 202
    [document] = taken.json()["documents"]
    assert guarded.delete(document["status_url"], headers=safe.secret).status_code == 200


def test_a_limited_key_takes_a_document_only_out_of_its_own_collections(safe: Safe, guarded: httpx.Client):
    body = b"%PDF-1.7 in two collections"
    for collection in ("default", "secret"):
        [document] = guarded.post(
            "/v1/documents",
            files={"file": (f"{collection}.pdf", body)},
            data={"collection": collection},
            headers=safe.everything,
        ).json()["documents"]
    receipt = guarded.delete(document["status_url"], headers=safe.public).json()
    assert (receipt["name"], receipt["removed"]["files"], receipt["removed"]["sources"]) == ("default.pdf", 0, 1)
    assert guarded.get(document["status_url"], headers=safe.public).status_code == 404
    assert guarded.get(document["status_url"], headers=safe.secret).json()["collections"] == ["secret"]
    assert guarded.delete(document["status_url"], headers=safe.everything).json()["removed"]["files"] == 1


def test_a_key_whose_collections_are_empty_finds_nothing(safe: Safe, guarded: httpx.Client):
    _, secret = safe.service.library.catalog.keys.create("nothing yet", ["nothing yet"])
    headers = {"X-API-Key": secret}
    assert guarded.get("/v1/documents", headers=headers).json() == {"documents": [], "total": 0}
    assert guarded.post("/v1/search", json={"question": QUESTION}, headers=headers).json()["pages"] == []
    assert guarded.post("/v1/query", json={"question": QUESTION}, headers=headers).json()["status"] == "not_found"
    empty = {"question": QUESTION, "collections": ["nothing yet"]}
    assert guarded.post("/v1/search", json=empty, headers=headers).json()["pages"] == []
