"""A word to whoever clicked. What a click calls may not draw, so it is said when the page is drawn next."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from docqa.client import DocQAError
from ui.text import plain

KEY = "notice"


def say(text: str) -> None:
    """Say this, which is no Markdown, with the next drawing."""
    st.session_state[KEY] = text


@contextmanager
def refusals() -> Iterator[None]:
    """Say what the API refuses instead of failing."""
    try:
        yield
    except DocQAError as error:
        say(str(error))


def draw() -> None:
    """Say it."""
    if text := st.session_state.pop(KEY, ""):
        st.toast(plain(text))
