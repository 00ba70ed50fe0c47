import pandas as pd
import pytest
from pydantic import BaseModel, ValidationError

from fewsight.errors import TaskError
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.labelling import classification_task, default_field
from fewsight.prompts.task import NoneOfThese

ODD = ["Refund_not_showing_up", 'say "hi"', "a/b", "two words", "reverted?", "退款", "\\n"]


def test_labels_are_kept_as_they_are() -> None:
    task = classification_task("banking_intent", ODD)
    (field,) = closed_fields(task.output)
    assert (field.path, field.labels) == ("intent", tuple(ODD))
    for label in ODD:
        assert task.output.model_validate({"intent": label}).model_dump() == {"intent": label}
    with pytest.raises(ValidationError):
        task.output.model_validate({"intent": "refund_not_showing_up"})


def test_pairs_and_tables_become_shots() -> None:
    pairs = [("where is it", "a"), ("在哪里", "b")]
    frame = pd.DataFrame(pairs, columns=["text", "topic"])
    by_pairs = classification_task("my_topic", ["a", "b"], examples=pairs).shots
    assert classification_task("my_topic", ["a", "b"], examples=frame).shots == by_pairs
    assert (
        classification_task("my_topic", ["a", "b"], examples=frame.rename(columns={"topic": "label"})).shots == by_pairs
    )
    assert [shot.language for shot in by_pairs] == ["en", "zh"]
    assert by_pairs[1].answer == {"topic": "b"}


def test_descriptions_and_none_of_these() -> None:
    task = classification_task("x", {"a": "is a", "b": "is b"}, field="topic", none_of_these=NoneOfThese("none", 0.4))
    assert closed_fields(task.output)[0].labels == ("a", "b", "none")
    assert task.none_of_these == NoneOfThese("none", 0.4)
    assert task.descriptions["en"]["topic"] == {"none": "none of the other labels fits", "a": "is a", "b": "is b"}
    assert classification_task("x", ["a", "none"], none_of_these="none").none_of_these == NoneOfThese("none")


@pytest.mark.parametrize(
    ("name", "field"),
    [("intent", "intent"), ("my-class", "label"), ("a_copy", "label"), ("b_2", "label"), ("c_", "label")],
)
def test_the_field_is_the_last_word_where_that_can_be_one(name: str, field: str) -> None:
    assert default_field(name) == field
    assert issubclass(classification_task(name, ["a", "b"]).output, BaseModel)


def test_all_that_is_wrong_with_labels_is_said_at_once() -> None:
    with pytest.raises(TaskError) as caught:
        classification_task("x", ["a", "a", " ", "\ud800"], field="not a field")
    for part in (
        "'not a field' can't name a field",
        "label 2: 'a' is there twice",
        "label 3",
        "label 4",
        "at least two",
    ):
        assert part in str(caught.value)


def test_all_that_is_wrong_with_examples_is_said_at_once() -> None:
    with pytest.raises(TaskError) as caught:
        classification_task("x", ["alpha", "beta"], examples=[("t", "alpa"), ("", "beta"), ("t", "beta")])
    assert "example 1: label 'alpa' is not among the task's labels. Did you mean 'alpha'?" in str(caught.value)
    assert "example 2: 'text' is ''" in str(caught.value)
    with pytest.raises(TaskError, match=r"columns: \['text', 'label'\] missing"):
        classification_task("x", ["a", "b"], examples=pd.DataFrame({"t": ["x"]}))
