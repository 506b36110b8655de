"""Web pages of other people, and names that are not ours."""

import httpx

from docqa.service import Service
from tests.api.conftest import Safe, Serve


def test_without_keys_only_names_of_this_machine_are_answered(examples: Service, serve: Serve):
    client = serve(examples, hosts=("docqa.example.org",))
    for host in ("localhost", "localhost:8100", "127.0.0.1:1", "[::1]:8100", "docqa.example.org", "DOCQA.example.org"):
        assert client.get("/version", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example.org", "localhost.evil.example.org", "127.0.0.1.evil.example.org", "10.0.0.1", "api"):
        answer = client.get("/version", headers={"Host": host})
        assert answer.status_code == 421, host
        assert "DOCQA_API__HOSTS" in answer.json()["detail"]


def test_with_a_key_any_name_is_answered(safe: Safe, guarded: httpx.Client):
    assert guarded.get("/version", headers=safe.public | {"Host": "api:8100"}).status_code == 200


def test_without_keys_other_peoples_web_pages_cannot_change_the_library(examples: Service, serve: Serve):
    client = serve(examples, cors_origins=("https://friend.example.org",))
    own = str(client.base_url)
    for origin in ("https://evil.example.org", "null", "http://localhost:3000"):
        answer = client.post("/v1/retry", json={"collection": None}, headers={"Origin": origin})
        assert answer.status_code == 403, origin
        assert "DOCQA_API__CORS_ORIGINS" in answer.json()["detail"]
    for origin in (own, "https://friend.example.org"):
        assert client.post("/v1/retry", json={"collection": None}, headers={"Origin": origin}).status_code == 202


def test_cross_origin_reading_is_closed_unless_it_is_opened(examples: Service, serve: Serve):
    asked = {"Origin": "https://friend.example.org", "Access-Control-Request-Method": "POST"}
    closed = serve(examples)
    assert "access-control-allow-origin" not in closed.get("/version", headers=asked).headers
    assert closed.options("/v1/query", headers=asked).status_code == 405
    opened = serve(examples, cors_origins=("https://friend.example.org",))
    assert opened.options("/v1/query", headers=asked).status_code == 200
    assert opened.get("/version", headers=asked).headers["access-control-allow-origin"] == "https://friend.example.org"
    assert "access-control-allow-origin" not in opened.get("/version", headers={"Origin": "https://evil.org"}).headers
