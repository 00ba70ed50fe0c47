"""How this customer's own name may occur in a text: whole, in parts, after a title, in English and Chinese."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.folding import CJK


def words(text: str) -> frozenset[str]:
    """A set of words, written with spaces between them."""
    return frozenset(text.split())


_CJK_ONLY = re.compile(f"[{CJK}]+").fullmatch
_SPLIT = re.compile(r"[\s,·]+|(?<=\.) ?")
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|dr|prof|sir|madam)\.?$", re.IGNORECASE).search
TITLES_ZH: Final = ("先生", "女士", "小姐", "太太", "老师", "总", "さん", "様", "씨")
COMPOUND_SURNAMES: Final = words("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 南宫 端木")

# Names that are words as well. They count only in their capitalised form, and not where a sentence begins with them.
COMMON_WORDS: Final = words("""
    amber angel april art august autumn baker ball banks basil bean bell berry best bill bird bishop black bob brook
    brooks brown bush carol carter case cash chance charity chase cherry chip christian clay cliff cook cooper crystal
    daisy dale dawn day dean don drew duke earl eve faith ferry field fields fisher flora ford forest fox frank gene
    ginger glass glen good grace grant gray green guy hall harmony harry hazel heath heather hill holly home hope
    house hunter iris ivy jack jade jay jewel joy june king knight lake lance lane law lee lily long love luck major
    mark marsh mason max may melody mercy miles miller moon north olive page parker pat patience pearl penny piper
    pond poppy porter potter price prince queen rain ray reed rice rich rob robin rock rose ruby rush sage sale sandy
    savage scout serenity sharp shore short skip sky small smart snow star stone storm street strong sue summer sun
    swift taylor temple tiger tim trinity turner van victor violet wade walker wall ward way wells west white will
    winter wise wolf wood woods worth yang young klein lang kurz stark weiss weiß schwarz braun gross groß jung alt
    neu ernst froh kaiser konig koch bauer engel vogel sommer herbst blanc leblanc noir roux roy petit legrand blanco
    rubio moreno delgado bravo cruz reyes flores leon santos campos prieto rojas sol paz rosa bruno bianchi rossi
    verde
    """)
_MONTHS: Final = words("april may june august summer winter autumn")
_DATE_BEFORE = re.compile(r"(?:\d(?:st|nd|rd|th)?|\b(?:in|of|on|since|until|by|for|last|next|this))$").search
COMMON_WORDS_ZH: Final = words("高兴 安静 方便 国庆 元旦 春节 白天 明天 平安 安全 时间 小时 满意 和平 文明 建国 常常")
_INTRODUCED_ZH = re.compile(r"(?:我是|我叫|姓名[:是为]?|本人|收[件货]人[:是为]?|名字[:是叫]?)\s*$").search


def is_cjk(text: str) -> bool:
    """Whether a text is all Chinese, Japanese or Korean characters."""
    return _CJK_ONLY(text) is not None


def spellings(name: str) -> Iterator[tuple[str, int, int]]:
    """Lower-case texts to look for, each with the part (start, end) of it that is the name.

    `name` is plain text. A surname of one Chinese character is looked for only beside a title, initials never.
    """
    low = " ".join(name.lower().split())
    if is_cjk(low):
        yield from _chinese(low)
        return
    parts = [part for part in _SPLIT.split(low) if len(part.strip(".")) > 1]
    wholes = [low, "".join(parts), f"{parts[-1]} {' '.join(parts[:-1])}"] if len(parts) > 1 else [low]
    yield from ((whole, 0, len(whole)) for whole in wholes if len(whole) > 1)
    for part in parts if len(parts) > 1 else ():
        yield from _chinese(part) if is_cjk(part) else [(part, 0, len(part))]


def _chinese(low: str) -> Iterator[tuple[str, int, int]]:
    if len(low) == 1:
        yield from _with_titles(low)
        return
    yield low, 0, len(low)
    if len(low) == 2:
        yield from _with_titles(low[:1])
        return
    cut = 2 if low[:2] in COMPOUND_SURNAMES or len(low) > 3 else 1
    given = low[cut:]
    if len(given) > 1:
        yield given, 0, len(given)
    yield from _with_titles(low[:cut])


def _with_titles(surname: str) -> Iterator[tuple[str, int, int]]:
    yield from ((surname + title, 0, len(surname)) for title in TITLES_ZH)


def is_common(word: str) -> bool:
    """Whether a lower-case name is, or may well be, an ordinary word too."""
    return (len(word) == 2 and not is_cjk(word)) or word in COMMON_WORDS or word in COMMON_WORDS_ZH


def plausible(text: str, start: int, end: int) -> bool:
    """Whether an ordinary word that is also this customer's name is meant as the name here."""
    before, after, word = text[:start].rstrip(" "), text[end : end + 24].lstrip(" "), text[start:end]
    if is_cjk(word):
        return _INTRODUCED_ZH(before[-12:]) is not None
    if not word.istitle():
        return False
    if word.lower() in _MONTHS and (after[:1].isdigit() or _DATE_BEFORE(before[-12:])):
        return False
    if _TITLE(before[-6:]):
        return True
    if before and before[-1] not in ".!?\n;:\"'(":
        return True
    return not after or after[0] in "\n,.!'’" or (after[0].isupper() and after[:2] not in ("I ", "I'"))
