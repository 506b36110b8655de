"""Putting PDFs into the library from the browser."""

import re
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from docqa.client import Client, DocQAError, ServiceUnavailable
from ui import connection
from ui.text import amount, plain

MAX_MB = 200  # Streamlit holds an upload in memory
NAMED = 20  # refusals that are shown

_ALONE = re.compile(r"[.:] nothing of this upload was kept", re.IGNORECASE)  # the page sends each file by itself

Outcome = Literal["added", "there already", "refused"]


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of one file."""

    name: str
    outcome: Outcome
    reason: str = ""


def draw(client: Client, collections: list[str]) -> None:
    """Draw the place to drop files, and what became of the last ones."""
    drop = int(st.session_state.setdefault("drop", 0))
    with st.container(border=True, key="uploads"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Add documents**", width="stretch")
            what = st.segmented_control(
                "What", ["Files", "Folder"], default="Files", required=True, label_visibility="collapsed"
            )
            collection = st.selectbox(
                "Collection",
                sorted({"default", *collections}),
                index=sorted({"default", *collections}).index("default"),
                accept_new_options=True,
                label_visibility="collapsed",
                help="The collection they go to; type a new name to make one",
                icon=":material/folder:",
                width=240,
                key="upload_collection",
            )
        files = st.file_uploader(
            "PDFs",
            type="pdf",
            accept_multiple_files="directory" if what == "Folder" else True,
            max_upload_size=MAX_MB,
            label_visibility="collapsed",
            key=f"drop_{what}_{drop}",
        )
        st.caption(
            f"Drop PDFs above, up to {MAX_MB} MB each. Larger files and whole disks: `docqa ingest PATH`, or the API."
        )
        if files:
            st.session_state["uploads"] = _sent(client, files, collection or "default")
            st.session_state["drop"] = drop + 1
            connection.forget()
            st.rerun()
        _outcome(st.session_state.get("uploads", []))


def _sent(client: Client, files: list[UploadedFile], collection: str) -> list[Upload]:
    done: list[Upload] = []
    with st.status(f"Storing {amount(len(files), 'file')}…", expanded=False) as status:
        for file in files:
            status.update(label=f"Storing {len(done) + 1} of {len(files)}: {plain(file.name)}")
            try:
                (document,) = client.upload(file, collection=collection)
                done.append(Upload(file.name, "added" if document.new else "there already"))
            except ServiceUnavailable:
                raise
            except DocQAError as error:
                done.append(Upload(file.name, "refused", _ALONE.sub("", str(error))))
    return done


def _outcome(uploads: list[Upload]) -> None:
    if not uploads:
        return
    counts = {kind: sum(each.outcome == kind for each in uploads) for kind in ("added", "there already", "refused")}
    said = [f"{count:,} {kind}" for kind, count in counts.items() if count]
    refused = [each for each in uploads if each.outcome == "refused"]
    shown = "; ".join(
        plain(f"{each.name}: {each.reason.removeprefix(each.name.rpartition('/')[2])}") for each in refused[:NAMED]
    )
    message = f"{', '.join(said)}.{' ' + shown if shown else ''}"
    (st.warning if refused else st.success)(message, icon=":material/inventory_2:")
