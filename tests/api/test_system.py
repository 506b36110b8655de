"""What the API tells about itself, and what it keeps to itself."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from docqa import types
from docqa.errors import IndexUnavailable
from docqa.library import Library
from docqa.model.visual import ServedVisualEmbedder
from docqa.sections import ModelSettings, VisualSettings
from docqa.service import Service
from tests.api.conftest import QUESTION, REPORT, Serve


class DownIndex:
    """A Qdrant server that does not answer."""

    def __getattr__(self, name: str):
        def fail(*_: object, **__: object):
            raise IndexUnavailable("No Qdrant at http://localhost:6333")

        return fail


def test_it_is_ready_when_index_and_catalog_answer(api: httpx.Client):
    answer = api.get("/ready")
    assert answer.status_code == 200
    states = {name: check["state"] for name, check in answer.json()["checks"].items()}
    assert states == {"index": "ok", "catalog": "ok", "model": "off", "visual": "off", "worker": "off"}
    assert all(check["ms"] >= 0 for check in answer.json()["checks"].values())


def test_it_is_not_ready_without_its_index(examples: Service, serve: Serve):
    library = Library(examples.library.catalog, examples.library.files, DownIndex())
    answer = serve(replace(examples, library=library)).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["index"]["error"] == "No Qdrant at http://localhost:6333"
    assert answer.json()["checks"]["catalog"]["state"] == "ok"


def test_it_is_not_ready_without_the_model_server_it_is_told_to_use(examples: Service, serve: Serve):
    model = ModelSettings(url="http://127.0.0.1:9", timeout_s=1)
    client = serve(replace(examples, settings=examples.settings.model_copy(update={"model": model})))
    assert client.get("/ready").json()["checks"]["model"]["state"] == "fail"
    shown = client.get("/v1/system").json()["model"]
    assert shown["url"] == "http://127.0.0.1:9"
    assert shown["error"]


def test_it_is_not_ready_without_the_server_that_embeds_page_images(examples: Service, serve: Serve):
    nobody = ServedVisualEmbedder(VisualSettings(url="http://127.0.0.1:9/v1", name="seeing", timeout_s=1))
    client = serve(replace(examples, retriever=replace(examples.retriever, visual=nobody)))
    assert client.get("/ready").json()["checks"]["visual"]["state"] == "fail"
    answer = client.post("/v1/search", json={"question": QUESTION})
    assert (answer.status_code, "DOCQA_VISUAL__URL" in answer.json()["detail"]) == (503, True)


def test_a_worker_that_is_gone_is_said_but_answers_go_on(
    workshop: Service, serve: Serve, monkeypatch: pytest.MonkeyPatch
):
    client = serve(workshop)
    for age, state in ((1, "ok"), (100, "fail")):
        seen = types.Activity({}, 0, 0.0, datetime.now(UTC) - timedelta(seconds=age))
        monkeypatch.setattr(type(workshop.library.catalog.reading), "activity", lambda _, seen=seen: seen)
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["checks"]["worker"]["state"]) == (200, state)


def test_system_shows_what_runs_and_masks_secrets(examples: Service, serve: Serve):
    model = ModelSettings(url=None, api_key="sk-very-secret")
    client = serve(replace(examples, settings=examples.settings.model_copy(update={"model": model})))
    shown = client.get("/v1/system")
    assert "very-secret" not in shown.text
    body = shown.json()
    assert (body["index"]["kind"], body["index"]["passages"], body["model"]) == ("embedded", 14, None)
    assert body["limits"]["max_upload_mb"] == 1024
    settings = {each["name"]: each["value"] for each in body["settings"]}
    assert settings["DOCQA_MODEL__API_KEY"] == "**********"


def test_doctor_examines_over_http(api: httpx.Client):
    findings = api.post("/v1/doctor").json()["findings"]
    assert {each["state"] for each in findings} == {"ok"}


def test_stats_count_documents_requests_and_answers(examples: Service, serve: Serve):
    client = serve(examples, requests_per_minute=100)
    for _ in range(3):
        client.post("/v1/query", json={"question": QUESTION})
    client.get("/nowhere")
    stats = client.get("/stats").json()
    assert (stats["documents"]["done"], stats["pages"], stats["passages"]) == (2, 7, 14)
    routes = {each["route"]: each for each in stats["routes"]}
    assert routes["POST /v1/query"]["requests"] == 3
    assert 0 < routes["POST /v1/query"]["p50_ms"] <= routes["POST /v1/query"]["p99_ms"]
    assert routes["GET (unknown)"]["requests"] == 1
    assert len(stats["answers"]) == 3
    assert {"search", "answer"} <= set(stats["answers"][0]["timings"])
    assert stats["errors"] == []


def test_metrics_are_as_prometheus_reads_them(examples: Service, serve: Serve):
    client = serve(examples, requests_per_minute=100)
    client.post("/v1/query", json={"question": QUESTION})
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'docqa_requests_total{method="POST",route="/v1/query",status="200"} 1.0' in lines
    assert 'docqa_answers_total{status="answered"} 1.0' in lines
    assert 'docqa_documents{state="done"} 2.0' in lines
    assert "docqa_passages 14.0" in lines
    assert any(line.startswith("docqa_disk_free_bytes ") and float(line.split()[1]) > 0 for line in lines)


def test_each_app_counts_for_itself(examples: Service, serve: Serve):
    first, second = (serve(examples, requests_per_minute=100) for _ in range(2))
    first.get("/version")
    assert 'route="/version"' not in second.get("/metrics").text


def test_too_many_requests_are_told_when_to_come_back(examples: Service, serve: Serve):
    client = serve(examples, requests_per_minute=5)
    answers = [client.get("/version") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
    assert "DOCQA_API__REQUESTS_PER_MINUTE" in answers[-1].json()["detail"]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert client.get("/health").status_code == 200


def test_guessing_keys_is_limited_by_address(examples: Service, serve: Serve):
    client = serve(examples, requests_per_minute=3, host="0.0.0.0")
    answers = [client.get("/version", headers={"X-API-Key": f"docqa_{guess}"}) for guess in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


def test_every_response_has_an_id_and_careful_headers(api: httpx.Client, ids: dict[str, str]):
    seen = set()
    paths = ("/health", "/version", "/nowhere", "/docs", "/v1/documents/x", f"/v1/documents/{ids[REPORT]}/pages/1.jpg")
    for path in paths:
        headers = api.get(path).headers
        seen.add(headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] in ("no-store", "private, no-cache")
    assert len(seen) == len(paths)
    assert api.get("/health", headers={"X-Request-Id": "mine-1.2"}).headers["x-request-id"] == "mine-1.2"
    assert api.get("/health", headers={"X-Request-Id": "a b;c"}).headers["x-request-id"] != "a b;c"


def test_the_log_holds_one_line_a_request_and_nothing_anybody_said(
    examples: Service, serve: Serve, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING, "httpx")  # what clients log is their business
    caplog.set_level(logging.INFO)
    client = serve(examples, requests_per_minute=100)
    secret = {"X-API-Key": "docqa_secret_key"}
    client.post("/v1/query", json={"question": QUESTION}, headers=secret)
    client.post("/v1/query", json={"question": QUESTION, "stream": True}, headers=secret)
    client.get("/v1/documents?q=harbour")
    lines = [each.message for each in caplog.records if each.name == "docqa.api"]
    lines = [line for line in lines if "/health" not in line]  # with which tests wait for their servers
    assert [line.split(" ")[:3] for line in lines] == [
        ["POST", "/v1/query", "200"],
        ["POST", "/v1/query", "200"],
        ["GET", "/v1/documents", "200"],
    ]
    for said in ("audit", "212,000", "harbour", "docqa_secret_key"):
        assert said not in caplog.text


def test_a_route_or_method_that_is_not_there_is_a_problem_too(api: httpx.Client):
    assert api.get("/v1/nowhere").json()["detail"] == "There is no such route: /docs lists them"
    wrong = api.put("/v1/documents")
    assert (wrong.status_code, wrong.json()["title"]) == (405, "Method not allowed")
    assert wrong.headers["allow"] == "GET, POST"
    assert api.post("/v1/documents/x/pages/3.png").headers["allow"] == "GET"
    assert api.put("/v1/documents/x").headers["allow"] == "DELETE, GET, PATCH"
    assert api.post("/docs").headers["allow"] == "GET"


def test_the_reference_comes_from_this_machine_only(api: httpx.Client):
    page = api.get("/docs")
    assert "://" not in page.text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f"docs/{name}" in page.text
        assert api.get(f"/docs/{name}").status_code == 200


def test_what_is_sent_is_what_openapi_describes_field_by_field(api: httpx.Client):
    """Also where a field is null in every example: shapes and wire have the same fields."""
    schemas = api.get("/openapi.json").json()["components"]["schemas"]
    answer = api.post("/v1/query", json={"question": QUESTION}).json()
    assert list(schemas["Answer"]["properties"]) == list(answer)
    [document, *_] = api.get("/v1/documents").json()["documents"]
    assert list(schemas["Document"]["properties"]) == list(document)
    assert json.dumps(schemas["PackReceipt"]["required"]).count('"') // 2 == len(types.PackReceipt.__slots__) + 1
