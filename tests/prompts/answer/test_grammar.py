import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, StringConstraints, constr, create_model

from fewsight.errors import TaskError
from fewsight.prompts.answer.fields import EvidenceMarker, OpenField, open_fields
from fewsight.prompts.answer.grammar import value_pattern
from fewsight.prompts.answer.literals import literal


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
        (list[Annotated[str, Field(max_length=2)]], {"max_length": 2}, ['["ab"]'], ['["abc"]']),
        (list[Annotated[int, Field(ge=1, le=3)]], {"max_length": 2}, ["[]", "[1,3]"], ["[4]", '["1"]']),
        (constr(min_length=2, max_length=3), {}, ['"ab"', '"abc"'], ['"a"', '"abcd"']),
        (str | None, {"max_length": 3}, ['"a"', "null"], ['"abcd"', '"null"', "nul"]),
        (int, {"gt": 0, "lt": 4}, ["1", "3"], ["0", "4"]),
        (int, {"ge": -10, "le": 10, "multiple_of": 5}, ["-10", "-5", "0", "5", "10"], ["-4", "1", "15"]),
        (int, {"ge": -4000, "le": 70000}, ["-4000", "-1", "0", "69999", "70000"], ["-4001", "70001", "007", "-0"]),
        (float, {"ge": 0, "le": 1}, ["0.0", "0.07", "0.5", "1.0"], ["0", "0.50", "1.01", "-0.01", "0.555"]),
        (float, {"gt": -1, "lt": 1, "multiple_of": 0.5}, ["-0.5", "0.0", "0.5"], ["-1.0", "1.0", "0.2", "-0.0"]),
        (float, {"ge": 0, "le": 999.99}, ["0.01", "999.99", "120.5"], ["1000.0", "00.1"]),
        (date, {}, ['"2026-02-28"', '"2024-02-29"', '"1999-12-31"'], ['"2026-02-29"', '"2026-13-01"', "2026-01-01"]),
        (date, {"ge": date(2026, 1, 2), "lt": date(2026, 1, 4)}, ['"2026-01-03"'], ['"2026-01-01"', '"2026-01-04"']),
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
        (float, {"ge": 0}, "a number needs both bounds"),
        (int, {}, "a number needs both bounds"),
        (int, {"ge": 0, "le": 10**9}, "more than 100,000 values"),
        (float, {"ge": 0, "le": 9999}, "more than 100,000 values"),
        (float, {"ge": 0, "le": 1, "multiple_of": 0.00001}, "below 0.0001"),
        (int, {"gt": 3, "lt": 4}, "leave no value"),
        (int, {"ge": 6, "le": 9, "multiple_of": 5}, "leave no value"),
        (datetime, {}, "can't be decoded; use Literal"),
        (Decimal, {"ge": 0, "le": 1}, "can't be decoded; use Literal"),
        (dict[str, str], {}, "can't be decoded; use Literal"),
        (set[Literal["a", "b"]], {}, "can't be decoded; use Literal"),
        (str | int, {"max_length": 3}, "can't be decoded; use Literal"),
        (str, {"max_length": 3, "pattern": "^a+$"}, r"pattern '\^a\+\$', which is not held"),
        (Annotated[str, StringConstraints(pattern="^a")], {"max_length": 3}, "pattern"),
        (list[Annotated[str, Field(pattern="^a")]], {"max_length": 3}, "pattern"),
        (str, {"max_length": 3, "min_length": 4}, "leaves nothing to write"),
        (str, {"max_length": 0}, "leaves nothing to write"),
        (list[str], {"max_length": 1, "min_length": 2}, "leaves nothing to write"),
        (list[str | None], {"max_length": 3}, "list of lists or of None"),
        (list[Literal["a", "b"]] | None, {}, "a list of labels can't be or hold None"),
        (Annotated[list[str], EvidenceMarker(most=2)] | None, {}, "evidence can't be None"),
        (Annotated[list[str], EvidenceMarker(most=2)], {"min_length": 1}, "a history may have no events"),
    ],
)
def test_what_can_not_be_decoded_names_the_field(annotation: Any, bounds: dict[str, Any], reason: str) -> None:
    with pytest.raises(TaskError, match=f"'value'.*{reason}"):
        value_pattern(field(annotation, **bounds), 3)
