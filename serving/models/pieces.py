"""Where a text can be cut without changing its tokens, so that its pieces can be remembered.

Histories repeat a few thousand words. Looking a piece up takes a twentieth of the time of tokenising it.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any, Final

REMEMBERED_PIECES: Final = 16_384

# White space as Unicode has it, and the regular expressions of tokenizers; Python's \s has four characters more.
_SPACE, _OTHER = r"[^\S\x1c-\x1f]", r"[\S\x1c-\x1f]"
_cut = re.compile(f"{_SPACE}*{_OTHER}+|{_SPACE}+").findall


def remembering(content: str, ids: Callable[[str], list[int]]) -> Callable[[str], list[int]]:
    """`ids` with a memory for pieces, where the tokenizer.json `content` says that pieces can be tokenised apart.

    GPT-2's pattern looks at a text from left to right, and none of its words goes on from anything else to white
    space: a text that is cut there gives the same words, and byte pairs are merged within words only.
    """
    if not _has_words_of_gpt2(json.loads(content)):
        return ids
    remembered = lru_cache(maxsize=REMEMBERED_PIECES)(ids)
    return lambda text: list(chain.from_iterable(map(remembered, _cut(text))))


def _has_words_of_gpt2(settings: dict[str, Any]) -> bool:
    splitter = settings.get("pre_tokenizer") or {}
    steps = splitter.get("pretokenizers", []) if splitter.get("type") == "Sequence" else [splitter]
    if steps and steps[0].get("type") == "Digits":
        steps = steps[1:]
    words = len(steps) == 1 and steps[0].get("type") == "ByteLevel"
    plain = words and steps[0].get("use_regex", True) and not steps[0].get("add_prefix_space", True)
    model = settings.get("model") or {}
    return plain and not settings.get("normalizer") and model.get("type") == "BPE" and not model.get("dropout")
