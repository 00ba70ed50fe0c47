from typing import Any, Literal

import pytest
from pydantic import BaseModel

from fewsight.errors import InputError
from fewsight.evals.fitting.label_words import label_texts, require_names
from fewsight.evals.fitting.linear import names_tensors
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from tests.evals.words import encode


def texts(task: Task) -> list[list[str]]:
    return label_texts(task, closed_fields(task.output)[0])


def test_labels_are_read_as_words_in_phrases_and_with_their_descriptions() -> None:
    task = classification_task("toy", {"card_arrival": "", "Refund-late": "The money has not come back."})
    first, second = texts(task)
    assert first[0] == "card arrival"
    assert all("card arrival" in text for text in first)
    assert second[0] == "refund late"
    assert second[-1] == "The money has not come back."


def test_one_of_several_fields_is_named_before_its_labels() -> None:
    price = next(field for field in closed_fields(load_task("sentiment").output) if field.path == "aspects.price")
    assert label_texts(load_task("sentiment"), price)[0][0].startswith("price: ")


@pytest.mark.parametrize("labels", [("Refund", "refund"), ("café", "cafe"), ("late?", "late"), ("a b", "a_b")])
def test_labels_that_read_alike_are_refused_by_name(labels: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="read alike"):
        names_tensors(classification_task("toy", [*labels, "other"]), encode)


def test_only_labels_that_read_like_each_other_are_named_together() -> None:
    with pytest.raises(InputError, match=r"Labels 'Late' and 'late' of .* aside\); 2 more labels have such a twin, so"):
        names_tensors(classification_task("toy", ["Late", "Refund", "late", "other", "refund"]), encode)


def test_descriptions_tell_labels_that_read_alike_apart() -> None:
    task = classification_task("toy", {"Refund": "The money has come.", "refund": "The money has not come."})
    require_names(task, closed_fields(task.output)[0])


def test_yes_and_no_are_no_names() -> None:
    class Output(BaseModel):
        late: bool

    given: dict[str, Any] = {"name": "t", "version": "v1", "title": "t", "output": Output, "templates": {}}
    with pytest.raises(InputError, match="names of labels say nothing in field 'late'"):
        names_tensors(Task(**given), encode)


def test_one_label_is_the_answer() -> None:
    class Output(BaseModel):
        kind: Literal["only"]

    given: dict[str, Any] = {"name": "t", "version": "v1", "title": "t", "output": Output, "templates": {}}
    assert names_tensors(Task(**given), encode)["kind"].shape[0] == 1
