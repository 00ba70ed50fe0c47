from typing import get_args

import pytest
from pydantic import BaseModel

from fewsight.errors import TaskError
from fewsight.prompts.tasks.churn_reason.model import Output as ChurnReason
from fewsight.prompts.tasks.intent.model import Output as Intent
from fewsight.prompts.tasks.persona.model import Output as Persona
from fewsight.prompts.tasks.sentiment.model import Output as Sentiment
from fewsight.shop import SampleLanguage, answer, generate

MODELS: dict[str, type[BaseModel]] = {
    "intent": Intent,
    "sentiment": Sentiment,
    "churn_reason": ChurnReason,
    "persona": Persona,
}


@pytest.mark.parametrize("language", get_args(SampleLanguage))
@pytest.mark.parametrize("task", MODELS)
def test_every_truth_is_a_valid_answer(task: str, language: SampleLanguage) -> None:
    for customer in generate(300, seed=6, language=language):
        for words in ("en", "zh"):
            told = answer(customer, task, "zh" if words == "zh" else "en")
            if told is None:
                assert task == "intent"
                continue
            checked = MODELS[task].model_validate(told)
            assert checked.model_dump(exclude={"category"}) == told
            assert set(told["evidence"]) <= {event.id for event in customer.history.events}


def test_a_portrait_names_what_is_known() -> None:
    customer = next(c for c in generate(500, seed=6) if c.truth.persona["household"].value == "couple")
    told = answer(customer, "persona")
    assert told is not None
    assert "lives as a couple" in told["summary"].lower()
    nobody = next(generate(1, seed=1, events=(0, 0)))
    assert answer(nobody, "persona") == {**dict(answer(nobody, "persona") or {}), "evidence": []}


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(TaskError, match=r"'sentimnt'.*Did you mean 'sentiment'"):
        answer(next(generate(1, seed=1)), "sentimnt")
