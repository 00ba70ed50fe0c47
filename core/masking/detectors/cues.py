"""Names that no table tells: after words that introduce a person, in greetings and in signatures.

A cue says where a name may begin. What stands there counts by its case: a capitalised word that is no ordinary one, or,
where the cue is strong enough, one in lower case. English, German, French, Spanish, some Italian; Chinese has a module
of its own.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from fewsight.masking.detectors.vocabulary import NOT_NAMES
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.keys import name_key_of_plain
from fewsight.masking.names import COMMON_WORDS
from fewsight.masking.spans import Span

_LETTER: Final = r"[^\W\d_\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_TOKEN: Final = re.compile(rf"{_LETTER}+(?:['\-]{_LETTER}+)*(?:(?<=\b{_LETTER})\.)?")
_GAP: Final = re.compile(
    r" (?:(?:van|von|vom|zu|zum|zur|der|den|de|del|della|di|da|dos|la|le|las|los|el|al|bin|ben|ter|ten|y) ){0,2}"
)
_CONTRACTED: Final = re.compile(r"'(?:t|m|ll|ve|re|d|all)$").search
_AFTER_GREETING: Final = re.compile(r" ?(?:[,!:;.\n]|-|–|$)").match
_AFTER_NAME: Final = re.compile(
    r" ?(?:[,.;?\n(]|-|–|$)| (?:and|here|speaking|calling|writing|from|und|hier|aus|am apparat|et|ici|y|de)\b"
).match
_FROM: Final = re.compile(
    r",? (?:from|aus) ?(?!(?:the|this|that|your|my|our|it|a|an|now|i|der|dem|den|meine[rm]?|ihre[rm]?|diesem)\b)"
).match
_LIST_OR_END: Final = re.compile(r" ?(?:[,.!\n]|$)").match
_PLACE: Final = re.compile(
    r",? (?:from|aus|de|d'|of|in|bei|a) ?(?!(?:the|this|that|your|my|our|it|a|an|now|it|la|le|los|las|el|un|una|vous"
    r"|der|dem|den|meine[rm]?|ihre[rm]?|i)\b)"
).match
_LINE_END: Final = re.compile(r"[ .!]*(?:\n|$)").match


class _Cue(NamedTuple):
    pattern: re.Pattern[str]
    accept: Callable[[Folded, int], int | None]


def _name(text: Folded, start: int, *, lower: int, most: int = 4) -> int | None:
    """Where the name that starts here ends, or None; up to `lower` words of it may be in lower case."""
    end, count, position = None, 0, start
    capital = text.text[start : start + 1].isupper()
    if capital and _all_caps(text, start):
        capital = False
    limit = most if capital else lower
    while count < limit and (token := _TOKEN.match(text.text, position)) is not None:
        low = text.low[token.start() : token.end()]
        fits = token[0][0].isupper() if capital else token[0].islower() or token[0].isupper()
        if "'" in low:
            if _CONTRACTED(low):
                break
            if low.endswith("'s"):
                return token.end() - 2
        ordinary = low in NOT_NAMES and not (capital and low in COMMON_WORDS)
        if not fits or ordinary or (len(low) == 1 and not count and not capital):
            break
        end, count = token.end(), count + 1
        gap = _GAP.match(text.text, end) if capital else re.compile(" ").match(text.text, end)
        if gap is None:
            break
        position = gap.end()
    return end


def _all_caps(text: Folded, start: int) -> bool:
    """Whether all is written in capitals here, so that they tell nothing."""
    around = text.text[max(0, start - 12) : start + 12]
    return around.isupper() and text.text[max(0, start - 12) : start].isupper()


def _strong(text: Folded, start: int) -> int | None:
    return _name(text, start, lower=2)


def _titled(text: Folded, start: int) -> int | None:
    return _name(text, start, lower=1, most=3)


def _capitalised(text: Folded, start: int) -> int | None:
    token = _TOKEN.match(text.text, start)
    if token is None or (token[0].isupper() and len(token[0]) > 2):
        return None
    return _name(text, start, lower=0, most=3)


def _weak(text: Folded, start: int) -> int | None:
    """After 'I am': two capitalised words, or one that a place, a mark or the like follows."""
    end = _name(text, start, lower=2)
    if end is None:
        return None
    name, low = text.text[start:end], text.low[start:end]
    if not name[0].isupper() or _all_caps(text, start):
        if _FROM(text.low, end):
            return None if re.search(r"(?:ing|ed|able|less|ful|ly|erin)$", low) else end
        plain = " " in name and not re.search(r"(?:ing|ed)\b", low)
        after = r" (?:speaking|calling|am apparat|a l'appareil)\b" + (
            r"| (?:and|und|et|y) (?:i|my|we|ich|je|mi)\b" if plain else ""
        )
        return end if re.match(after, text.low[end:]) else None
    return end if " " in name or _AFTER_NAME(text.low, end) or _PLACE(text.low, end) else None


def _weak_german(text: Folded, start: int) -> int | None:
    """As `_weak`, but nouns are capitalised: one word alone is rather 'Lehrerin' than a name."""
    end = _weak(text, start)
    if end is None or " " in text.text[start:end] or _PLACE(text.low, end):
        return end
    return end if re.match(r" (?:hier|am apparat)\b|\s*$", text.low[end:]) and text.text[start - 1] != "n" else None


def _here(text: Folded, start: int) -> int | None:
    """After 'hier ist' and 'ici': as `_weak_german`, or lower-case words that a mark follows."""
    end = _weak_german(text, start)
    if end is not None or not text.text[start : start + 1].islower():
        return end
    end = _name(text, start, lower=2)
    return end if end is not None and _LIST_OR_END(text.low, end) else None


def _greeted(text: Folded, start: int) -> int | None:
    end = _name(text, start, lower=2, most=3)
    return end if end is not None and _AFTER_GREETING(text.low, end) else None


def _signed_at(text: Folded, start: int) -> int | None:
    """After a closing; with no mark between only a formal one: 'love songs' and 'best bistro' are no signatures."""
    if (
        text.low[start - 1] == " "
        and text.low[start - 2].isalpha()
        and not _FORMAL(text.low[max(0, start - 16) : start])
    ):
        return None
    end = _name(text, start, lower=3)
    if end is not None and (pair := _AND_ANOTHER(text.low, end)) is not None:
        end = _name(text, pair.end(), lower=1)
    return end if end is not None and _LINE_END(text.low, end) else None


_AND_ANOTHER: Final = re.compile(r" (?:&|\+|and|und|et|y|e) ").match
_FORMAL: Final = re.compile(
    r"(?:regards|gru(?:ss|ß)e?n?|mfg|lg|vg|cdt|saludos?|atte|cordialement|cordialmente) $"
).search
_BEGIN: Final = r"(?:^|(?<=[\n.!?¡]) ?|(?<=, ))"
_SPACE: Final = r"[ ,:]{1,3}"
_CUES: Final[dict[str, tuple[_Cue, ...]]] = {}


def _add(triggers: str, pattern: str, accept: Callable[[Folded, int], int | None]) -> None:
    cue = _Cue(re.compile(pattern), accept)
    for word in triggers.split():
        _CUES[word] = (*_CUES.get(word, ()), cue)


_NAME_VERBS = (
    r"my (?:full |first |last |user )?name(?: is|'s|s)|name(?:'s| is| was)(?= [a-z])|mein name(?: ist|:| lautet)?"
    r"|ich heisse|ich heiße|mon nom(?: est|:)|je (?:m'appelle|me nomme)|(?:me llamo|mi nombre es|mi nombre:)"
    r"|mi chiamo|il mio nome e|am apparat ist"
)
_add("name heisse heiße nom nomme appelle llamo nombre chiamo nome apparat",
     rf"(?<!{WORD})(?:{_NAME_VERBS}) ", _strong)  # fmt: skip
_add("name recipient addressee contact nom nombre nome naam customer kunde empfanger destinataire destinatario client"
     " cliente vorname nachname prenom apellido apellidos cognome",
     r"(?<![a-z] )(?<![a-z])(?:full name|(?:last|first|sur|vor|nach|zu)?name|recipient|addressee|contact|nom|prenom"
     r"|nombre|nome|cognome|naam|apellidos?|customer|kunde|kundin|empfanger|destinataire|destinatario|client"
     r"|cliente) ?: ?",
     _strong)  # fmt: skip
_add("mr mrs ms miss mx dr prof herr herrn frau mme mlle madame monsieur mademoiselle sr sra srta senor senora senorita"
     " don dona signor signora sig",
     rf"(?<!{WORD})(?:(?:mr|mrs|ms|mx|dr|prof|sr|sra|srta|sig)\.? |(?:miss|herrn?|mme|mlle|monsieur|mademoiselle|senor"
     r"(?:a|ita)?|signora?) |(?:frau|madame|dona?) (?=[a-z]))(?:dr\.? "
     r"|prof\.? )*", lambda text, at: _titled_at(text, at))  # fmt: skip
_add("am im m this", rf"(?<!{WORD})(?:i am|i'm|im|this is) ", _weak)
_add("suis moi c est", rf"(?<!{WORD})(?:je suis|moi,? c'est|c'est) ", _weak)
_add("soy habla escribe", rf"(?<!{WORD})soy ", _weak)
_add(
    "habla escribe spricht schreibt",
    rf"(?<!{WORD})(?:(?:le|les|te) (?:habla|escribe)|hier (?:spricht|schreibt)) ",
    _strong,
)
_add("bin hier", rf"(?<!{WORD})(?:ich bin|hier) ", _weak_german)
_add("hier ici", rf"(?<!{WORD})(?:hier ist|ici) ", _here)
_add("dear hi hello hey morning afternoon evening hallo guten liebe lieber hi moin servus bonjour bonsoir salut cher "
    "chere"
     " hola estimado estimada querido querida buenos buenas ciao caro cara buongiorno",
     rf"{_BEGIN}(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|morning|hallo|guten (?:tag|morgen|abend)"
     rf"|lieber?"
     r"|moin|servus|bonjour|bonsoir|salut|chere?|hola|estimad[oa]|querid[oa]|buen(?:os dias|as tardes|as noches|as)"
     r"|ciao"
     rf"|car[oa]|buongiorno){_SPACE}", _greeted)  # fmt: skip
_CLOSINGS = (
    r"(?:(?:kind|best|warm|warmest|kindest|with)? ?regards|best wishes|all the best|(?:yours|very) (?:sincerely"
    r"|faithfully|truly)"
    r"|sincerely(?: yours)?|yours|respectfully|cheers|(?:many |kind )?thanks(?: a lot| so much| again| in "
    r"advance)?|thank you"
    r"(?: very much| so much| in advance)?|thx|best|love|mit (?:freundlich(?:en|em)|besten|herzlichen|lieben) "
    r"gru(?:ss|ß)(?:en?)?"
    r"|(?:viele|liebe|beste|schone|herzliche|freundliche) gru(?:ss|ß)e|gru(?:ss|ß)e?|mfg|lg|vg|hochachtungsvoll"
    r"|danke(?: im voraus)?"
    r"|vielen dank(?: im voraus)?|(?:bien )?cordialement|cdt|cordialmente|bien a vous|salutations(?: "
    r"distinguees)?|bonne journee"
    r"|merci(?: d'avance| beaucoup)?|amicalement|(?:un )?(?:cordial )?saludos?(?: cordiales?)?|atentamente"
    r"|atte\.?|un abrazo"
    r"|gracias(?: de antemano| por todo)?|muchas gracias|cordiali saluti|distinti saluti|grazie|met vriendelijke "
    r"groet(?:en)?)"
)
_add("regards wishes best sincerely faithfully truly yours respectfully cheers thanks thank thx love freundlichen"
     " freundlichem besten herzlichen lieben grusse gruße gruss gruß mfg lg vg hochachtungsvoll danke dank "
     "cordialement cdt"
     " cordialmente bien salutations journee merci amicalement saludo saludos atentamente atte abrazo gracias saluti "
     "grazie"
     " groet groeten",
     rf"(?:^|(?<=[.!?,;\n])|(?<=[.!?,;\n] )){_CLOSINGS}(?: ?[,.!;:\-]+\s*| ?\n\s*| (?=[a-z]))(?:[\-–~] "
     rf"?)?", lambda text, at: _signed_at(text, at))  # fmt: skip
_RELATIONS = (
    r"(?:(?:my|his|her) (?:wife|husband|partner|son|daughter|mother|father|mum|mom|dad|sister|brother|friend"
    r"|colleague|boss"
    r"|neighbou?r|roommate|girlfriend|boyfriend|fiancee?|aunt|uncle|cousin|nephew|niece|grandson|granddaughter)"
    r"|(?:your |the )?(?:agent|advisor|adviser|rep|representative|colleague|assistant|coworker|manager|driver)"
    r"|(?:meine?[rnm]?|ihre?[rnm]?) (?:frau|mann|partner(?:in)?|sohn|tochter|mutter|vater|schwester|bruder"
    r"|freund(?:in)?|chef(?:in)?"
    r"|kolleg(?:e|en|in)|mitarbeiter(?:in)?|nachbar(?:in|n)?)|(?:ma|mon|votre|sa|son) (?:femme|mari|fils|fille|mere"
    r"|pere|soeur|frere"
    r"|amie?|collegue|voisine?|conseill(?:er|ere)|agente?)|(?:mi|su) (?:mujer|esposa|esposo|marido|hijo|hija|madre"
    r"|padre|hermana"
    r"|hermano|amig[oa]|companer[oa]|vecin[oa]|agente))"
)
_add("wife husband partner son daughter mother father mum mom dad sister brother friend colleague boss neighbour "
    "neighbor"
     " roommate girlfriend boyfriend fiance fiancee aunt uncle cousin nephew niece grandson granddaughter agent advisor"
     " adviser rep representative assistant coworker manager driver frau mann partnerin sohn tochter mutter vater "
     "schwester"
     " bruder freund freundin chef chefin kollege kollegen kollegin mitarbeiter mitarbeiterin nachbar nachbarin "
     "nachbarn"
     " femme mari fils fille mere pere soeur frere ami amie collegue voisin voisine conseiller conseillere agente mujer"
     " esposa esposo marido hijo hija madre padre hermana hermano amigo amiga companero companera vecino vecina",
     rf"(?<!{WORD}){_RELATIONS},? ", _capitalised)  # fmt: skip
_add("spoke talked spoken chatted speaking talking named parle parler hable hablado gesprochen telefoniert",
     rf"(?<!{WORD})(?:(?:spoke|talked|spoken|chatted|speaking|talking) (?:to|with)|gesprochen mit|named|parler? (?:a"
     rf"|avec)|habl(?:e|ado) con"
     r"|ich habe mit) ", _capitalised)  # fmt: skip
_ALSO_A_WORD: Final = re.compile(r"(?:dona?|madame|monsieur|frau|herrn?|miss|ms) $").search
_GREETED_BEFORE: Final = re.compile(
    r"(?:geehrte[rn]?|hallo|tag|morgen|abend|liebe[rn]?|bonjour|bonsoir|chere?|dear|hi|hello) \S+ $"
).search
_add("m", r"(?<![\w'])m\. ", lambda text, at: _capitalised(text, at) if text.text[at - 3] == "M" else None)
_HERE_WORDS: Final = frozenset(["here", "hier", "ici", "aqui"])
TRIGGERS: Final = frozenset(_CUES) | _HERE_WORDS
_HERE: Final = re.compile(r"^[ \n]*|(?<=[.!?,\n]) ?")
_IS_HERE: Final = re.compile(r" (?:here|hier|ici|por aqui)(?= ?(?:[,.!;:\n\-–]|$))").match


def named(text: Folded, triggers: frozenset[str]) -> Iterator[Span]:
    """Names after a cue; `triggers` are the words of the text that begin one."""
    cues = {id(cue): cue for word in triggers & TRIGGERS for cue in _CUES.get(word, ())}
    for cue in cues.values():
        for match in cue.pattern.finditer(text.low):
            end = cue.accept(text, match.end())
            if end is not None:
                yield _span(text, match.end(), end)
    if not triggers.isdisjoint(_HERE_WORDS):
        for match in _HERE.finditer(text.low):
            end = _name(text, match.end(), lower=1, most=3)
            if end is not None and _IS_HERE(text.low, end):
                yield _span(text, match.end(), end)


def _titled_at(text: Folded, at: int) -> int | None:
    """After a title; 'don' and 'madame' in lower case only with a capitalised name ('don't', 'madame et monsieur')."""
    before = text.low[max(0, at - 30) : at]
    if text.text[at : at + 1].islower() and _ALSO_A_WORD(before) and not _GREETED_BEFORE(before):
        return None
    return _titled(text, at)


def _span(text: Folded, start: int, end: int) -> Span:
    return Span(start, end, "NAME", name_key_of_plain(text.low[start:end]))
