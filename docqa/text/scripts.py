"""What writing systems ask for: letters that are the same, words without spaces between them, languages. Pure.

Text in English comes out as it went in.
"""

import re
import unicodedata
from collections import Counter
from itertools import pairwise

# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese. And Hangul, where what is put
# between spaces is a word with all that is said of it.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035\u3041-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
SPACELESS_RUN = re.compile(f"[{SPACELESS}]+")
_ALIKE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufefc\uff01-\uff9f]")  # other forms of letters
_FIGURE = re.compile(r"(?![0-9])\d")
_UNSEEN = re.compile("[\u0640\u200c-\u200f\u202a-\u202e\u2066-\u2069]")  # only shape or direct what stands beside

_WORD = re.compile(r"[^\W\d_]{2,}")
_SCRIPTS = {
    "russian": re.compile("[\u0400-\u052f]"),
    "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "bengali": re.compile("[\u0980-\u09ff]"),
}
ENGLISH = "english"
_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        ENGLISH: "the of and to in is are was were for on with that this by from as at or an be it what which who how"
        " when where why do does did has have had many much list show give",
        "danish": "og er det en et til af på som med for den de ikke har var blev hvor hvad hvilken der ved",
        "dutch": "de het een en van in is dat op te voor met zijn er aan niet wat wie hoe welke werd waren door bij",
        "finnish": "ja on ei se että oli ovat mikä mitä kuinka missä milloin sekä tai kuin joka mukaan paljonko",
        "french": "le la les des du de et est un une dans pour que qui sur avec par au aux ce cette quel quelle quels"
        " quelles combien était où en",
        "german": "der die das und ist war im in von zu den dem des ein eine einer mit für auf nicht sich wie was wer"
        " welche welcher wann wo wurde wurden hoch viele zum zur aus bei",
        "hungarian": "az és hogy nem egy volt mi mennyi hol mikor melyik is van meg vagy szerint",
        "italian": "il lo la gli le di del della dei un una in per che con da al nel nella quale quali quanto"
        " quanti come dove sono era si",
        "norwegian": "og er det en et til av på som med for den de ikke har var ble hvor hva hvilken der ved",
        "portuguese": "os as do da dos das de um uma em no na para que com por qual quais quanto quantos como"
        " onde foi são não ao",
        "romanian": "și în de la cu pe este un care ce din pentru nu au fost sau cât câte unde când al ale",
        "spanish": "el la los las de del es un una en que por para con se su al cuál cuáles cuánto cuántos cómo dónde"
        " cuando fue son no lo",
        "swedish": "och är det en ett till av på som med för den de inte har var blev hur vad vilken vilka där vid",
        "turkish": "ve bir bu da de için ile ne kaç nasıl hangi olan olarak nerede kadar mi mı en çok daha",
    }.items()
}
_SPOKEN = {
    word: tuple(language for language, words in _FUNCTION_WORDS.items() if word in words)
    for word in frozenset().union(*_FUNCTION_WORDS.values())
}
FEWEST = 3  # function words by which a text, that is no question, is taken for another language than English


def folded(text: str) -> str:
    """The text with different forms of a letter or figure made one, and without marks that are mostly left out."""
    if text.isascii():
        return text
    text = _ALIKE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _FIGURE.sub(lambda found: str(unicodedata.decimal(found[0])), _UNSEEN.sub("", text))
    if any(map(unicodedata.combining, text)):
        composed = unicodedata.normalize("NFC", text)
        return "".join(character for character in composed if not unicodedata.combining(character))
    return text


def spaced(text: str) -> str:
    """The text with every run of a script without spaces written as its pairs of neighbours, which serve as words."""
    return text if text.isascii() else SPACELESS_RUN.sub(lambda run: f" {' '.join(pairs(run[0]))} ", text)


def pairs(run: str) -> list[str]:
    """Each two neighbours of a run, or the only character of it."""
    return [first + second for first, second in pairwise(run)] or [run]


def language(text: str) -> str:
    """The language to look words up by in a text: English, unless its letters or many of its words say another."""
    votes = _votes(text)
    best = max(sorted(votes), key=lambda name: votes[name], default=ENGLISH)
    return best if votes[best] >= FEWEST and votes[best] > 2 * votes[ENGLISH] else ENGLISH


def languages(question: str) -> tuple[str, ...]:
    """Those that a question may be in, and English: one word may tell, and several languages may have it."""
    votes = _votes(question)
    most = max(votes.values(), default=0)
    others = [name for name, count in votes.items() if count == most and name != ENGLISH]
    return (ENGLISH, *others) if votes[ENGLISH] < most else (ENGLISH,)


def _votes(text: str) -> Counter[str]:
    """How many function words of each language the text holds; where the script tells the language, all words."""
    votes: Counter[str] = Counter()
    for word in set(_WORD.findall(text.casefold())):
        script = None if word.isascii() else next((name for name, of in _SCRIPTS.items() if of.match(word)), None)
        for name in (script,) if script else _SPOKEN.get(word, ()):
            votes[name] += 1
    return votes
