"""The words by which questions are understood without a language model, by language. Pure.

English always counts; another language does where the question's words say that it may be in that one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from docqa.text.scripts import ENGLISH, languages

COMMAS = frozenset(",;")
_NEVER = re.compile(r"(?!)")
_CHINESE_ASKING = (
    "[为為](?:什[么麼]|何)|什[么麼](?:[时時]候)?|何[时時]|哪[里裡儿年些个個家]?|[谁誰]"
    "|多少|多[久长長大高]|[几幾]|怎[么麼樣样]+|如何"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """How one language asks, as far as it takes to tell one question from two in a sentence."""

    words: re.Pattern[str]  # that ask, and what stands before them: "since when"
    clause: re.Pattern[str]  # begins a question, its verb comes next
    naming: re.Pattern[str]  # begins a question if there is a verb; else it may be less: "how many ships"
    verb: re.Pattern[str]
    joint: re.Pattern[str]  # between two questions
    inner: re.Pattern[str] = _NEVER  # besides words that ask, what begins a clause within a question


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one language has for it. Words are given casefolded, patterns fit in any case."""

    opening: re.Pattern[str]  # goes on from what was asked before
    pronoun: re.Pattern[str]
    pointer: re.Pattern[str]  # points to what was spoken of before
    compares: re.Pattern[str]
    pairing: re.Pattern[str]  # what stands right before a pair
    pages: re.Pattern[str]  # what stands right before numbers of pages
    asking: Asking
    joints: frozenset[str]  # between items of a list
    comparing_joints: frozenset[str]  # also, where something is compared
    contrasts: frozenset[str]  # of the joints, those that set two things against each other
    articles: frozenset[str]  # before an item
    function_words: frozenset[str]  # in no item of a list
    binding: re.Pattern[str] = _NEVER  # right after a list: what follows may belong to its last item alone
    capitals_are_names: bool = True


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _asking(words: str, *, clause: str, naming: str, verb: str, joint: str, before: str, inner: str = "(?!)") -> Asking:
    """How a language asks that puts spaces between words; `before` are those that may stand before one that asks."""
    start = rf"(?:(?:{before})\s+)?"
    return Asking(
        words=_pattern(rf"\b{start}(?:{words})\b"),
        clause=_pattern(rf"^\W*{start}(?:{clause})\b"),
        naming=_pattern(rf"^\W*{start}(?:{naming})\b"),
        verb=_pattern(rf"\b(?:{verb})\b"),
        joint=_pattern(rf"(?:(?:\s*[,;]\s*|\s+)(?:{joint})\s+|\s*;\s*)(?=¿?{start}(?:{words})\b)"),
        inner=_pattern(rf"\b(?:{inner})\b"),
    )


_GRAMMARS = {
    ENGLISH: Grammar(
        opening=_pattern(r"^\W*(?:and|but|or|also|then|so|what about|how about)\b"),
        pronoun=_pattern(r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers)\b"),
        pointer=_pattern(
            r"\b(?:this|that|these|those)(?=\W*$)|\b(?:the same|the former|the latter|the other(?: one)?s?)\b"
            r"|\b(?:this|that|these|those|the same) (?:year|period|quarter|figure|amount|number|company|document|report"
            r"|page|table|section|change|increase|decrease|one|case|time)s?\b"
        ),
        compares=_pattern(r"\bcompar"),
        pairing=_pattern(r"\b(?:both|between)\s+$"),
        pages=_pattern(r"\b(?:pages?|pp?\.)\s*$"),
        asking=_asking(
            r"who|whom|whose|what|when|where|why|which|how(?: (?:much|many|long|often|far|soon|exactly))?",
            clause="who",
            naming="what|which|whose|whom|when|where|why|how",
            verb=r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|happen(?:s|ed)",
            joint="and",
            before="and|in|on|at|by|for|from|to|of|until|till|since|with|under|through",
            inner="that|whether",
        ),
        joints=_words("and or vs vs. versus") | COMMAS,
        comparing_joints=_words("to with"),
        contrasts=_words("or vs vs. versus"),
        articles=_words("a an the"),
        function_words=_words(
            "a an the this that these those of in on at by for from into over under during as than per about what"
            " which who whom whose when where why how is are was were be been being do does did has have had can could"
            " will would shall should may might must not no it its his their her our your give list name find show"
            " tell me us respectively each among according if then there between both compare comparing compared"
            " comparison"
        ),
    ),
    "german": Grammar(
        opening=_pattern(
            r"^\W*(?:und|aber|oder|auch|dann|sowie|was ist mit|wie (?:sieht|sah|steht|war) es (?:mit|bei|im?))\b"
        ),
        pronoun=_pattern(
            r"\b(?:er|(?-i:sie)|ihm|ihn|ihr|(?-i:ihre[mnrs]?)|seine?[mnrs]?|dessen|deren|davon|dafür|dabei|dazu|darin"
            r"|damit)\b"
        ),
        pointer=_pattern(
            r"\b(?:d(?:er|ie|as|em|en|es)selben?|letztere[mnrs]?|erstere[mnrs]?)\b"
            r"|\b(?:diese[mnrs]?|jene[mnrs]?|gleiche[mnrs]?) (?:jahr|zeitraum|quartal|zahl|betrag|wert"
            r"|unternehmen|firma|gesellschaft|dokument|bericht|seite|tabelle|abschnitt|änderung|anstieg|rückgang"
            r"|fall|zeit)(?:e?[ns]|e)?\b"
        ),
        compares=_pattern(r"\bvergl[ei]+ch|\bunterschied|\bunterscheide"),
        pairing=_pattern(r"\b(?:zwischen|sowohl)\s+(?:(?:der|die|das|den|dem|einem|einer)\s+)?$"),
        pages=_pattern(r"\b(?:seiten?|s\.)\s*$"),
        asking=_asking(
            r"wer|wen|wem|wessen|was|wann|wo|woher|wohin|warum|wieso|weshalb|welche[mnrs]?|wieviele?"
            r"|wie(?: (?:viele?|lange|oft|weit|genau))?",
            clause=r"wer|wen|wem|was|wann|wo|woher|wohin|warum|wieso|weshalb",
            naming=r"welche[mnrs]?|wessen|wieviele?|wie",
            verb=r"ist|sind|war|waren|hat|haben|hatten?|wird|werden|wurden?|kann|können|konnten?|muss|müssen|soll"
            r"|sollen|darf|dürfen|betrug|beträgt|gibt|gab|kostete?n?|heißt",
            joint="und|sowie",
            before="und|in|im|am|an|auf|aus|bei|bis|durch|für|gegen|mit|nach|seit|um|unter|von|vor|zu",
            inner="ob|dass",
        ),
        joints=_words("und oder sowie vs vs. versus gegenüber") | COMMAS,
        comparing_joints=_words("mit"),
        contrasts=_words("oder vs vs. versus gegenüber"),
        articles=_words("der die das den dem des ein eine einen einem einer von"),
        function_words=_words(
            "der die das den dem des ein eine einen einem einer eines dieser diese dieses diesem diesen von vom in im"
            " an am auf aus bei beim bis durch für gegen mit nach ohne seit über um unter vor während zu zum zur als"
            " wie was wer wen wem wessen welche welcher welches welchen welchem wann wo wohin woher warum wieso"
            " weshalb wieviel viel viele hoch groß ist sind war waren wird werden wurde wurden worden hat haben hatte"
            " hatten kann können soll muss müssen darf nicht kein keine es er sie ihr ihre sein seine sich gib nenne"
            " liste zeige finde sag mir uns jeweils beide beiden zwischen sowohl vergleiche vergleich vergleichen"
            " verglichen wenn ob dann dort und oder aber auch jahr jahre jahren betrug beträgt"
        ),
        capitals_are_names=False,
    ),
    "french": Grammar(
        opening=_pattern(r"^\W*(?:et|mais|ou|aussi|puis|alors|qu['’]en est-il|quid)\b"),
        pronoun=_pattern(
            r"(?<![-\w])(?:elle|elles|ils?|lui|leurs?|son|sa|ses)(?![-\w])"
            r"|^\W*(?:quand|où|comment|pourquoi|combien)\s+(?!faut)\w+(?:-t)?-(?:ils?|elles?)\b"
        ),
        pointer=_pattern(
            r"\b(?:celui-ci|celle-ci|ceux-ci|celles-ci|(?:le|la|les) mêmes?|ce dernier|cette dernière)\b"
            r"|\b(?:ce|cet|cette|ces) (?:année|période|trimestre|chiffre"
            r"|montant|nombre|société|entreprise|document|rapport|page|tableau|section|hausse|baisse|cas)s?\b"
        ),
        compares=_pattern(r"\bcompar|\bdifféren|\bdiffèr"),
        pairing=_pattern(r"\bentre\s+(?:(?:le|la|les)\s+)?$"),
        pages=_pattern(r"\b(?:pages?|pp?\.)\s*$"),
        asking=_asking(
            r"qui|que|quoi|quand|où|comment|pourquoi|combien(?: de temps)?|quel(?:le)?s?|qu['’]est-ce",
            clause=r"qui|que|quand|où|comment|pourquoi|quel(?:le)?s? (?:est|sont|était|étaient|fut|furent|a été)"
            r"|qu['’]est-ce",
            naming=r"quel(?:le)?s?|combien|quoi",
            verb=r"est|sont|était|étaient|fut|furent|a|ont|avait|avaient|peut|peuvent|doit|doivent|\w+-(?:t-)?(?:ils?|elles?|on)",
            joint="et",
            before="et|à|au|aux|de|en|dans|depuis|jusqu['’]à|par|pour|sous|sur|avec|chez|vers",
            inner="dont|si",
        ),
        joints=_words("et ou vs vs. versus contre") | COMMAS,
        comparing_joints=_words("avec à"),
        contrasts=_words("ou vs vs. versus contre"),
        articles=_words("le la les l' l’ un une des du de d' d’ en"),
        function_words=_words(
            "le la les un une des du de au aux ce cet cette ces en dans sur sous par pour avec sans entre chez vers"
            " depuis pendant selon à que qui quoi dont où quand comment pourquoi combien quel quelle quels quelles est"
            " sont était étaient été être a ont avait avaient avoir fut peut doit ne pas plus il elle ils elles se son"
            " sa ses leur leurs notre votre me nous vous donnez donne nommez trouvez montrez chacun chacune"
            " respectivement comparez compare comparer comparaison différence si alors et ou mais année années lieu"
        ),
        binding=_pattern(r"\s*(?:de|du|des)\s|\s*d['’]"),
    ),
    "spanish": Grammar(
        opening=_pattern(r"^\W*(?:y|e|pero|o|también|entonces|qué hay de|qué tal)\b"),
        pronoun=_pattern(r"\b(?:él|ellas?|ellos|sus?|suy[oa]s?|eso)\b"),
        pointer=_pattern(
            r"\b(?:el|la|los|las|lo) mism[oa]s?\b|\b(?:est|es|dich|aquel)(?:e|a|o|os|as|la|los|las)? (?:año|periodo"
            r"|período|trimestre|cifra|importe|monto|número|empresa|compañía|sociedad|documento|informe|página|tabla"
            r"|sección|aumento|caso)s?\b"
        ),
        compares=_pattern(r"\bcompar|\bdiferencia"),
        pairing=_pattern(r"\bentre\s+(?:(?:el|la|los|las)\s+)?$"),
        pages=_pattern(r"\b(?:páginas?|págs?\.|pp?\.)\s*$"),
        asking=_asking(
            r"quién(?:es)?|qué|cuáles|cuál|cuándo|cuánto tiempo|cuánt[oa]s?|dónde|cómo|por qué",
            clause=r"quién(?:es)?|cuáles|cuál|cuándo|dónde|cómo|por qué",
            naming=r"qué|cuánt[oa]s?",
            verb=r"es|son|era|eran|fue|fueron|está|están|ha|han|había|hay|hubo|tiene|tienen|tuvo|puede|pueden|debe"
            r"|deben|dura|cuesta|costó",
            joint="y|e",
            before="y|a|al|con|de|desde|en|hasta|para|sobre|bajo",
        ),
        joints=_words("y e o u vs vs. versus contra") | COMMAS,
        comparing_joints=_words("con"),
        contrasts=_words("o u vs vs. versus contra"),
        articles=_words("el la los las un una de del en"),
        function_words=_words(
            "el la los las lo un una unos unas de del al a en por para con sin sobre entre desde hasta según durante"
            " como más que qué quién quiénes cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde cómo este esta"
            " estos estas ese esa esos esas es son era eran fue fueron ser está están ha han había hay puede debe no"
            " se su sus me nos da dame lista nombra encuentra muestra dime cada ambos ambas respectivamente compara"
            " comparar compare comparación diferencia si entonces y e o pero año años"
        ),
        binding=_pattern(r"\s*(?:de|del)\s"),
    ),
    "chinese": Grammar(
        opening=re.compile(r"^\W*(?:那(?!覇)|另外|还有|還有|以及|但是?|而)|呢[？?]?\s*$"),
        pronoun=re.compile(r"(?<!其)[它他她](?!人)|其(?!他|它|她|中|实|實|次|余|餘)|(?:它|他|她)们"),
        pointer=re.compile(
            r"[该該](?=年|公司|文件|[报報]告|表|[页頁]|季度)|同年|同期|[当當]年|上述|前者|后者|後者|[那这這]一?年"
        ),
        compares=_NEVER,  # where no spaces are put between words, lists are found otherwise
        pairing=_NEVER,
        pages=_NEVER,
        asking=Asking(
            words=re.compile(_CHINESE_ASKING),
            clause=re.compile(f"^(?!.{{0,3}}(?:[说說]明|解[释釋]|描述|介[绍紹]|分析)).*(?:{_CHINESE_ASKING})"),
            naming=_NEVER,
            verb=_NEVER,
            joint=re.compile(f"[，；](?:以及|[还還]有|另外|[并並]且|而)?(?=[^，；]*(?:{_CHINESE_ASKING}))"),
        ),
        joints=frozenset(),
        comparing_joints=frozenset(),
        contrasts=frozenset(),
        articles=frozenset(),
        function_words=frozenset(),
    ),
}
ENGLISH_GRAMMAR = _GRAMMARS[ENGLISH]
_HAN = re.compile("[\u4e00-\u9fff]")


def grammars(question: str, before: str = "") -> list[Grammar]:
    """Those that a question may be understood by, which follows another one."""
    named = [*languages(question), *languages(f"{before} {question}")]
    if _HAN.search(question):
        named.append("chinese")
    return [_GRAMMARS[name] for name in dict.fromkeys(named) if name in _GRAMMARS]


def any_of(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether one of the patterns is in the text."""
    return any(pattern.search(text) for pattern in patterns)
