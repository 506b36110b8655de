"""Which conversation and which evidence the page shows. The address says the first, the session the second."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from docqa.client import Answer, Client, ConversationDetail, NotInLibrary
from docqa.types import Verdict
from ui import asking, connection, scope
from ui.asking import Asked, Asking
from ui.turns import Turn

LONGEST_QUESTION = 4000  # characters


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that is open."""

    conversation_id: str | None = None  # None before its first answer
    answers: tuple[Answer, ...] = ()
    verdicts: Mapping[str, Verdict | None] = field(default_factory=dict)  # by the id of the answer
    gone: str = ""  # why what the address names cannot be shown

    @classmethod
    def of(cls, conversation: ConversationDetail) -> "Talk":
        """A conversation that was stored."""
        verdicts = {answer_id: each.verdict for answer_id, each in conversation.feedback.items()}
        return cls(conversation.id, conversation.messages, verdicts)


@dataclass(frozen=True, slots=True)
class Pick:
    """The evidence that is shown, and how."""

    turn_id: str
    label: int
    page: int | None = None  # another page of its document; None for its own


def opened(client: Client) -> Talk:
    """The conversation of the answer that the address names."""
    answer_id = st.query_params.get("answer")
    if not answer_id:
        return Talk()
    known = st.session_state.get("talk")
    if isinstance(known, Talk) and any(answer.id == answer_id for answer in known.answers):
        return known
    try:
        conversation = client.conversation(client.answer(answer_id).conversation_id)
    except NotInLibrary:
        st.session_state.pop("left_at", None)
        return Talk(gone="This answer is gone: it was deleted, or one of the documents it was made from was.")
    talk = Talk.of(conversation)
    st.session_state["talk"] = talk
    return talk


def come_back() -> None:
    """Open what was open when the page was left for another, unless the address names something else."""
    if "answer" in st.query_params or "asking" in st.query_params:
        st.session_state["left_at"] = st.query_params.to_dict()
    else:
        st.query_params.from_dict(st.session_state.get("left_at", {}))


def leave() -> None:
    """Have nothing open, and nothing to come back to."""
    for key in ("talk", "pick", "left_at"):
        st.session_state.pop(key, None)
    st.query_params.clear()


def named() -> str | None:
    """The answer that the address names; None while another is asked for, which comes below it."""
    return None if "asking" in st.query_params else st.query_params.get("answer")


def running() -> Asking | None:
    """What is being asked, if anything is."""
    token = st.query_params.get("asking")
    return asking.found(token) if token else None


def now(client: Client) -> tuple[Talk, Asking | None]:
    """What is open and what is being asked. An answer that has come whole is taken into its conversation."""
    open_talk, asking = opened(client), running()
    if asking is None or asking.answer is None:
        return open_talk, asking
    return _settled(open_talk, asking.answer), None


def box(placeholder: str, conversation_id: str | None) -> None:
    """Draw a place to ask; what is asked goes on in this conversation."""
    key = f"ask_{conversation_id}"
    st.chat_input(placeholder, key=key, max_chars=LONGEST_QUESTION, on_submit=_submitted, args=(key, conversation_id))


def _submitted(key: str, conversation_id: str | None) -> None:
    question = str(st.session_state[key] or "").strip()
    if not question:
        return
    chosen = scope.current()
    asked = Asked(question, chosen.collections, chosen.document_ids, conversation_id)
    st.query_params["asking"] = asking.begin(connection.client(), asked).token
    st.session_state.pop("pick", None)


def show(talk: Talk) -> None:
    """Let the address name the last answer of a conversation."""
    st.session_state["talk"] = talk
    st.session_state.pop("pick", None)
    st.query_params.from_dict({"answer": talk.answers[-1].id} if talk.answers else {})
    st.session_state["left_at"] = st.query_params.to_dict()


def rated(answer_id: str, verdict: Verdict | None) -> None:
    """Show what was said of an answer of the conversation that is open."""
    known = st.session_state["talk"]
    st.session_state["talk"] = replace(known, verdicts={**known.verdicts, answer_id: verdict})


def _settled(open_talk: Talk, answer: Answer) -> Talk:
    """The conversation with a further answer. Doing it twice changes nothing: the browser may ask late."""
    talk = open_talk if open_talk.conversation_id == answer.conversation_id else Talk(answer.conversation_id)
    if answer.id not in {each.id for each in talk.answers}:
        talk = replace(talk, answers=(*talk.answers, answer))
    show(talk)
    return talk


def picked(turns: list[Turn]) -> tuple[Turn, Pick] | None:
    """The evidence to show: what was picked, else what the answer in the address cites first, or the last one."""
    pick = st.session_state.get("pick")
    if isinstance(pick, Pick):
        for turn in turns:
            if turn.id == pick.turn_id and any(page.label == pick.label for page in turn.evidence):
                return turn, pick
    for turn in sorted(reversed(turns), key=lambda turn: turn.id != named()):
        label = turn.first_label()
        if label is not None:
            return turn, Pick(turn.id, label)
    return None


def pick(chosen: Pick) -> None:
    """Show other evidence, or another page."""
    st.session_state["pick"] = chosen
