"""Numbers, times and names as people read them. Pure."""

import html
import re
from datetime import UTC, datetime

MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def amount(number: int, noun: str) -> str:
    """1 page, 2 pages, 1,200 pages."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int) -> str:
    """Bytes as kB, MB or GB."""
    if number < 1_000_000:
        return f"{max(1, round(number / 1000)) if number else 0} kB"
    return f"{number / 1e6:.1f} MB" if number < 1_000_000_000 else f"{number / 1e9:.2f} GB"


def duration(seconds: float) -> str:
    """Roughly: 12 s, 3 min, 2 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def ago(then: datetime, now: datetime | None = None) -> str:
    """How long something is past."""
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 86_400:
        return f"{duration(seconds)} ago"
    return f"{then:%d %b %Y}"


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it is."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def escaped(text: str) -> str:
    """Text that HTML shows as it is."""
    return html.escape(text)


def ranges(pages: list[int]) -> str:
    """1-3, 7 for [1, 2, 3, 7]."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
