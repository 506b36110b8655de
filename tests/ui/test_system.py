"""The page that shows how docqa itself does, and what any page shows while the API is away."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from docqa.api.app import build_app
from docqa.service import Service
from tests.api.conftest import running
from tests.ui.conftest import Open, drawn, go, words
from ui import connection


@contextmanager
def nobody() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    yield address


def test_it_shows_what_runs_and_its_limits(open_page: Open, reading_address: str) -> None:
    page = go(open_page(reading_address), "system")
    assert not page.exception
    facts = {fact["name"]: fact["value"] for fact in drawn(page, "facts")}
    assert facts["Model"] == "none: answers are quotations"
    assert facts["Upload"] == "1,024 MB a request"
    assert "No worker runs" in words(page)
    assert {metric.label: metric.value for metric in page.metric}["Documents"] == "2"


def test_doctor_tells_what_it_found(open_page: Open, reading_address: str) -> None:
    page = go(open_page(reading_address), "system")
    page.button(key="doctor").click().run()
    assert "embedding model" in words(page)


def test_without_the_api_the_page_waits_and_goes_on_by_itself(
    open_page: Open, examples: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nobody() as address:
        page = open_page(address)
    assert not page.exception
    assert "Waiting for docqa" in words(page)
    assert "docqa up" in words(page)
    with running(build_app(examples)) as address:
        monkeypatch.setenv(connection.API_URL, address)
        page.run()
        assert "Ask your documents" in words(page)


def test_a_missing_key_is_asked_for(open_page: Open, writing_address: str, workshop: Service) -> None:
    key, _ = workshop.library.catalog.keys.create("other", ())
    try:
        page = open_page(writing_address)
        assert "The API wants a key" in words(page)
        assert connection.API_KEY in words(page)
    finally:
        workshop.library.catalog.keys.delete(key.id)
