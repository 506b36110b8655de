"""How an answer was made: which documents were read, how long each stage took, what the prompt held."""

import streamlit as st

from docqa.client import Answer
from docqa.types import PackReceipt
from ui import connection, coverage
from ui.components import component
from ui.text import amount
from ui.turns import Turn

STAGES = {
    "split": "tell its parts",
    "embed": "understand the question",
    "visual": "prepare it for page images",
    "search": "search",
    "rerank": "rank the best pages",
    "pages": "open the pages",
    "pack": "fit them into the prompt",
    "answer": "answer",
}


def draw(turn: Turn) -> None:
    """Draw it folded, below the answer."""
    answer = turn.answer
    assert answer is not None
    with st.expander("How this answer was made", key=f"made_{turn.id}", on_change="rerun", type="compact") as made:
        if not made.open:
            return
        documents, time, prompt = st.tabs(["Documents", "Time", "Prompt"], key=f"made_tabs_{turn.id}")
        with documents:
            _documents(answer)
        with time:
            _time(answer)
        with prompt:
            _prompt(answer)


def _documents(answer: Answer) -> None:
    read = coverage.of(answer)
    total = connection.documents(limit=1).total
    if answer.parts:
        asked = [{"name": question, "marks": marks} for question, marks in coverage.parts(answer)]
        st.markdown("**What was asked for**")
        component("coverage")(key=f"parts_{answer.id}", data={"rows": asked})
        st.markdown("**Where it was looked for**")
    rows = [{"name": each.document, "marks": each.marks()} for each in read]
    component("coverage")(key=f"coverage_{answer.id}", data={"rows": rows})
    others = total - len(read)
    if others > 0:
        st.caption(
            f"{amount(others, 'other document')} of the library had no page among the best, or were not searched."
        )


def _time(answer: Answer) -> None:
    rows = [
        {"label": STAGES.get(stage, stage), "value": f"{ms:,.0f} ms", "parts": [{"size": ms, "kind": 0}]}
        for stage, ms in answer.timings.items()
    ]
    component("bars")(key=f"time_{answer.id}", data={"rows": rows, "legend": [], "scale": "longest"})
    st.caption(f"{sum(answer.timings.values()):,.0f} ms in all, measured on the server.")


def _prompt(answer: Answer) -> None:
    receipt = answer.receipt
    if receipt is None:
        st.caption(
            "No prompt: no model was asked, because no page speaks of this."
            if answer.method == "model"
            else "No prompt: the answer is quoted word for word. For written answers set DOCQA_MODEL__URL to a model "
            "server; the pages it is shown and their cost in tokens are then listed here."
        )
        return
    component("bars")(key=f"receipt_{answer.id}", data=_bar(receipt))
    counted = "counted as the server counts" if receipt.exact else "counted as an upper bound"
    used = answer.usage
    said = f" The server read {used.prompt:,} and wrote {used.answer:,} tokens" if used else ""
    if used and used.cached:
        said += f"; {used.cached:,} of the prompt came from its prefix cache"
    st.caption(
        f"{receipt.model} (profile {receipt.profile}), budget {receipt.budget:,} of a window of {receipt.window:,} "
        f"tokens, {counted}.{said + '.' if said else ''}"
    )
    component("coverage")(
        key=f"sent_{answer.id}",
        data={
            "rows": [
                {"name": f"{each.document}, p. {each.page}", "marks": coverage.sent(each)} for each in receipt.pages
            ]
        },
    )


def _bar(receipt: PackReceipt) -> dict[str, object]:
    words = receipt.instructions + receipt.history + receipt.question
    free = max(0, receipt.budget - receipt.total - receipt.reserved)
    parts = [
        ("page text", receipt.text, 0),
        ("page images", receipt.images, 1),
        ("instructions, question and conversation", words, 2),
        ("kept for the answer", receipt.reserved, 3),
        ("free", free, 9),
    ]
    return {
        "rows": [
            {
                "label": "",
                "value": "",
                "parts": [{"size": size, "kind": kind, "title": name} for name, size, kind in parts],
            }
        ],
        "legend": [{"name": name, "value": f"{size:,}", "kind": kind} for name, size, kind in parts],
        "scale": "sum",
    }
