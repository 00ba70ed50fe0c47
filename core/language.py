"""Which language a text is in."""

from typing import Literal


def guess_language(text: str) -> Literal["en", "zh"]:
    """'zh' where at least a fifth of the letters are Chinese.

    >>> guess_language("我的快递 has not arrived"), guess_language("Where is it?")
    ('zh', 'en')
    """
    if text.isascii():
        return "en"
    letters = [c for c in text if c.isalpha()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    return "zh" if letters and chinese * 5 >= len(letters) else "en"
