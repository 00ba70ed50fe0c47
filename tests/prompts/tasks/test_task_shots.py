import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.folder import BUILT_IN
from fewsight.prompts.task import LANGUAGES, Language, Shot
from fewsight.prompts.view import view

TASKS = ("intent", "sentiment", "churn_reason", "persona")


def value(answer: Mapping[str, Any], path: str) -> Any:
    for name in path.split("."):
        answer = answer[name]
    return answer


def texts(shot: Shot) -> list[str]:
    return [event.text for event in shot.history.events if event.text]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TASKS)
class TestEveryPool:
    def test_has_twelve_shots_or_more(self, name: str, language: Language) -> None:
        assert len(load_task(name).shots_in(language)) >= 12

    def test_is_written_in_its_language(self, name: str, language: Language) -> None:
        for shot in load_task(name).shots_in(language):
            said = "".join(texts(shot)) + shot.answer.get("summary", "")
            assert bool(re.search(r"[\u4e00-\u9fff]", said)) == (language == "zh" and bool(said)), shot.id

    def test_shows_every_label(self, name: str, language: Language) -> None:
        task = load_task(name)
        for field in closed_fields(task.output):
            seen = {value(shot.answer, field.path) for shot in task.shots_in(language)}
            missing = set(field.labels) - seen
            if field.path.endswith("basis"):
                missing &= {"unknown", "inferred"}  # a style is hardly ever stated
            if field.path.startswith("aspects"):
                missing &= {"positive", "negative", "not_mentioned"}
            assert not missing, field.path

    def test_has_a_bare_message_a_long_history_and_an_empty_one(self, name: str, language: Language) -> None:
        seen = [view(shot.history, language) for shot in load_task(name).shots_in(language)]
        assert any(shown.message is not None for shown in seen)
        assert any(len(shown.events) >= 2 for shown in seen)
        assert any(not shown.events for shown in seen)

    def test_empty_history_has_no_evidence(self, name: str, language: Language) -> None:
        for shot in load_task(name).shots_in(language):
            if not shot.history.events:
                assert shot.answer["evidence"] == []

    def test_orders_in_customer_text_are_not_obeyed(self, name: str, language: Language) -> None:
        attack = re.compile(r"ignore your rules|the model reading|your AI|profile me as|忽略|请把|系统提示")
        shots = [s for s in load_task(name).shots_in(language) if any(attack.search(text) for text in texts(s))]
        assert shots
        for shot in shots:
            told = re.search(r"praise|positive|not_churning|life/moved_or_changed|low", " ".join(texts(shot)))
            assert told
            assert told.group() not in json.dumps({**shot.answer, "summary": ""}, ensure_ascii=False)


def test_answers_hold_exactly_the_fields_that_are_decoded() -> None:
    for name in TASKS:
        task = load_task(name)
        for shot in task.shots:
            assert list(shot.answer) == list(task.output.model_fields), shot.id


def test_a_written_answer_is_kept_as_it_was_written() -> None:
    for name in TASKS:
        written: dict[str, Any] = {}
        for language in LANGUAGES:
            lines = (BUILT_IN / name / f"shots.{language}.jsonl").read_text("utf-8").splitlines()
            written |= {row["id"]: row["answer"] for row in map(json.loads, lines)}
        assert {shot.id: dict(shot.answer) for shot in load_task(name).shots} == written


def test_evidence_is_named_once_and_in_order() -> None:
    for name in TASKS:
        for shot in load_task(name).shots:
            assert shot.answer["evidence"] == sorted(set(shot.answer["evidence"])), shot.id


def test_no_text_or_id_is_used_twice() -> None:
    shots = [shot for name in TASKS for shot in load_task(name).shots]
    ids = [shot.id for shot in shots]
    assert len(ids) == len(set(ids))
    said = [text for shot in shots for text in texts(shot) if len(text) > 25]
    assert len(said) == len(set(said))


def test_persona_summaries_hold_no_numbers() -> None:
    for shot in load_task("persona").shots:
        assert not re.search(r"\d", shot.answer["summary"]), shot.id
