"""Words that say that a name follows: introductions, titles, greetings, closings of a mail, relations.

English, German, French, Spanish and some Italian; Chinese has a module of its own.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from fewsight.masking.detectors.people import reading
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.keys import name_key_of_plain
from fewsight.masking.spans import Span


class _Cue(NamedTuple):
    pattern: re.Pattern[str]
    accept: Callable[[Folded, int], int | None]


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
     rf"(?<!{WORD})(?:{_NAME_VERBS}) ", reading.after_a_verb)  # fmt: skip
_add("name recipient addressee contact nom nombre nome naam customer kunde empfanger destinataire destinatario client"
     " cliente vorname nachname prenom apellido apellidos cognome",
     r"(?<![a-z] )(?<![a-z])(?:full name|(?:last|first|sur|vor|nach|zu)?name|recipient|addressee|contact|nom|prenom"
     r"|nombre|nome|cognome|naam|apellidos?|customer|kunde|kundin|empfanger|destinataire|destinatario|client"
     r"|cliente) ?: ?",
     reading.after_a_verb)  # fmt: skip
_add("mr mrs ms miss mx dr prof herr herrn frau mme mlle madame monsieur mademoiselle sr sra srta senor senora senorita"
     " don dona signor signora sig",
     rf"(?<!{WORD})(?:(?:mr|mrs|ms|mx|dr|prof|sr|sra|srta|sig)\.? |(?:miss|herrn?|mme|mlle|monsieur|mademoiselle|senor"
     r"(?:a|ita)?|signora?) |(?:frau|madame|dona?) (?=[a-z]))(?:dr\.? "
     r"|prof\.? )*", reading.after_a_title)  # fmt: skip
_add("am im m this", rf"(?<!{WORD})(?:i am|i'm|im|this is) ", reading.after_am)
_add("suis moi c est", rf"(?<!{WORD})(?:je suis|moi,? c'est|c'est) ", reading.after_am)
_add("soy habla escribe", rf"(?<!{WORD})soy ", reading.after_am)
_add(
    "habla escribe spricht schreibt",
    rf"(?<!{WORD})(?:(?:le|les|te) (?:habla|escribe)|hier (?:spricht|schreibt)) ",
    reading.after_a_verb,
)
_add("bin hier", rf"(?<!{WORD})(?:ich bin|hier) ", reading.after_bin)
_add("hier ici", rf"(?<!{WORD})(?:hier ist|ici) ", reading.after_here)
_add("dear hi hello hey morning afternoon evening hallo guten liebe lieber hi moin servus bonjour bonsoir salut cher "
    "chere"
     " hola estimado estimada querido querida buenos buenas ciao caro cara buongiorno",
     rf"{_BEGIN}(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|morning|hallo|guten (?:tag|morgen|abend)"
     rf"|lieber?"
     r"|moin|servus|bonjour|bonsoir|salut|chere?|hola|estimad[oa]|querid[oa]|buen(?:os dias|as tardes|as noches|as)"
     r"|ciao"
     rf"|car[oa]|buongiorno){_SPACE}", reading.greeted)  # fmt: skip
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
     rf"?)?", reading.signed)  # fmt: skip
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
     rf"(?<!{WORD}){_RELATIONS},? ", reading.capitalised)  # fmt: skip
_add("spoke talked spoken chatted speaking talking named parle parler hable hablado gesprochen telefoniert",
     rf"(?<!{WORD})(?:(?:spoke|talked|spoken|chatted|speaking|talking) (?:to|with)|gesprochen mit|named|parler? (?:a"
     rf"|avec)|habl(?:e|ado) con"
     r"|ich habe mit) ", reading.capitalised)  # fmt: skip
_add("m", r"(?<![\w'])m\. ", lambda text, at: reading.capitalised(text, at) if text.text[at - 3] == "M" else None)
_HERE_WORDS: Final = frozenset(["here", "hier", "ici", "aqui"])
TRIGGERS: Final = frozenset(_CUES) | _HERE_WORDS
_HERE: Final = re.compile(r"^[ \n]*|(?<=[.!?,\n]) ?")
_IS_HERE: Final = re.compile(r" (?:here|hier|ici|por aqui)(?= ?(?:[,.!;:\n\-–]|$))").match


def named(text: Folded, triggers: frozenset[str]) -> Iterator[Span]:
    """Names after a cue; `triggers` are the words of the text that begin one."""
    cues = {id(cue): cue for word in sorted(triggers & TRIGGERS) for cue in _CUES.get(word, ())}
    for cue in cues.values():
        for match in cue.pattern.finditer(text.low):
            end = cue.accept(text, match.end())
            if end is not None:
                yield _span(text, match.end(), end)
    if not triggers.isdisjoint(_HERE_WORDS):
        for match in _HERE.finditer(text.low):
            end = reading.name_at(text, match.end(), lower=1, most=3)
            if end is not None and _IS_HERE(text.low, end):
                yield _span(text, match.end(), end)


def _span(text: Folded, start: int, end: int) -> Span:
    return Span(start, end, "NAME", name_key_of_plain(text.low[start:end]))
