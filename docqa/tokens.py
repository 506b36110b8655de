"""How many tokens a text can cost. Pure."""


def at_most(text: str) -> int:
    """Tokens that no tokenizer in use exceeds: one for each UTF-8 byte.

    Byte-level BPE and SentencePiece with byte fallback never make more tokens than bytes; prose costs about a quarter
    of that, numbers come close to it.
    """
    return len(text.encode())
