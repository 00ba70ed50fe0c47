import re

import pytest

from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.folder import BUILT_IN
from fewsight.prompts.task import LANGUAGES, STYLES, Language

TASKS = ("intent", "sentiment", "churn_reason", "persona")
FILES = {"__init__.py", "model.py", "task.toml"}
FILES |= {f"shots.{language}.jsonl" for language in LANGUAGES}
FILES |= {f"{style}.{language}.v1.jinja" for style in STYLES for language in LANGUAGES}


@pytest.mark.parametrize("name", TASKS)
class TestEveryFolder:
    def test_has_the_same_files(self, name: str) -> None:
        assert {path.name for path in (BUILT_IN / name).iterdir() if path.is_file()} == FILES

    def test_templates_exist_in_all_languages_and_styles(self, name: str) -> None:
        assert set(load_task(name).templates) == {(language, style) for language in LANGUAGES for style in STYLES}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_label_is_described(self, name: str, language: Language) -> None:
        task = load_task(name)
        for field in closed_fields(task.output):
            described = task.descriptions[language][field.path]
            assert set(described) == set(field.labels), field.path
            assert all(text.strip() and "\n" not in text for text in described.values())

    def test_descriptions_are_in_their_language(self, name: str) -> None:
        for language, fields in load_task(name).descriptions.items():
            for labels in fields.values():
                for text in labels.values():
                    assert bool(re.search(r"[\u4e00-\u9fff]", text)) == (language == "zh"), text
