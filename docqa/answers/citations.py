"""From the markers in a model's answer to the words that prove it. Pure."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from docqa.text.sentences import Sentence, sentences
from docqa.text.words import terms
from docqa.types import Citation, Evidence

_NUMBERS = r"(\d{1,3}(?:\s*(?:[,;&–-]|and)\s*\d{1,3})*)"
_MARKER = re.compile(
    rf"(\s*)(?:[\[【]\s*(?:\^|sources?\s|evidence\s)?\s*{_NUMBERS}\s*[\]】]|\(\s*(?:sources?|evidence)\s+{_NUMBERS}\s*\))",
    re.IGNORECASE,
)
_PERHAPS_MARKER = re.compile(r"\s*(?:[\[【(][^\]】)]{0,60})?$")  # the end of a text that may go on to be one
_SUPPORT = 0.5  # share of a claim's words that a page must hold to bear it out


def repair(text: str, labels: Collection[int]) -> str:
    """The text with every marker written [n], one label each; labels that were never shown are taken out."""

    def rewritten(marker: re.Match[str]) -> str:
        kept = "".join(f"[{number}]" for number in _numbers(marker.group(2) or marker.group(3)) if number in labels)
        return marker.group(1) + kept if kept else ""

    return _MARKER.sub(rewritten, text)


def repaired(pieces: Iterable[str], labels: Collection[int]) -> Iterator[str]:
    """The same of a text that comes in pieces: what may yet become a marker is held back."""
    held = ""
    for piece in pieces:
        held += piece
        end = _PERHAPS_MARKER.search(held)
        cut = end.start() if end else len(held)
        if cut:
            yield repair(held[:cut], labels)
            held = held[cut:]
    yield repair(held, labels)


def _numbers(listed: str) -> list[int]:
    """1, 2, 3 and 5 of "1-3, 5"."""
    found: list[int] = []
    for part in re.split(r"[,;&]|and", listed):
        first, *last = (int(number) for number in re.findall(r"\d+", part))
        found += range(first, (last[0] if last else first) + 1)
    return found


def cite(text: str, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """The citations of a repaired answer, one for each label in order of first mention.

    Its quote is the sentence or row of that page that shares most words with what the label stands behind. It is
    supported if every number of that claim is on the page and half of its words are.
    """
    by_label = {each.label: each for each in evidence}
    claims: dict[int, list[str]] = {}
    for sentence in _claims(text):
        for number in re.findall(r"\[(\d+)\]", sentence):
            claims.setdefault(int(number), []).append(re.sub(r"\[\d+\]", "", sentence))
    return tuple(_citation(by_label[label], " ".join(found)) for label, found in claims.items() if label in by_label)


def _claims(text: str) -> list[str]:
    """The answer cut after the markers that end a statement."""
    return re.findall(r".+?(?:(?:\s*\[\d+\])+[.!?]?|$)", text, re.DOTALL)


def _citation(evidence: Evidence, claim: str) -> Citation:
    page = evidence.page
    wanted = terms(claim)
    best = max(sentences(page.text), key=lambda each: _shared(wanted, page.text, each), default=None)
    found = best is not None and _shared(wanted, page.text, best) > 0
    start, end = (best.start, best.end) if best is not None and found else (0, 0)
    return Citation(
        label=evidence.label,
        document_id=evidence.document_id,
        document=evidence.document,
        page=page.number,
        quote=page.text[start:end],
        boxes=page.boxes(start, end),
        supported=found and _is_supported(wanted, terms(page.text)),
        printed=page.printed,
    )


def _shared(wanted: set[str], text: str, sentence: Sentence) -> float:
    """Words in common, by the square root of the sentence's length: a long row does not win by its length alone."""
    found = terms(text[sentence.start : sentence.end])
    return len(wanted & found) / math.sqrt(len(found) or 1)


def _is_supported(wanted: set[str], on_page: set[str]) -> bool:
    numbers = {term for term in wanted if term[0].isdigit()}
    words = wanted - numbers
    return numbers <= on_page and len(words & on_page) >= _SUPPORT * len(words)
