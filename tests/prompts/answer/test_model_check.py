import json
import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fewsight.errors import TaskError
from fewsight.prompts.answer.fields import Evidence
from fewsight.prompts.answer.form import AnswerForm, Write
from fewsight.prompts.answer.model_check import check_model, model_problems
from fewsight.prompts.loading.finding import load_task
from fewsight.tokenizer import Tokenizer


class Grade(IntEnum):
    BAD = 1
    GOOD = 2


class Aspect(BaseModel):
    name: Literal["price", "delivery"]
    late: bool | None


class Wide(BaseModel):
    """Something of every kind that can be answered."""

    model_config = ConfigDict(extra="forbid", strict=True)

    grade: Grade
    stars: Literal[1, 2] | None
    aspect: Aspect
    topics: list[Literal["price", "late delivery", "No. 5"]] = Field(min_length=1, max_length=2)
    evidence: Evidence
    score: float = Field(ge=0, le=1)
    count: int = Field(gt=0, lt=9, multiple_of=2)
    tags: list[Annotated[str, Field(min_length=2, max_length=4)]] = Field(min_length=1, max_length=2)
    why: Annotated[str, Field(min_length=2)] | None = Field(max_length=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_kind_is_written_as_a_valid_answer(tokenizer: Tokenizer, data: st.DataObject) -> None:
    form = AnswerForm(Wide, tokenizer)
    chosen = [data.draw(st.sampled_from(field.labels)) for field in form.closed]
    listed = [label for field, label in zip(form.closed, chosen, strict=True) if field.one_of]
    rest = form.write(chosen, 2)
    assert isinstance(rest, Write)
    text = rest.text + data.draw(st.from_regex(rest.grammar, fullmatch=True))
    if not 1 <= listed.count("true") <= 2:  # what is scored holds the bounds of the list
        return
    answer = form.parse(text).model_dump(mode="json")
    assert [field.label_in(answer) for field in form.closed] == chosen


def problems(fields: Mapping[str, Any], **more: Any) -> str:
    made: type[BaseModel] = type(
        "Made", (BaseModel,), {"__annotations__": dict(fields), "__module__": __name__, **more}
    )
    return "\n".join(model_problems(made))


@pytest.mark.parametrize(
    ("fields", "more", "message"),
    [
        ({"kind": Literal["a", "b"]}, {"kind": Field(alias="Kind")}, "read as 'Kind', an alias"),
        ({"kind": Literal["a", "b"]}, {"kind": Field(exclude=True)}, "take away its exclude"),
        ({"n": Literal[1, 2, 9]}, {"n": Field(le=5)}, "'n' can be answered with 9, which the model refuses"),
        ({"kind": Literal["1", 1]}, {}, "two values that are both written '1'"),
        ({"kind": Literal["null", None]}, {}, "two values that are both written 'null'"),
        ({"topics": list[Literal["v1.2", "v1_2"]]}, {}, "'topics' has two values that are both written 'v1_2'"),
        ({"topics": list[Literal["a", "b"]]}, {"topics": Field(min_length=3)}, "leave no list of its 2 labels"),
        ({"kind": Aspect | None}, {}, "can't be decoded"),
        ({"kind": list[Aspect]}, {"kind": Field(max_length=2)}, "can't be decoded"),
    ],
)
def test_what_no_answer_could_pass_is_told(fields: dict[str, Any], more: dict[str, Any], message: str) -> None:
    assert message in problems(fields, **more)


def test_all_is_told_at_once() -> None:
    class Wrong(BaseModel):
        code: str = Field(pattern="^A", max_length=3)
        day: complex = 0j
        note: str

    with pytest.raises(TaskError, match=r"(?s)has 3 problems.*'code'.*pattern.*'day'.*complex.*'note'.*no upper"):
        check_model(Wrong)


def test_validators_stay_checks() -> None:
    class Checked(BaseModel):
        late: bool
        lost: bool
        why: str = Field(max_length=9)

        @field_validator("why")
        @classmethod
        def is_short(cls, value: str) -> str:
            assert len(value) < 3
            return value

        @model_validator(mode="after")
        def is_one(self) -> "Checked":
            if self.late:
                raise ValueError("never late")
            return self

    class Broken(BaseModel):
        late: bool

        @field_validator("late")
        @classmethod
        def fails(cls, value: bool) -> bool:
            raise KeyError(str(value))

    assert model_problems(Checked) == []
    assert "A validator raises KeyError" in model_problems(Broken)[0]


@pytest.mark.parametrize("name", ["intent", "sentiment", "churn_reason", "persona"])
def test_built_in_tasks_can_be_answered(name: str) -> None:
    assert model_problems(load_task(name).output) == []


def test_a_server_gets_a_schema_of_yes_and_no(tokenizer: Tokenizer) -> None:
    schema = AnswerForm(Wide, tokenizer).schema(1)
    topics = schema["properties"]["topics"]
    assert topics["required"] == ["price", "late delivery", "No_ 5"]
    assert json.dumps(topics).count("boolean") == 3
    assert re.fullmatch(r"E1", schema["properties"]["evidence"]["items"]["enum"][0])
