"""Other words for what a page says, so that a question is not its sentence once more. Pure."""

import re
from random import Random

# Plain pairs that fit in nearly every sentence, in the direction from what documents write to what people type.
_OTHER_WORDS = {
    "additional": "more",
    "additionally": "also",
    "amount": "sum",
    "annual": "yearly",
    "approximately": "about",
    "assist": "help",
    "commence": "start",
    "commenced": "started",
    "complete": "full",
    "compensation": "pay",
    "conducted": "done",
    "decrease": "drop",
    "decreased": "fell",
    "employees": "staff",
    "ensure": "make sure",
    "entire": "whole",
    "established": "set up",
    "expenses": "costs",
    "increase": "rise",
    "increased": "rose",
    "initial": "first",
    "locations": "places",
    "obtain": "get",
    "obtained": "got",
    "permitted": "allowed",
    "prior": "earlier",
    "primarily": "mainly",
    "proposed": "suggested",
    "purchase": "buy",
    "purchased": "bought",
    "received": "got",
    "remaining": "left",
    "require": "need",
    "required": "needed",
    "requires": "needs",
    "selected": "chosen",
    "subsequent": "later",
    "sufficient": "enough",
    "terminate": "end",
    "terminated": "ended",
    "utilize": "use",
    "utilized": "used",
}
_WORD = re.compile(r"\w+")


def reworded(text: str, random: Random) -> str:
    """The text with about half of the words that have a plain other word replaced by it."""

    def other(found: re.Match[str]) -> str:
        word = found.group()
        return _OTHER_WORDS[word] if word in _OTHER_WORDS and random.random() < 0.5 else word

    return _WORD.sub(other, text)


def uncapitalised(text: str) -> str:
    """The text with its first letter small, unless its first word has more capitals, or signs."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.isalpha() and first[1:].islower() else text


def sentence_of(asks: str, document: str, random: Random) -> str:
    """The question as it is asked; `document` is what the document is called, empty if it need not be named."""
    if not document:
        return f"{asks[0].upper()}{asks[1:]}?"
    return random.choice(
        (f"According to {document}, {asks}?", f"{asks[0].upper()}{asks[1:]}, according to {document}?")
    )
