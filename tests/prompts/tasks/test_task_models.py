from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from fewsight.prompts.answer.fields import closed_fields, open_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.tasks.churn_reason.model import Output as ChurnReason
from fewsight.prompts.tasks.persona.model import Household

TASKS = ("intent", "sentiment", "churn_reason", "persona")
NOT_DECODABLE = {"multipleOf", "uniqueItems", "pattern", "format", "anyOf", "oneOf", "not", "number"}


def words(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            if key != "enum":
                yield from words(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from words(value)
    elif isinstance(schema, str):
        yield schema


def properties(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part["properties"].values()


@pytest.mark.parametrize("name", TASKS)
class TestEveryModel:
    def test_schema_holds_only_what_decoding_can_enforce(self, name: str) -> None:
        assert NOT_DECODABLE.isdisjoint(words(load_task(name).output.model_json_schema()))

    def test_every_string_and_list_is_bounded(self, name: str) -> None:
        for part in properties(load_task(name).output):
            if part.get("type") == "string" and "enum" not in part:
                assert part["maxLength"] <= 240
            if part.get("type") == "array":
                assert part["maxItems"] <= 5

    def test_every_field_is_described(self, name: str) -> None:
        assert all(part["description"] for part in properties(load_task(name).output))

    def test_closed_fields_come_first_and_evidence_is_marked(self, name: str) -> None:
        output = load_task(name).output
        assert closed_fields(output)
        assert [field.path for field in open_fields(output) if field.evidence] == ["evidence"]


@pytest.mark.parametrize("reason", ["price/too_expensive", "not_churning", "unknown"])
def test_churn_category_is_the_first_level(reason: str) -> None:
    answer = ChurnReason.model_validate({"reason": reason, "evidence": [], "summary": "x"})
    assert answer.model_dump()["category"] == reason.split("/")[0]


def test_churn_category_is_not_decoded() -> None:
    assert list(ChurnReason.model_json_schema()["properties"]) == ["reason", "evidence", "summary"]


@pytest.mark.parametrize("value", ["single", "unknown"])
@pytest.mark.parametrize("basis", ["fact", "inferred", "unknown"])
def test_persona_trait_is_unknown_in_both_or_in_neither(value: str, basis: str) -> None:
    trait = Household.model_validate({"value": value, "basis": basis})
    assert trait.value == value
    assert (trait.value == "unknown") == (trait.basis == "unknown")
    if value != "unknown" and basis != "unknown":
        assert trait.basis == basis
