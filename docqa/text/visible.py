"""What of a name is seen: without what moves the cursor, ends the line or turns it round. Pure."""

import unicodedata

_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, line ends
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # let a name read differently


def visible(name: str) -> str:
    """A name without characters that change how it, or what comes after it, is shown."""
    return "".join(each for each in name if unicodedata.category(each) not in _UNSEEN and each not in _TURNING)
