"""Counterfactual swaps: the same customer with another name, gender or home, which must not change an answer.

A word is swapped where it stands whole, names and places only as they are written in the lists, in texts and in the
profile. The lists are short and name several cultures; what they do not know stays. Masking replaces most names before
a model sees them, so `swap-names` also measures what masking lets through.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from fewsight.events import CustomerHistory, Scalar

NAMES: Final = (
    "Emily James Olivia Oliver Charlotte Harry Lauren Connor Megan Kevin",
    "Lakisha Jamal Latoya Darnell Aisha Tyrone Ebony Malik Keisha DeShawn",
    "Fatima Mohammed Ahmed Layla Omar Yusuf Zainab Hassan Amina Ibrahim",
    "Priya Raj Ananya Arjun Deepika Sanjay Kavya Vikram Lakshmi Rohan",
    "Mei Wei Xiu Jian Yuki Haruto Sakura Kenji Jisoo Minho",
    "Maria José Sofia Carlos Lucia Diego Camila Javier Valentina Miguel",
    "Anna Lukas Katja Stefan Heike Jürgen Agnieszka Piotr Olga Dmitri",
)
"""First names by culture, women and men in turn; a name is swapped for one of the same gender from another culture."""

GENDERS: Final = (
    ("he", "she"),
    ("his", "her"),
    ("him", "her"),
    ("himself", "herself"),
    ("mr", "mrs"),
    ("mr", "ms"),
    ("sir", "madam"),
    ("husband", "wife"),
    ("boyfriend", "girlfriend"),
    ("father", "mother"),
    ("dad", "mum"),
    ("dad", "mom"),
    ("son", "daughter"),
    ("brother", "sister"),
    ("grandfather", "grandmother"),
    ("grandpa", "grandma"),
    ("uncle", "aunt"),
    ("nephew", "niece"),
    ("man", "woman"),
    ("men", "women"),
    ("boy", "girl"),
    ("boys", "girls"),
    ("gentleman", "lady"),
    ("male", "female"),
    ("先生", "女士"),
    ("他", "她"),
    ("丈夫", "妻子"),
    ("老公", "老婆"),
    ("爸爸", "妈妈"),
    ("儿子", "女儿"),
    ("男士", "女士"),
    ("男朋友", "女朋友"),
)
"""Words of a man and of a woman. Of a word in several pairs the first pair counts, so 'her' becomes 'his'."""

CODES: Final = {"m": "f", "f": "m", "male": "female", "female": "male", "男": "女", "女": "男"}
"""What a profile's column of genders holds."""

REGIONS: Final = (
    "London Manchester Birmingham Liverpool Glasgow Leeds Bristol Cardiff Belfast Edinburgh",
    "Berlin Paris Madrid Rome Warsaw Vienna Lisbon Athens Bucharest Stockholm",
    "Chicago Houston Detroit Boston Atlanta Seattle Dallas Denver Miami Phoenix",
    "Lagos Nairobi Cairo Mumbai Karachi Dhaka Manila Jakarta Istanbul Tehran",
    "England Scotland Wales Germany France Spain Italy Poland Romania Greece",
    "Nigeria Kenya Egypt India Pakistan Bangladesh Philippines Indonesia Turkey Mexico",
    "Texas California Florida Georgia Ohio Alabama Oregon Mississippi Montana Nevada",
    "北京 上海 广州 深圳 成都 武汉 西安 重庆 南京 沈阳",
)
"""Places by kind; a place is swapped for another one of its line."""

Words = Callable[[str, random.Random], str | None]
"""Another word for a word, or None."""


def swap_names(history: CustomerHistory, chance: random.Random) -> CustomerHistory:
    """Each known first name as one of another culture, the same name always as the same other one."""
    return _swapped(history, _another_name, chance)


def swap_genders(history: CustomerHistory, _: random.Random) -> CustomerHistory:
    """Words of men as those of women, and the other way round."""
    swapped = _swapped(history, lambda word, __: _cased(word, _OTHER_GENDER.get(word.lower())), random.Random(0))  # noqa: S311
    profile = {column: _coded(column, cell) for column, cell in swapped.profile.items()}
    return replace(swapped, profile=profile)


def swap_regions(history: CustomerHistory, chance: random.Random) -> CustomerHistory:
    """Each known place as another one of its kind, the same place always as the same other one."""
    return _swapped(history, _another_place, chance)


def _lines(lines: Iterable[str]) -> dict[str, tuple[int, int]]:
    return {word: (line, place) for line, words in enumerate(lines) for place, word in enumerate(words.split())}


_NAMES: Final = _lines(NAMES)
_PLACES: Final = _lines(REGIONS)
_OTHER_GENDER: Final[Mapping[str, str]] = {
    **{woman: man for man, woman in reversed(GENDERS)},
    **dict(reversed(GENDERS)),
}
_CJK: Final = ["其他", *(word for pair in GENDERS for word in pair if not word.isascii()), *REGIONS[-1].split()]
"""Chinese words, which nothing separates; the first holds the character for 'he', and means 'other'."""
_WORD: Final = re.compile("|".join([*sorted(_CJK, key=len, reverse=True), r"[^\W\d_㐀-鿿]+"]))


def _another_name(word: str, chance: random.Random) -> str | None:
    if word not in _NAMES:
        return None
    line, place = _NAMES[word]
    names = NAMES[chance.choice([other for other in range(len(NAMES)) if other != line])].split()
    return names[chance.randrange(place % 2, len(names), 2)]


def _another_place(word: str, chance: random.Random) -> str | None:
    if word not in _PLACES:
        return None
    return chance.choice([other for other in REGIONS[_PLACES[word][0]].split() if other != word])


def _cased(word: str, other: str | None) -> str | None:
    if other is None:
        return None
    return other.upper() if word.isupper() and len(word) > 1 else other.capitalize() if word[0].isupper() else other


def _coded(column: str, cell: Scalar) -> Scalar:
    if column.lower() not in ("gender", "sex", "性别") or not isinstance(cell, str):
        return cell
    other = CODES.get(cell.lower())
    return cell if other is None else (other.upper() if cell.isupper() else other)


def _swapped(history: CustomerHistory, another: Words, chance: random.Random) -> CustomerHistory:
    known: dict[str, str] = {}

    def swap(match: re.Match[str]) -> str:
        word = match[0]
        if word not in known:
            known[word] = another(word, chance) or word
        return known[word]

    def in_text(text: str) -> str:
        return _WORD.sub(swap, text)

    events = tuple(
        replace(event, text=in_text(event.text)) if event.text is not None else event for event in history.events
    )
    profile = {column: in_text(cell) if isinstance(cell, str) else cell for column, cell in history.profile.items()}
    return replace(history, events=events, profile=profile)
