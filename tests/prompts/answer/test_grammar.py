import re
from datetime import date
from enum import IntEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, create_model

from fewsight.errors import TaskError
from fewsight.prompts.answer.fields import EvidenceMarker, OpenField, open_fields
from fewsight.prompts.answer.grammar import literal, value_pattern


class Stars(IntEnum):
    ONE = 1


def field(annotation: Any, **bounds: Any) -> OpenField:
    return open_fields(create_model("Model", value=(annotation, Field(**bounds))))[0]


@given(st.text())
def test_a_literal_matches_itself_and_nothing_longer(text: str) -> None:
    assert re.fullmatch(literal(text), text)
    assert not re.fullmatch(literal(text), text + "x")


@pytest.mark.parametrize(
    ("annotation", "bounds", "good", "bad"),
    [
        (str, {"max_length": 3}, ['"a"', '"a\\"\\n"', '"中文字"'], ['""', '"abcd"', '"a\n"', '"\\u0041"', "a"]),
        (str, {"max_length": 3}, ['"[A"', '"4"', '"Éa"'], ['","', '"]["', '">a"', '"\\"a"', '" a"', '"-"']),
        (int, {"ge": -1, "le": 11}, ["-1", "0", "11"], ["12", "01", "1.0", "-2", ""]),
        (list[str], {"max_length": 2}, ["[]", '["a"]', '["a","b"]'], ['["a","b","c"]', '["a" ,"b"]', "[a]", '[""]']),
        (list[str], {"max_length": 2, "min_length": 1}, ['["a"]', '["a","b"]'], ["[]"]),
    ],
)
def test_patterns(annotation: Any, bounds: dict[str, Any], good: list[str], bad: list[str]) -> None:
    pattern = value_pattern(field(annotation, **bounds), 0)
    assert [text for text in good if not re.fullmatch(pattern, text)] == []
    assert [text for text in bad if re.fullmatch(pattern, text)] == []


def test_evidence_names_only_events_that_were_shown() -> None:
    evidence = field(Annotated[list[str], EvidenceMarker(most=2)], max_length=2)
    assert re.fullmatch(value_pattern(evidence, 0), "[]")
    assert not re.fullmatch(value_pattern(evidence, 0), '["E1"]')
    eleven = value_pattern(evidence, 11)
    assert all(re.fullmatch(eleven, text) for text in ("[]", '["E1"]', '["E11","E2"]'))
    assert not any(re.fullmatch(eleven, text) for text in ('["E12"]', '["E1","E2","E3"]', '["e1"]', '["E0"]'))
    assert not re.fullmatch(value_pattern(evidence, 1), '["E1","E1"]')


@pytest.mark.parametrize(
    ("annotation", "bounds", "reason"),
    [
        (str, {}, "no upper length"),
        (list[str], {}, "no upper length"),
        (float, {"ge": 0, "le": 1}, "a number must be an int"),
        (int, {}, "a number must be an int"),
        (int, {"ge": 0, "le": 10**9}, "at most 1000 values"),
        (date, {}, "can't be decoded; use Literal"),
        (str | None, {"max_length": 3}, "can't be decoded"),
        (Literal["a", 1], {}, "can't be decoded"),
        (Stars, {}, "can't be decoded"),
        (Annotated[list[str], EvidenceMarker(most=2)], {"min_length": 1}, "a history may have no events"),
    ],
)
def test_what_can_not_be_decoded_names_the_field(annotation: Any, bounds: dict[str, Any], reason: str) -> None:
    with pytest.raises(TaskError, match=f"'value'.*{reason}"):
        value_pattern(field(annotation, **bounds), 3)
