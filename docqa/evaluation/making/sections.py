"""Questions for the sections of a document. Pure."""

import re
from collections.abc import Iterator
from random import Random

from docqa.evaluation.making.candidates import Candidate
from docqa.evaluation.making.wording import reworded, uncapitalised
from docqa.text.words import stems
from docqa.types import Page

HEADING_WORDS = (2, 9)  # fewest and most
SECTION_WORDS = 40  # on the heading's own page, at least

_NUMBERING = re.compile(
    r"^(?:(?:item|part|chapter|section|note|appendix|table|figure)\s+)?(?:\d+[A-Z]?(?:\.\d+)*|[IVX]+|[A-Z])[.:)]?(?:\s*[—–-])?\s+",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def candidates(page: Page, random: Random) -> Iterator[Candidate]:
    """A question for each heading that has a section under it on its page."""
    for place, heading in enumerate(page.headings):
        following = page.headings[place + 1 :]
        end = following[0].start if following else len(page.text)
        text = " ".join(_NUMBERING.sub("", heading.text).split()).strip(" .:–-")
        fewest, most = HEADING_WORDS
        if not fewest <= len(text.split()) <= most or len(_LETTERS.findall(text)) < 2:
            continue
        if len(page.text[heading.start : end].split()) < SECTION_WORDS:
            continue
        about = reworded(uncapitalised(text.capitalize() if text.isupper() else text), random)
        yield Candidate(
            kind="heading",
            page=page.number,
            asks=random.choice((f"what is said about {about}", f"what can be read about {about}")),
            answer="",
            keys=frozenset(stems(text)),
            context=frozenset(),
            boxes=(),
        )
