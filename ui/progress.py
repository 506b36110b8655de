"""How reading goes: what is on its way, how fast, what failed and why."""

from datetime import UTC, datetime

import streamlit as st

from docqa.client import Client, Stats
from docqa.types import Document
from ui import connection, notice, unlock
from ui.components import component
from ui.text import amount, duration, plain

LISTED = 6  # of the documents being read
FAILURES = 200  # that are looked at to count and list them
SILENT_S = 30  # after which a worker that says nothing does not run


def is_busy() -> bool:
    """Whether documents wait or are being read."""
    states = connection.stats().documents
    return bool(states.get("queued", 0) + states.get("reading", 0))


def worker_runs(stats: Stats) -> bool:
    """Whether a worker said something lately."""
    seen = stats.worker_seen_at
    return seen is not None and (datetime.now(UTC) - seen).total_seconds() < SILENT_S


def draw() -> None:
    """Draw it; nothing if nothing is to be said."""
    stats = connection.stats()
    waiting, reading = stats.documents.get("queued", 0), stats.documents.get("reading", 0)
    if waiting or reading:
        _reading(stats, waiting)
    if stats.documents.get("failed", 0):
        _failed()


def read_again(client: Client, document_id: str) -> None:
    """Queue what failed of a document, and say so."""
    with notice.refusals():
        found = client.retry(document_id)
        notice.say(f"{found.name} will be read again.")
    connection.forget()


def _reading(stats: Stats, waiting: int) -> None:
    now = connection.documents(state="reading", limit=LISTED).documents
    with st.container(border=True, key="reading"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Reading now**", width="content")
            st.caption(_pace(stats, waiting), width="stretch", text_alignment="right")
        if not worker_runs(stats):
            st.warning("No worker runs, so nothing is read: start one with `docqa worker`, or all with `docqa up`.")
        rows = [_bar(each) for each in now]
        if rows:
            component("bars")(key="reading_bars", data={"rows": rows, "legend": [], "scale": "sum"})


def _bar(document: Document) -> dict[str, object]:
    left = max(0, document.pages - document.pages_done - document.pages_failed)
    return {
        "label": document.name,
        "value": f"{document.pages_done + document.pages_failed} of {document.pages}",
        "parts": [
            {"size": document.pages_done, "kind": 0, "title": "pages read"},
            {"size": document.pages_failed, "kind": 4, "title": "pages failed"},
            {"size": left, "kind": 9, "title": "pages to read"},
        ],
    }


def _pace(stats: Stats, waiting: int) -> str:
    parts = []
    if stats.pages_per_minute:
        parts.append(f"{stats.pages_per_minute:,.0f} pages a minute")
        if stats.pages_waiting:
            parts.append(f"about {duration(60 * stats.pages_waiting / stats.pages_per_minute)} left")
    if waiting:
        parts.append(f"{amount(waiting, 'document')} waiting")
    return ", ".join(parts)


def _failed() -> None:
    client = connection.client()
    failed = connection.documents(state="failed", limit=FAILURES)
    with st.container(border=True, key="failures"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":red[:material/error:] **{amount(failed.total, 'document')} could not be read**")
            if st.button("Try all again", icon=":material/refresh:", key="retry_all"):
                with notice.refusals():
                    again = client.retry_all()
                    notice.say(f"{amount(len(again), 'document')} will be read again.")
                connection.forget()
                st.rerun()
        with st.expander("Why", type="compact", expanded=failed.total <= LISTED):
            for each in failed.documents:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(f"**{plain(each.name)}**: {plain(unlock.reason(each))}")
                    if each.needs_password:
                        unlock.ask(client, each)
                    elif st.button("Try again", key=f"retry_{each.id}", type="tertiary", icon=":material/refresh:"):
                        read_again(client, each.id)
                        st.rerun()
