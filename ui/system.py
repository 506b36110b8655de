"""The page that shows how docqa itself does."""

import streamlit as st

from docqa.client import Client, DocQAError, Finding, KeyRefused, Readiness, Stats, System
from ui import connection, explanation, offline, progress
from ui.components import component
from ui.text import ago, amount, plain, size

TICK_S = 5
ANSWERS = 40  # in the chart
ROUTES = 12  # that are listed, the busiest
SIGNS = {"ok": ":green[:material/check_circle:]", "fail": ":red[:material/error:]", "off": ":gray[:material/remove:]"}
SIGNS["warn"] = ":orange[:material/warning:]"


def render() -> None:
    """Draw the page."""
    client = connection.client()
    st.title("System", anchor=False)
    st.fragment(offline.guarded(_live), run_every=TICK_S)()
    with st.container(key="pair_parts"):
        left, right = st.columns([56, 44], gap="large")
    with left:
        _doctor(client)
    with right:
        _running(client.system())


def _live() -> None:
    client = connection.client()
    stats, readiness = connection.stats(), client.ready()
    if not progress.worker_runs(stats):
        st.warning(
            "No worker runs: documents are stored but not read. Start one with `docqa worker`, or everything with "
            "`docqa up`.",
            icon=":material/warning:",
        )
    _checks(readiness)
    _counts(stats)
    with st.container(key="pair_latency"):
        left, right = st.columns([56, 44], gap="large")
    with left:
        _answers(stats)
        _reading()
    with right:
        _routes(stats)
    _errors(stats)


def _checks(readiness: Readiness) -> None:
    with st.container(horizontal=True, key="checks"):
        for name, check in readiness.checks.items():
            said = check.error or f"{check.ms:.0f} ms"
            with st.container(border=True, gap="xxsmall"):
                st.markdown(f"{SIGNS[check.state]} **{plain(name)}**")
                st.caption(plain(said))


def _counts(stats: Stats) -> None:
    with st.container(horizontal=True, key="counts"):
        st.metric("Documents", f"{sum(stats.documents.values()):,}", border=True)
        st.metric("Pages", f"{stats.pages:,}", border=True)
        st.metric("Passages", f"{stats.passages:,}", border=True)
        st.metric("Size", size(stats.bytes), border=True)
        st.metric("Pages a minute", f"{stats.pages_per_minute:,.0f}", border=True, help="Read in the last minute")
        st.metric("Pages waiting", f"{stats.pages_waiting:,}", border=True)


def _answers(stats: Stats) -> None:
    st.subheader("Latest answers", anchor=False)
    if not stats.answers:
        st.caption("None since the API runs. Ask something, and see here where the time goes.")
        return
    shown = stats.answers[-ANSWERS:]
    rows = [
        {"answer": place, "stage": explanation.STAGES.get(stage, stage), "ms": ms, "asked": ago(each.at)}
        for place, each in enumerate(shown, start=1)
        for stage, ms in each.timings.items()
    ]
    stages = list(explanation.STAGES.values())
    st.vega_lite_chart(
        rows,
        {
            "height": 220,
            "mark": {"type": "bar", "cornerRadius": 2, "size": min(28, 480 // len(shown))},
            "encoding": {
                "x": {"field": "answer", "type": "ordinal", "axis": None},
                "y": {"field": "ms", "type": "quantitative", "title": "milliseconds", "stack": True},
                "color": {
                    "field": "stage",
                    "type": "nominal",
                    "sort": stages,
                    "legend": {"orient": "bottom", "title": None, "columns": 3},
                },
                "tooltip": [{"field": "stage"}, {"field": "ms", "format": ".0f"}, {"field": "asked"}],
            },
        },
        key="answers_chart",
    )


def _reading() -> None:
    st.subheader("Pages read a minute", anchor=False)
    paces = list(connection.paces())
    if not any(paces):
        st.caption("None lately. While documents are read, this shows how fast.")
        return
    st.vega_lite_chart(
        [{"look": place, "pages": pace} for place, pace in enumerate(paces)],
        {
            "height": 110,
            "mark": {"type": "area", "line": True, "opacity": 0.25, "interpolate": "monotone"},
            "encoding": {
                "x": {"field": "look", "type": "quantitative", "axis": None},
                "y": {"field": "pages", "type": "quantitative", "title": None},
                "tooltip": [{"field": "pages", "format": ".0f"}],
            },
        },
        key="paces_chart",
    )


def _routes(stats: Stats) -> None:
    st.subheader("Requests", anchor=False)
    busiest = sorted(stats.routes, key=lambda each: -each.requests)[:ROUTES]
    rows = [
        {
            "label": each.route,
            "value": f"{each.p50_ms:,.0f} / {each.p95_ms:,.0f} ms",
            "parts": [
                {"size": each.p50_ms, "kind": 0, "title": "median"},
                {"size": max(0.0, (each.p95_ms) - (each.p50_ms)), "kind": 3, "title": "up to the 95th percentile"},
            ],
        }
        for each in busiest
    ]
    component("bars")(key="routes", data={"rows": rows, "legend": [], "scale": "longest"})
    count, errors = sum(each.requests for each in stats.routes), sum(each.errors for each in stats.routes)
    st.caption(f"{amount(count, 'request')} since the API runs, {errors:,} with errors. Median / 95th percentile.")


def _errors(stats: Stats) -> None:
    st.subheader("Recent errors", anchor=False)
    if not stats.errors:
        st.caption("None since the API runs.")
    for each in reversed(stats.errors):
        st.markdown(f":red[:material/error:] {plain(each.where)}, {ago(each.at)}: {plain(each.message)}")


def _doctor(client: Client) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Doctor", anchor=False)
        asked = st.button("Check everything", icon=":material/stethoscope:", key="doctor")
    if asked:
        with st.spinner("Checking…"):
            try:
                st.session_state["findings"] = client.doctor()
            except KeyRefused as error:
                st.info(plain(str(error)))
            except DocQAError as error:
                st.error(plain(str(error)))
    findings: tuple[Finding, ...] = st.session_state.get("findings", ())
    if not findings:
        st.caption("Checks the disk, the library, the models, OCR and the model server, and says what to do.")
    for each in findings:
        advice = f"  \n:gray[{plain(each.advice)}]" if each.advice else ""
        st.markdown(f"{SIGNS[each.state]} **{plain(each.check)}**: {plain(each.found)}{advice}")


def _running(system: System) -> None:
    st.subheader("What runs", anchor=False)
    model = system.model
    facts = [
        ("docqa", system.version),
        ("Index", _place(system)),
        ("Embedding", system.embedding),
        ("Reranking", f"the best {system.reranking.pages} pages" if system.reranking.enabled else "off"),
        ("Model", model.name or model.url if model else "none: answers are quotations"),
    ]
    if model and model.error:
        facts.append(("", model.error))
    if model and model.window:
        facts += [("Profile", model.profile), ("Window", f"{model.window:,} tokens")]
        facts.append(("Page images", f"{model.max_images or 0} a question"))
    limits = system.limits
    facts += [
        ("Upload", f"{limits.max_upload_mb:,} MB a request"),
        ("Questions", f"{limits.concurrent_questions} at once, {limits.queued_questions} waiting"),
        ("Rate", f"{limits.requests_per_minute:,} requests a minute"),
        ("Budget", f"{limits.budget_tokens:,} tokens"),
    ]
    component("facts")(key="facts", data=[{"name": name, "value": value} for name, value in facts])
    with st.expander("All settings", type="compact"):
        rows = [{"name": each.name, "value": each.value or "–"} for each in system.settings]
        component("facts")(key="settings", data=rows)


def _place(system: System) -> str:
    where = system.index.url or "embedded"
    return f"{where}, {amount(system.index.passages, 'passage')}"
