"""How a customer types: case, punctuation, typing errors, abbreviations, emoji. Identifiers keep their letters."""

import re
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from fewsight.shop.words.phrasings import Tone
from fewsight.shop.words.template import pick

_NEIGHBOURS: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxfrghjoklknmpowtdyibecux", strict=True))
_CASES: Final = ("normal", "normal", "normal", "lower", "lower", "lower", "start_lower", "upper")
_PUNCTUATIONS: Final = ("normal", "normal", "none", "loud", "dots")
_SHORT: Final = {
    "you": "u",
    "You": "U",
    "your": "ur",
    "are": "r",
    "please": "pls",
    "Please": "Pls",
    "because": "bc",
    "to": "2",
    "thanks": "thx",
    "Thanks": "Thx",
    "people": "ppl",
    "and": "n",
    "without": "w/o",
    "really": "rly",
    "for": "4",
    "don't": "dont",
    "tomorrow": "tmrw",
    "I'm": "im",
    "message": "msg",
    "about": "abt",
}
TONGUES: Final = ("es", "fr", "de", "it", "tr", "pl")
_ARTICLES: Final = frozenset(("the", "a", "an", "The", "A", "An"))
_EMOJI: Final = {
    "positive": ("😊", "👍", "❤️", "🙏", "😍", "🎉"),
    "negative": ("😡", "🤬", "😤", "👎", "🙄", "😢"),
    "mixed": ("🤷", "😅", "🤔"),
    "neutral": ("🙂", "😅", "🤔", "👋"),
}
_HOMOPHONES: Final = (
    ("在", "再"),
    ("的", "得"),
    ("吗", "嘛"),
    ("怎么", "肿么"),
    ("什么", "神马"),
    ("已经", "以经"),
    ("没有", "木有"),
)
_FULL_WIDTH: Final = str.maketrans("，。！？：", ",.!?:")
_PUNCTUATION: Final = re.compile(r"[.,!?;](?=\s|$)|'(?=\w)")
_CHINESE_PUNCTUATION: Final = re.compile(r"[，。！？]")


@dataclass(frozen=True, slots=True)
class Voice:
    """One customer's habits.

    `case` is normal, lower, upper or start_lower; `punctuation` is normal, none, loud or dots.
    `typos` is the chance of an error in a word; `length` (terse, normal, rambling) how much is said besides the
    point; `tongue` another language that slips into English.
    """

    case: str
    punctuation: str
    typos: float
    shorthand: bool
    no_articles: bool
    emoji: float
    length: str
    tongue: str | None


def draw_voice(rng: Random) -> Voice:
    """Draw somebody's habits; about a third write without visible quirks."""
    plain = rng.random() < 0.3
    return Voice(
        case="normal" if plain else pick(rng, _CASES),
        punctuation="normal" if plain else pick(rng, _PUNCTUATIONS),
        typos=0.0 if plain or rng.random() < 0.4 else rng.random() * 0.12,
        shorthand=not plain and rng.random() < 0.15,
        no_articles=not plain and rng.random() < 0.1,
        emoji=0.0 if plain or rng.random() < 0.75 else 0.5,
        length=pick(rng, ("terse", "terse", "normal", "normal", "rambling")),
        tongue=pick(rng, TONGUES) if rng.random() < 0.08 else None,
    )


def typed(text: str, voice: Voice, tone: Tone, language: Literal["en", "zh"], rng: Random) -> str:
    """The text as this customer types it."""
    text = _chinese(text, voice, rng) if language == "zh" else _english(text, voice, rng)
    if voice.emoji and rng.random() < voice.emoji:
        text = f"{text} {pick(rng, _EMOJI[tone]) * pick(rng, (1, 1, 3))}"
    return text


def _english(text: str, voice: Voice, rng: Random) -> str:
    if voice.shorthand or voice.no_articles or voice.typos:
        text = " ".join(_words(text.split(" "), voice, rng))
    if voice.punctuation != "normal":
        text = _punctuated(text, voice.punctuation, rng)
    if voice.case == "lower":
        return text.lower()
    if voice.case == "upper":
        return text.upper() if rng.random() < 0.4 else text
    return text[:1].lower() + text[1:] if voice.case == "start_lower" else text


def _words(words: list[str], voice: Voice, rng: Random) -> list[str]:
    kept = []
    for word in words:
        if voice.no_articles and word in _ARTICLES and rng.random() < 0.6:
            continue
        if voice.shorthand and word in _SHORT and rng.random() < 0.7:
            word = _SHORT[word]
        if voice.typos and len(word) > 3 and rng.random() < voice.typos and word.isalpha() and word.isascii():
            word = misspelled(word, rng)
        kept.append(word)
    return kept


def misspelled(word: str, rng: Random) -> str:
    """A word of at least four letters with one slip: letters swapped, dropped, doubled, or the key beside."""
    at = 1 + int(rng.random() * (len(word) - 2))
    slip = int(rng.random() * 4)
    if slip == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == 1:
        return word[:at] + word[at + 1 :]
    if slip == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _NEIGHBOURS.get(word[at].lower(), word[at]) + word[at + 1 :]


def _punctuated(text: str, habit: str, rng: Random) -> str:
    if habit == "none":
        return _PUNCTUATION.sub("", text)
    if habit == "dots":
        return re.sub(r"[.,](?=\s|$)", "...", text)
    marks = pick(rng, ("!!", "!!!", "?!", "!!1"))
    return re.sub(r"[.!](?=\s|$)", marks, text).replace("?", "??")


def _chinese(text: str, voice: Voice, rng: Random) -> str:
    if voice.typos and rng.random() < voice.typos * 5:
        right, wrong = pick(rng, _HOMOPHONES)
        text = text.replace(right, wrong, 1)
    if voice.punctuation == "none":
        return _CHINESE_PUNCTUATION.sub(" ", text).strip()
    if voice.punctuation == "loud":
        return text.replace("。", "！").replace("！", "！！")
    if voice.punctuation == "dots":
        return text.replace("。", "……").replace("，", "…")
    return text.translate(_FULL_WIDTH) if voice.case == "lower" else text
