from string import Formatter
from typing import get_args

from fewsight.events import EVENT_KINDS
from fewsight.language import guess_language
from fewsight.prompts.task import Language
from fewsight.prompts.words import FACTS, KINDS, SYSTEM


def test_every_language_has_every_word() -> None:
    for language in get_args(Language):
        assert SYSTEM[language]
        assert set(KINDS[language]) == set(EVENT_KINDS)
        for key, text in FACTS[language].items():
            names = {name for _, name, _, _ in Formatter().parse(text) if name}
            assert names == {name for _, name, _, _ in Formatter().parse(FACTS["en"][key]) if name}


def test_language_is_guessed_by_letters() -> None:
    assert guess_language("") == "en"
    assert guess_language("12345 !!! 😀") == "en"
    assert guess_language("order 我的快递没到") == "zh"
    assert guess_language("The label says 中 and nothing else at all") == "en"
    assert guess_language("où est mon colis?") == "en"
