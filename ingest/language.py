"""In which language a text is. Pure: by script and by the words that every text has."""

import re
import unicodedata
from collections import Counter

ENOUGH = 0.04  # of the words: less is no text, or none of these languages
SAMPLE = 20_000  # characters

_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}(?![\w-])")  # no letter alone, and no part of a code: "W300", "KX-778"
_FREQUENT = {
    "en": "the of and to in is for that with on are this by from as be was which have not",
    "de": "der die das und ist nicht mit den von zu für auf ein eine dem im sich des werden auch",
    "fr": "le la les des et est une dans pour que qui sur par avec au pas sont du ce aux",
    "es": "el los las que una por con para del se es como su al más lo esta son pero",
    "it": "il di che per una sono con non della del gli nel alla dei più anche le si delle",
    "pt": "os as que uma para com não por do da dos das em no na se mais ao são",
    "nl": "de het een van en dat niet op te zijn voor met aan er door ook bij naar wordt deze",
    "sv": "och att det som en på är av för med den till inte om ett har de vi kan eller",
    "da": "og at det som en på er af for med den til ikke om et har de vi kan eller",
    "pl": "nie na się do że jest to jak po co ale od przez dla oraz są tym",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FREQUENT.items()}
_SCRIPTS = {"HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh", "CYRILLIC": "ru", "ARABIC": "ar"} | {
    "HEBREW": "he",
    "GREEK": "el",
    "THAI": "th",
    "DEVANAGARI": "hi",
}
_SCRIPT_SHARE = 0.3  # of the letters


def language(text: str) -> str:
    """ISO 639-1, or empty if it cannot be told."""
    text = text[:SAMPLE]
    if (by_script := _by_script(text)) != "":
        return by_script
    words = Counter(word.casefold() for word in _WORD.findall(text))
    total = words.total()
    shares = {name: sum(words[word] for word in known) / total for name, known in _WORDS.items()} if total else {}
    best = max(shares, key=lambda name: shares[name], default="")
    return best if shares.get(best, 0.0) >= ENOUGH else ""


def _by_script(text: str) -> str:
    letters = [unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha()]
    counts = Counter(_SCRIPTS[script] for script in letters if script in _SCRIPTS)
    if counts.total() < _SCRIPT_SHARE * max(len(letters), 1):
        return ""
    return "ja" if counts["ja"] > 0.1 * counts.total() else counts.most_common(1)[0][0]
