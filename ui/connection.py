"""The page's one connection to the API. The only place that reads the environment."""

import os
from collections import deque
from collections.abc import Sequence

import streamlit as st

from docqa.client import Client, Collection, DocumentList, Stats
from docqa.types import Box, DocumentState

API_URL = "DOCQA_UI__API_URL"
API_KEY = "DOCQA_UI__API_KEY"
LOCAL_API = "http://127.0.0.1:8100"

LOOK_TTL_S = 0.8  # every session of this process looks at most so often
COLLECTIONS_TTL_S = 5
PACES_KEPT = 120

IMAGES_KEPT = 300
IMAGE_TTL_S = 300


def api_url() -> str:
    """Where the API listens."""
    return os.environ.get(API_URL) or LOCAL_API


def client() -> Client:
    """The client that every session of this process shares."""
    return _client(api_url(), os.environ.get(API_KEY) or None)


@st.cache_resource(on_release=Client.close)
def _client(url: str, api_key: str | None) -> Client:
    return Client(url, api_key=api_key, timeout_s=60)


def page_image(document_id: str, page: int, boxes: Sequence[Box] = ()) -> bytes:
    """A page's image with boxes marked.

    Raises NotInLibrary or ServiceUnavailable.
    """
    return _page_image(api_url(), document_id, page, tuple(boxes))


@st.cache_data(ttl=IMAGE_TTL_S, max_entries=IMAGES_KEPT, show_spinner=False)
def _page_image(url: str, document_id: str, page: int, boxes: tuple[Box, ...]) -> bytes:
    return client().page_image(document_id, page, boxes=boxes)


def stats() -> Stats:
    """What the library holds and what the API did lately, as of a moment ago."""
    return _stats(api_url())


@st.cache_data(ttl=LOOK_TTL_S, show_spinner=False)
def _stats(url: str) -> Stats:
    found = client().stats()
    paces().append(found.pages_per_minute)
    return found


@st.cache_resource
def paces() -> deque[float]:
    """Pages a minute, as they were at the latest looks."""
    return deque(maxlen=PACES_KEPT)


def collections() -> tuple[Collection, ...]:
    """The collections, as of some seconds ago."""
    return _collections(api_url())


@st.cache_data(ttl=COLLECTIONS_TTL_S, show_spinner=False)
def _collections(url: str) -> tuple[Collection, ...]:
    return client().collections()


def documents(
    *,
    q: str | None = None,
    collection: str | None = None,
    state: DocumentState | None = None,
    limit: int,
    offset: int = 0,
) -> DocumentList:
    """Documents that fit, as of a moment ago."""
    return _documents(api_url(), q, collection, state, limit, offset)


@st.cache_data(ttl=LOOK_TTL_S, max_entries=100, show_spinner=False)
def _documents(
    url: str, q: str | None, collection: str | None, state: DocumentState | None, limit: int, offset: int
) -> DocumentList:
    return client().documents(q=q, collection=collection, state=state, limit=limit, offset=offset)


def forget() -> None:
    """Look at everything anew: something was changed here."""
    for cached in (_stats, _collections, _documents, _page_image):
        cached.clear()
