"""Where to search: some collections, some documents, or everything."""

from dataclasses import dataclass

import streamlit as st

from ui import connection
from ui.text import amount, plain

LISTED = 500  # documents to choose from; more are found by their name


@dataclass(frozen=True, slots=True)
class Scope:
    """Empty means everywhere."""

    collections: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()


def current() -> Scope:
    """What is chosen."""
    kept = st.session_state.get("scope")
    return kept if isinstance(kept, Scope) else Scope()


def draw() -> None:
    """A small button that says where is searched and opens the choice."""
    kept = current()
    with st.popover(_label(kept), icon=":material/filter_list:", type="tertiary", width="content"):
        names = [each.name for each in connection.collections()]
        collections = st.multiselect(
            "Collections",
            names,
            default=[name for name in kept.collections if name in names],
            placeholder="All collections",
        )
        wanted = st.text_input("Find documents", placeholder="Part of a name", key="scope_search")
        listed = connection.documents(q=wanted or None, limit=LISTED)
        known: dict[str, str] = st.session_state.setdefault("scope_names", {})
        known.update({each.id: each.name for each in listed.documents})
        choices = [each.id for each in listed.documents]
        choices += [each for each in kept.document_ids if each not in choices]
        documents = st.multiselect(
            "Documents",
            choices,
            default=[each for each in kept.document_ids],
            format_func=lambda each: known.get(each, each[:12]),
            placeholder="All documents",
            help=None if listed.total <= LISTED else f"The first {LISTED} of {listed.total:,}: type part of a name",
        )
        chosen = Scope(tuple(collections), tuple(documents))
    if chosen != kept:
        st.session_state["scope"] = chosen
        st.rerun()


def only(document_id: str, name: str) -> None:
    """Search in one document from now on."""
    st.session_state.setdefault("scope_names", {})[document_id] = name
    st.session_state["scope"] = Scope(document_ids=(document_id,))


def _label(scope: Scope) -> str:
    parts = []
    if scope.collections:
        parts.append(
            scope.collections[0] if len(scope.collections) == 1 else amount(len(scope.collections), "collection")
        )
    if scope.document_ids:
        known = st.session_state.get("scope_names", {})
        only_one = known.get(scope.document_ids[0], "1 document")
        parts.append(only_one if len(scope.document_ids) == 1 else amount(len(scope.document_ids), "document"))
    return plain("In " + " and ".join(parts)) if parts else "In all documents"
