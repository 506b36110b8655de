"""What the page shows while the API cannot be reached, or says no."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from docqa.client import DocQAError, KeyRefused, ServiceUnavailable, TooManyRequests
from ui import connection

P = ParamSpec("P")

RETRY_S = 2


def guarded(draw: Callable[P, None]) -> Callable[P, bool]:
    """The same part of the page, which tells whether it could be drawn.

    When the API is not there it says so, and comes back by itself.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            draw(*args, **kwargs)
        except DocQAError as error:
            say(error)
            return False
        return True

    return drawn


def say(error: DocQAError) -> None:
    """Say what is wrong, and look again by itself where that helps."""
    with st.container(key="offline"):
        if isinstance(error, KeyRefused):
            st.title("The API wants a key", anchor=False)
            st.text(str(error))
            st.caption(f"Make one with `docqa key create`, set it as {connection.API_KEY}, and start the page again.")
        elif isinstance(error, TooManyRequests):
            st.title("One moment", anchor=False)
            st.text(str(error))
            st.caption("The page goes on by itself.")
            st.session_state["waited"] = False
            st.fragment(_later, run_every=max(RETRY_S, error.retry_after_s))()
        elif isinstance(error, ServiceUnavailable):
            st.title("Waiting for docqa", anchor=False)
            st.text(str(error))
            st.caption("This page looks again every two seconds and goes on by itself. Nothing is lost meanwhile.")
            st.fragment(_watch, run_every=RETRY_S)()
        else:
            st.title("That did not work", anchor=False)
            st.text(str(error))
            if st.button("Try again", icon=":material/refresh:"):
                st.rerun()


def _watch() -> None:
    try:
        connection.client().ready()
    except DocQAError:
        return
    st.rerun()


def _later() -> None:
    """Go on at the second look: the first is that of the page itself."""
    if st.session_state["waited"]:
        st.rerun()
    st.session_state["waited"] = True
