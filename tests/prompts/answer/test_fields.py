from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import BaseModel, Field, create_model
from typing_extensions import TypeAliasType

from fewsight.errors import TaskError
from fewsight.prompts.answer.fields import Evidence, Taxonomy, closed_fields, open_fields


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Part(BaseModel):
    good: bool
    size: Size


class Whole(BaseModel):
    kind: Annotated[Literal["a/x", "a/y", "b"], Taxonomy()]
    part: Part
    evidence: Evidence
    why: str = Field(max_length=20)


def test_fields_in_the_order_of_the_answer() -> None:
    closed = closed_fields(Whole)
    assert [(f.path, f.labels, f.values) for f in closed] == [
        ("kind", ("a/x", "a/y", "b"), ("a/x", "a/y", "b")),
        ("part.good", ("true", "false"), (True, False)),
        ("part.size", ("s", "l"), ("s", "l")),
    ]
    assert [f.taxonomy for f in closed] == [Taxonomy(), None, None]
    assert [(f.path, f.evidence) for f in open_fields(Whole)] == [("evidence", 3), ("why", None)]


def test_a_closed_field_after_open_ones_is_named() -> None:
    class Wrong(BaseModel):
        why: str = Field(max_length=5)
        more: str = Field(max_length=5)
        kind: Literal["a", "b"]

    with pytest.raises(TaskError, match=r"Wrong\.kind is closed but stands after an open field"):
        open_fields(Wrong)


def test_nested_open_fields_are_named() -> None:
    class Inner(BaseModel):
        why: str = Field(max_length=5)

    class Wrong(BaseModel):
        inner: Inner

    with pytest.raises(TaskError, match=r"\['inner\.why'\] are nested; move them to the top level"):
        open_fields(Wrong)


class Stars(IntEnum):
    ONE = 1
    TWO = 2


class Mood(StrEnum):
    GOOD = "Good mood"


@pytest.mark.parametrize(
    ("annotation", "values"),
    [
        (Stars, (1, 2)),
        (Mood, ("Good mood",)),
        (Literal["low", 5], ("low", 5)),
        (Literal[Stars.ONE, "none"], (1, "none")),
        (Literal["a", None], ("a", None)),
        (Optional[Literal["a", "b"]], ("a", "b", None)),  # noqa: UP045 - the older way to write it
        (Annotated[bool, "urgent"] | None, (True, False, None)),
        (Literal["a"] | Literal["b", "c"] | Mood, ("a", "b", "c", "Good mood")),
        (TypeAliasType("Words", Annotated[Literal["a", "b"], Field(description="why")]), ("a", "b")),
    ],
)
def test_labels_may_be_texts_whole_numbers_truths_and_nothing(annotation: Any, values: tuple[Any, ...]) -> None:
    (field,) = closed_fields(create_model("Model", value=(annotation, ...)))
    assert field.values == values
    assert [field.value_of(label) for label in field.labels] == list(values)
    assert [field.label_of(value) for value in values] == list(field.labels)
    assert field.label_in({"value": values[-1]}) == field.labels[-1]
