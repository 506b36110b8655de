"""Who is let in."""

import httpx
import pytest

from docqa.catalog.keys import Keys
from docqa.errors import CatalogUnavailable
from docqa.service import Service
from tests.api.conftest import Safe, Serve

ROUTES = [
    ("GET", "/v1/documents"),
    ("POST", "/v1/documents"),
    ("GET", "/v1/documents/x"),
    ("GET", "/v1/documents/x/file"),
    ("DELETE", "/v1/documents/x"),
    ("PATCH", "/v1/documents/x"),
    ("POST", "/v1/documents/x/retry"),
    ("POST", "/v1/retry"),
    ("GET", "/v1/documents/x/pages/1"),
    ("GET", "/v1/documents/x/pages/1.jpg"),
    ("GET", "/v1/documents/x/pages/1.png"),
    ("GET", "/v1/collections"),
    ("POST", "/v1/query"),
    ("POST", "/v1/search"),
    ("GET", "/v1/conversations"),
    ("GET", "/v1/conversations/x"),
    ("DELETE", "/v1/conversations/x"),
    ("GET", "/v1/answers/x"),
    ("GET", "/v1/answers/x/feedback"),
    ("PUT", "/v1/answers/x/feedback"),
    ("GET", "/v1/models"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/ready"),
    ("GET", "/version"),
    ("GET", "/metrics"),
    ("GET", "/stats"),
    ("GET", "/v1/system"),
    ("POST", "/v1/doctor"),
    ("GET", "/nowhere"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer docqa_wrong"}, {"X-API-Key": "x"}])
def test_once_a_key_exists_every_route_wants_one(safe: Safe, guarded: httpx.Client, method: str, path: str, headers):
    answer = guarded.request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "docqa key create" in answer.text


def test_the_list_of_routes_is_complete(safe: Safe, guarded: httpx.Client):
    described = guarded.get("/openapi.json", headers=safe.everything).json()["paths"]
    known = {(method.upper(), path) for path, methods in described.items() for method in methods}
    for name in ("document_id", "conversation_id", "answer_id"):
        known = {(method, path.replace(f"{{{name}}}", "x")) for method, path in known}
    assert {(method, path.replace("{number}", "1")) for method, path in known} <= {*ROUTES, ("GET", "/health")}


def test_health_and_the_description_of_the_routes_want_no_key(guarded: httpx.Client):
    assert guarded.get("/health").json() == {"status": "ok"}
    for path in ("/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json"):
        assert guarded.get(path).status_code == 200
    assert guarded.get("/docs/nowhere").status_code == 401


def test_a_key_comes_in_either_header(safe: Safe, guarded: httpx.Client):
    secret = safe.everything["Authorization"].removeprefix("Bearer ")
    for headers in ({"Authorization": f"bearer {secret}"}, {"X-API-Key": secret}):
        assert guarded.get("/version", headers=headers).status_code == 200


def test_a_deleted_key_is_worth_nothing_at_once(safe: Safe, guarded: httpx.Client):
    _, secret = safe.service.library.catalog.keys.create("short-lived")
    headers = {"X-API-Key": secret}
    assert guarded.get("/version", headers=headers).status_code == 200
    safe.service.library.catalog.keys.delete("short-lived")
    assert guarded.get("/version", headers=headers).status_code == 401


def test_an_api_that_others_can_reach_wants_a_key_even_if_there_is_none(examples: Service, serve: Serve):
    answer = serve(examples, host="0.0.0.0").get("/v1/documents")
    assert answer.status_code == 401


def test_where_keys_cannot_be_looked_up_only_the_log_says_why(
    safe: Safe, guarded: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def unavailable(self: object, secret: str) -> None:
        raise CatalogUnavailable("The catalog at postgresql://docqa@db.internal/docqa does not answer")

    monkeypatch.setattr(Keys, "find", unavailable)
    answer = guarded.get("/v1/documents", headers={"X-API-Key": "docqa_x"})
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert "db.internal" not in answer.text
    assert "db.internal" in caplog.text


def test_whatever_key_is_sent_without_need_is_taken(api: httpx.Client):
    assert api.get("/version", headers={"Authorization": "Bearer none"}).status_code == 200
