"""What a document calls itself. Pure."""

import re

from docqa.types import Page

LONGEST = 300  # characters

_WORD = re.compile(r"[^\W\d_]{3,}")


def title(metadata_title: str, first_page: Page | None) -> str:
    """The title in the metadata if that has words, else the largest heading of the first page, else its first line."""
    return _title(metadata_title, first_page)[:LONGEST]


def _title(metadata_title: str, first_page: Page | None) -> str:
    if len(_WORD.findall(metadata_title)) >= 2:
        return " ".join(metadata_title.split())
    if first_page is None or not first_page.text:
        return ""
    if first_page.headings:
        return max(first_page.headings, key=lambda heading: heading.size).text
    return " ".join(first_page.text.split("\n", 1)[0].split())
