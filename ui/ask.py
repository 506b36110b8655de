"""The page that asks: the conversation to the left, its proof to the right."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from docqa.client import Client
from docqa.types import Verdict
from ui import connection, conversations, evidence, explanation, hero, notice, offline, scope, talk, turns
from ui.asking import Asking
from ui.components import component
from ui.talk import Pick, Talk
from ui.turns import Turn

TICK_S = 0.25  # between two looks at an answer that is coming
FIRST_PAGES_S = 0.8  # that the first look waits for evidence


def render() -> None:
    """Draw the page; last the list of conversations, which names the one that an answer has begun."""
    client = connection.client()
    talk.come_back()
    open_talk, asking = talk.now(client)
    if asking is None and not open_talk.answers:
        hero.draw(open_talk.gone)
    else:
        ticking = asking is not None and bool(asking.evidence) and not asking.is_over
        desk = st.fragment(offline.guarded(_desk), run_every=TICK_S if ticking else None)
        with st.container(key="desk"):
            if not desk(asking, ticking):
                return
    conversations.draw(client, talk.opened(client))


def _desk(drawn_for: Asking | None, ticking: bool) -> None:
    """Draw a conversation and its proof.

    The places are laid out in their order and filled in the order they are waited for: questions, proof, answers. What
    comes within the wait is drawn whole at once, as every further run keeps the browser from showing it.
    """
    client = connection.client()
    open_talk, asking = talk.now(client)
    if asking is not None and asking is not drawn_for:
        st.rerun()
    notice.draw()
    proof, places, follow = _places(open_talk, asking)
    if asking is not None and not asking.evidence:
        asking.wait(FIRST_PAGES_S)
        open_talk, asking = talk.now(client)
    shown = [Turn.of(answer) for answer in open_talk.answers]
    if asking is not None:
        shown.append(Turn.coming(asking))
    picked = talk.picked(shown)
    if picked:
        with proof, st.container(key="proof"):
            evidence.draw(client, *picked)
    for place, turn in enumerate(shown):
        with places[place]:
            pick = picked[1] if picked and picked[0] is turn else None
            _answer(client, place, turn, pick, open_talk.verdicts.get(turn.id))
    coming = next((asking for turn in shown if turn.running), None)
    with follow:
        _follow(open_talk, coming)
    if (coming is not None) != ticking:  # as it was drawn: meanwhile it may have come
        st.rerun()


def _places(open_talk: Talk, asking: Asking | None) -> tuple[DeltaGenerator, list[DeltaGenerator], DeltaGenerator]:
    """Where the proof, each answer below its question, and a follow-up go."""
    questions = [answer.question for answer in open_talk.answers] + ([asking.asked.question] if asking else [])
    with st.container(key="pair_proof"):
        left, right = st.columns([47, 53], gap="large")
    with left, st.container(key="talk"):
        places = [st.container(key=f"turn_{place}") for place in range(len(questions))]
        follow = st.container(key="follow")
    for place, question in enumerate(questions):
        with places[place]:
            new = place == len(open_talk.answers)
            component("question")(key=f"question_{place}", data={"text": question, "new": new})
    return right, places, follow


def _answer(client: Client, place: int, turn: Turn, pick: Pick | None, verdict: Verdict | None) -> None:
    key = f"answer_{place}"  # the same while it comes and when it is whole

    def picked() -> None:
        label = st.session_state[key].get("pick")
        if label is not None:
            talk.pick(Pick(turn.id, int(label)))

    def rated() -> None:
        said = st.session_state[key].get("rate")
        chosen = said if said in ("up", "down") else None
        with notice.refusals():
            client.rate(turn.id, chosen)
            talk.rated(turn.id, chosen)
            notice.say("Thank you: this is kept with the answer." if chosen else "Taken back.")

    component("answer")(
        key=key,
        data=turns.data(turn, active=pick.label if pick else None, verdict=verdict, named=turn.id == talk.named()),
        on_pick_change=picked,
        on_rate_change=rated,
    )
    if turn.answer is not None:
        explanation.draw(turn)


def _follow(open_talk: Talk, coming: Asking | None) -> None:
    if coming is not None:
        st.button("Stop", icon=":material/stop_circle:", on_click=coming.stop, key="stop", width="stretch")
    else:
        talk.box("Ask a follow-up", open_talk.conversation_id)
        scope.draw()
