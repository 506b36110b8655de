"""The list of conversations to go back to."""

from typing import Literal

import streamlit as st

from docqa.client import Client
from ui import notice, talk
from ui.talk import Talk
from ui.text import plain

LISTED = 40
TITLE = 60  # characters


def draw(client: Client, open_talk: Talk) -> None:
    """Draw it in the sidebar."""
    with st.sidebar:
        st.button(
            "New question",
            icon=":material/edit_square:",
            key="new_question",
            width="stretch",
            on_click=talk.leave,
        )
        conversations = client.conversations()
        if not conversations:
            st.caption("Your questions will be listed here.")
            return
        st.caption("Conversations")
        for each in conversations[:LISTED]:
            is_open = each.id == open_talk.conversation_id
            kind: Literal["primary", "tertiary"] = "primary" if is_open else "tertiary"
            st.button(
                plain(each.title[:TITLE]) or "Untitled",
                key=f"conversation_{each.id}",
                type=kind,
                help=plain(each.title),
                width="stretch",
                on_click=_open,
                args=(client, each.id),
            )
        if open_talk.conversation_id:
            st.space("small")
            with st.popover("Delete this conversation", icon=":material/delete:", type="tertiary", width="stretch"):
                st.caption("Its answers and their links are gone then. The documents stay.")
                st.button(
                    "Delete it", key="delete_conversation", on_click=_delete, args=(client, open_talk.conversation_id)
                )


def _open(client: Client, conversation_id: str) -> None:
    with notice.refusals():
        talk.show(Talk.of(client.conversation(conversation_id)))


def _delete(client: Client, conversation_id: str) -> None:
    with notice.refusals():
        client.delete_conversation(conversation_id)
        talk.leave()
        notice.say("Deleted, with its answers.")
