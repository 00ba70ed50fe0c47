"""Whether a name stands where a cue says that one may begin, and where it ends.

Words count by their case: a capitalised word that is no ordinary one, or, where the cue is strong enough, one in
lower case. Every function takes the text and where the name would begin, and returns where it
ends, or None.
"""

import re
from typing import Final

from fewsight.masking.detectors.people.vocabulary import NOT_NAMES
from fewsight.masking.folding import Folded
from fewsight.masking.names import COMMON_WORDS

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
_AND_ANOTHER: Final = re.compile(r" (?:&|\+|and|und|et|y|e) ").match
_FORMAL: Final = re.compile(
    r"(?:regards|gru(?:ss|ß)e?n?|mfg|lg|vg|cdt|saludos?|atte|cordialement|cordialmente) $"
).search
_ALSO_A_WORD: Final = re.compile(r"(?:dona?|madame|monsieur|frau|herrn?|miss|ms) $").search
_GREETED_BEFORE: Final = re.compile(
    r"(?:geehrte[rn]?|hallo|tag|morgen|abend|liebe[rn]?|bonjour|bonsoir|chere?|dear|hi|hello) \S+ $"
).search


def name_at(text: Folded, start: int, *, lower: int, most: int = 4) -> int | None:
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


def after_a_verb(text: Folded, start: int) -> int | None:
    """After 'my name is': also two words in lower case."""
    return name_at(text, start, lower=2)


def capitalised(text: Folded, start: int) -> int | None:
    """After 'my wife': capitalised words only, and none that is all capitals."""
    token = _TOKEN.match(text.text, start)
    if token is None or (token[0].isupper() and len(token[0]) > 2):
        return None
    return name_at(text, start, lower=0, most=3)


def after_am(text: Folded, start: int) -> int | None:
    """After 'I am': two capitalised words, or one that a place, a mark or the like follows."""
    end = name_at(text, start, lower=2)
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


def after_bin(text: Folded, start: int) -> int | None:
    """As `after_am`, but nouns are capitalised: one word alone is rather 'Lehrerin' than a name."""
    end = after_am(text, start)
    if end is None or " " in text.text[start:end] or _PLACE(text.low, end):
        return end
    return end if re.match(r" (?:hier|am apparat)\b|\s*$", text.low[end:]) and text.text[start - 1] != "n" else None


def after_here(text: Folded, start: int) -> int | None:
    """After 'hier ist' and 'ici': as `after_bin`, or lower-case words that a mark follows."""
    end = after_bin(text, start)
    if end is not None or not text.text[start : start + 1].islower():
        return end
    end = name_at(text, start, lower=2)
    return end if end is not None and _LIST_OR_END(text.low, end) else None


def greeted(text: Folded, start: int) -> int | None:
    """After 'Dear': a mark or the end of the line follows."""
    end = name_at(text, start, lower=2, most=3)
    return end if end is not None and _AFTER_GREETING(text.low, end) else None


def signed(text: Folded, start: int) -> int | None:
    """After a closing; with no mark between only a formal one: 'love songs' and 'best bistro' are no signatures."""
    if (
        text.low[start - 1] == " "
        and text.low[start - 2].isalpha()
        and not _FORMAL(text.low[max(0, start - 16) : start])
    ):
        return None
    end = name_at(text, start, lower=3)
    if end is not None and (pair := _AND_ANOTHER(text.low, end)) is not None:
        end = name_at(text, pair.end(), lower=1)
    return end if end is not None and _LINE_END(text.low, end) else None


def after_a_title(text: Folded, at: int) -> int | None:
    """After a title; 'don' and 'madame' in lower case only with a capitalised name ('don't', 'madame et monsieur')."""
    before = text.low[max(0, at - 30) : at]
    if text.text[at : at + 1].islower() and _ALSO_A_WORD(before) and not _GREETED_BEFORE(before):
        return None
    return name_at(text, at, lower=1, most=3)
