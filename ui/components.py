"""Parts of the page that Streamlit has no element for. They set text as text: never HTML from a document."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent / "assets"


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def component(name: str) -> ComponentRenderer:
    """The component whose code is assets/NAME.js and whose look is assets/NAME.css."""
    return st.components.v2.component(
        f"docqa_{name}",
        html="<div class='root'></div>",
        css=_asset("base.css") + _asset(f"{name}.css"),
        js=_asset(f"{name}.js"),
    )


def style() -> None:
    """Put what the theme cannot say about Streamlit's own elements on the page."""
    st.html(f"<style>{_asset('page.css')}</style>")
