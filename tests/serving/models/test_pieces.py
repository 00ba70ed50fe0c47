"""Remembered pieces give exactly the tokens of the whole text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.serving.models.names import resolve_model
from fewsight.serving.models.pieces import remembering
from fewsight.serving.models.tokenizer import FolderTokenizer, load_tokenizer

# Letters, digits, marks, white space of every kind, and control characters that only Python takes for white space.
ALPHABET = "aE1 \n\t\r\x0b\x1c\x1f\x85\xa0\u2028\u3000\u200b'st.!,[<|>]é我²Ⅷ😀\u0301_"


@pytest.fixture(scope="module")
def smollm2() -> FolderTokenizer:
    return load_tokenizer(resolve_model().path)


@settings(max_examples=400, deadline=None)
@given(text=st.text(ALPHABET, max_size=40) | st.text(max_size=40))
def test_the_same_tokens_as_for_the_whole_text(smollm2: FolderTokenizer, text: str) -> None:
    assert smollm2.encode(text) == smollm2.encode_batch([text])[0]


def test_only_words_of_gpt2_are_remembered() -> None:
    asked: list[str] = []

    def ids(text: str) -> list[int]:
        asked.append(text)
        return [len(text)]

    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    gpt2 = {"model": {"type": "BPE"}, "pre_tokenizer": byte_level}
    digits = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]}
    for known in (gpt2, gpt2 | {"pre_tokenizer": digits}):
        encode = remembering(json.dumps(known), ids)
        asked.clear()
        assert encode("late again, late again") == [4, 7, 5, 6]
        assert encode(" again") == [6]
        assert asked == ["late", " again,", " late", " again"]
    for other in (
        gpt2 | {"pre_tokenizer": None},
        gpt2 | {"normalizer": {"type": "Prepend"}},
        gpt2 | {"model": {"type": "Unigram"}},
        gpt2 | {"pre_tokenizer": byte_level | {"add_prefix_space": True}},
        gpt2 | {"pre_tokenizer": byte_level | {"use_regex": False}},
    ):
        assert remembering(json.dumps(other), ids) is ids
