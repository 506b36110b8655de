"""The page over the API of real libraries, without a browser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from docqa import build
from docqa.api.app import build_app
from docqa.service import Service
from docqa.settings import Settings
from tests.api.conftest import examples, running, workshop  # noqa: F401  fixtures
from ui import connection

APP = Path(connection.__file__).parent / "app.py"
LONGEST_RUN_S = 30

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open the page of an API: the function takes its address, then query parameters."""

    def opened(address: str, **query: str) -> AppTest:
        monkeypatch.setenv(connection.API_URL, address)
        page = AppTest.from_file(APP, default_timeout=LONGEST_RUN_S)
        page.query_params.update(query)
        return page.run()

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def reading_address(examples: Service) -> Iterator[str]:  # noqa: F811
    """Where the examples are served."""
    with running(build_app(examples)) as address:
        yield address


@pytest.fixture
def writing_address(workshop: Service) -> Iterator[str]:  # noqa: F811
    """Where a library to change is served."""
    with running(build_app(workshop)) as address:
        yield address


@pytest.fixture
def empty_address(tmp_path: Path) -> Iterator[str]:
    """Where an empty library is served."""
    with build.service(Settings(data=tmp_path / "empty")) as service, running(build_app(service)) as address:
        yield address


def go(app: AppTest, path: str, /, **query: str) -> AppTest:
    """Turn to the page under this path; AppTest.switch_page knows only pages that are files."""
    app._page_hash = next(key for key, each in app._registered_pages.items() if each["url_pathname"] == path)
    app.query_params.update(query)
    return app.run()


def drawn(page: AppTest, key: str) -> Any:
    """What one of our components was given."""
    return json.loads(next(each for each in page.get("bidi_component") if each.key == key).proto.json)


def words(page: AppTest) -> str:
    """Everything that Streamlit's own elements say."""
    kinds = (
        "title",
        "header",
        "subheader",
        "caption",
        "markdown",
        "text",
        "info",
        "warning",
        "success",
        "error",
        "html",
    )
    return "\n".join(str(getattr(each, "value", None) or each.proto.body) for kind in kinds for each in page.get(kind))
