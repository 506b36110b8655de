"""The page that asks: the conversation to the left, its proof to the right."""

import streamlit as st

from docqa.client import Client
from ui import connection, conversations, evidence, explanation, hero, notice, offline, scope, talk, turns
from ui.asking import Asking
from ui.components import component
from ui.talk import Pick, Talk
from ui.turns import Turn

TICK_S = 0.25  # between two looks at an answer that is coming
FIRST_PAGES_S = 0.8  # that the first look waits for evidence


def render() -> None:
    """Draw the page."""
    client = connection.client()
    open_talk = talk.opened(client)
    asking = talk.running()
    if asking is not None and asking.answer is not None:
        open_talk, asking = talk.settled(open_talk, asking), None
    conversations.draw(client, open_talk)
    if asking is None and not open_talk.answers:
        hero.draw(open_talk.gone)
        return
    coming = asking is not None and not asking.is_over
    desk = st.fragment(offline.guarded(_desk), run_every=TICK_S if coming else None)
    with st.container(key="desk"):
        desk(open_talk, asking, coming)


def _desk(open_talk: Talk, asking: Asking | None, coming: bool) -> None:
    client = connection.client()
    if asking is not talk.running() or _is_over(asking, coming):
        st.rerun()
    notice.draw()
    shown = [Turn.of(answer) for answer in open_talk.answers]
    if asking is not None:
        shown.append(Turn.coming(asking))
    with st.container(key="pair_proof"):
        left, right = st.columns([47, 53], gap="large")
    picked = talk.picked(shown)
    with left, st.container(key="talk"):
        for place, turn in enumerate(shown):
            _turn(client, place, turn, picked[1] if picked and picked[0] is turn else None)
        _follow(open_talk, asking)
    if asking is not None and coming and not asking.evidence:
        asking.wait(FIRST_PAGES_S)
        shown[-1] = Turn.coming(asking)
        picked = talk.picked(shown)
    if picked:
        with right, st.container(key="proof"):
            evidence.draw(client, *picked)
    if _is_over(asking, coming):
        st.rerun()


def _is_over(asking: Asking | None, coming: bool) -> bool:
    return coming and asking is not None and asking.is_over


def _turn(client: Client, place: int, turn: Turn, pick: Pick | None) -> None:
    key = f"answer_{place}"  # the same while it comes and when it is whole

    def chosen() -> None:
        label = st.session_state[key].get("pick")
        if label is not None:
            talk.pick(Pick(turn.id, int(label)))

    def rated() -> None:
        said = st.session_state[key].get("rate")
        verdict = said if said in ("up", "down") else None
        with notice.refusals():
            client.rate(turn.id, verdict)
            st.session_state[f"verdict_{turn.id}"] = verdict
            notice.say("Thank you: this is kept with the answer." if verdict else "Taken back.")

    with st.container(key=f"turn_{place}"):
        component("answer")(
            key=key,
            data=turns.data(
                turn, active=pick.label if pick else None, verdict=st.session_state.get(f"verdict_{turn.id}")
            ),
            on_pick_change=chosen,
            on_rate_change=rated,
        )
        if turn.answer is not None:
            explanation.draw(turn)


def _follow(open_talk: Talk, asking: Asking | None) -> None:
    with st.container(key="follow"):
        if asking is not None and not asking.is_over:
            st.button("Stop", icon=":material/stop_circle:", on_click=asking.stop, key="stop", width="stretch")
        else:
            talk.box("Ask a follow-up", open_talk.conversation_id)
            scope.draw()
