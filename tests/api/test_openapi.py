"""What /openapi.json promises is kept: requests made from it find no 5xx and no response it does not know."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from docqa import build
from docqa.api.app import build_app
from docqa.sections import ApiSettings
from docqa.service import Service
from docqa.settings import Settings
from tests.api.conftest import QUESTION, Serve

HEADERS = {"Host": "localhost"}

schemathesis.openapi.media_type("application/pdf", st.binary(max_size=200).map(lambda body: b"%PDF-1.7 " + body))


@pytest.fixture(scope="module")
def service(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("openapi") / "data"
    shutil.copytree(example_data, data)
    with build.service(Settings(data=data, api=ApiSettings(requests_per_minute=1_000_000))) as service:
        yield service


@pytest.fixture(scope="module")
def schema(service: Service) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", build_app(service), headers=HEADERS)


@pytest.fixture
def there(service: Service, serve: Serve) -> dict[str, Any]:
    """What a request may name that is there."""
    answer = serve(service).post("/v1/query", json={"question": QUESTION}).json()
    [evidence, *_] = answer["evidence"]
    names = {"answer_id": answer["id"], "conversation_id": answer["conversation_id"]}
    return names | {"document_id": evidence["document_id"], "number": evidence["page"]}


def tried(operation: schemathesis.APIOperation, mode: GenerationMode, there: dict[str, Any], examples: int) -> None:
    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def try_one(case: schemathesis.Case) -> None:
        case.path_parameters = {name: there.get(name, value) for name, value in (case.path_parameters or {}).items()}
        if there and isinstance(case.body, dict) and "messages" in case.body:
            case.body["model"] = "docqa"
            case.body["messages"].append({"role": "user", "content": QUESTION})
        if there and isinstance(case.body, dict) and "question" in case.body:
            case.body |= {"question": QUESTION, "collections": [], "document_ids": [], "conversation_id": None}
        case.call_and_validate(headers=HEADERS)

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong about a request that holds nothing
        try_one()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_every_response_to_any_request_is_as_described(
    schema: schemathesis.BaseSchema, subtests: pytest.Subtests, mode: GenerationMode
):
    for result in schema.get_all_operations():
        operation = result.ok()
        with subtests.test(operation.label):
            tried(operation, mode, {}, 8 if mode is GenerationMode.POSITIVE else 4)


def test_every_response_about_what_is_there_is_as_described(
    schema: schemathesis.BaseSchema, subtests: pytest.Subtests, there: dict[str, Any]
):
    for result in schema.get_all_operations():
        operation = result.ok()
        names = {each.name for each in operation.path_parameters}
        if operation.method != "delete" and (
            names & set(there) or operation.label.endswith(("/completions", "/query", "/search"))
        ):
            with subtests.test(operation.label):
                tried(operation, GenerationMode.POSITIVE, there, 6)


def test_every_operation_says_what_it_does_and_how_it_fails(schema: schemathesis.BaseSchema):
    for path, methods in schema.raw_schema["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["description"].endswith((".", "`")), (method, path)
            assert path == "/health" or {"401", "429"} <= set(operation["responses"]), (method, path)
