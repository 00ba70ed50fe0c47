"""Texts made to be slow: no rule looks at the rest of the text anew from every place."""

import pytest

from fewsight.masking import restore
from tests.core.masking.texts import masked_text

HOSTILE = [
    "password: " * 20_000,
    "password=" * 20_000,
    "aa-" * 60_000 + "str. 1",
    "i am a-" * 30_000,
    "thanks\n" * 30_000 + "\n" * 50_000,
    "敬礼" + "\n" * 200_000,
    "1 a " * 50_000 + "road",
    "calle a " * 25_000 + "1",
    "aa11 " * 40_000,
    "dni 1 " * 30_000,
    "王" * 100_000 + "先生",
    "路1号" * 50_000,
    "here," * 40_000,
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:12]) for text in HOSTILE])
def test_time_does_not_grow_with_the_square(text: str) -> None:
    masked, pseudonyms = masked_text(text)
    assert restore(masked, pseudonyms).unknown == ()
