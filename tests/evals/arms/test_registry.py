"""A kind of arm that is defined elsewhere takes part in an evaluation and its report; digests of before hold."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.base import ARMS, Arm, arm_kind
from fewsight.evals.arms.context import Context, Defaults
from fewsight.evals.arms.reading import make_arm
from fewsight.evals.model import Cost, Group
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.labelling import classification_task
from tests.evals.support import suite_of


@pytest.fixture
def own_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """An arm that looks for words in texts, for one test."""
    monkeypatch.setattr(ARMS, "_entries", dict(ARMS.entries))

    @arm_kind
    class WordsArm(Arm):
        kind = "words"
        called = "the arm 'words:WORD'"
        examples = ("words:WORD",)

        wanted: str
        label: str = "refund"

        @classmethod
        def read(cls, word: str, base: Path) -> dict[str, Any] | None:
            return {"wanted": word.removeprefix("words:")} if word.startswith("words:") else None

        @property
        def group(self) -> Group:
            return "baseline"

        def describe(self) -> str:
            return f"{self.label} where a text has the word {self.wanted}"

        def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:
            (field,) = closed_fields(context.task.output)
            other = next(label for label in field.labels if label != self.label)
            answers = {
                part: {
                    row.id: RowAnswer({field.path: self.label if self.wanted in row.text else other}) for row in rows
                }
                for part, rows in parts.items()
            }
            return Answers(answers, Cost(seconds=0.5))


def test_it_takes_part_and_is_described(
    own_kind: None, task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    arms = ["majority", "words:money", {"name": "late", "arm": "words:parcel", "label": "late"}]
    report = evaluate(suite_of(task, files, model_path, arms), tmp_path / "out")
    assert [arm.name for arm in report.tasks[0].arms] == ["majority", "words:money", "late"]
    figures = report.tasks[0].fields[0].figures
    assert figures["words:money"]["accuracy"].value > figures["majority"]["accuracy"].value
    for name in ("report.md", "report.html"):
        text = (tmp_path / "out" / name).read_text()
        assert "refund where a text has the word money" in text
        assert "late where a text has the word parcel" in text
    assert (tmp_path / "out" / "predictions" / "toy" / "toy" / "words-money.jsonl").is_file()


def test_its_options_and_its_words_are_known(own_kind: None) -> None:
    with pytest.raises(ConfigError, match=r"has an option 'labl'. Did you mean 'label'"):
        make_arm({"arm": "words:x", "labl": "late"}, Path())
    with pytest.raises(ConfigError, match=re.escape("wanted and label are for the arm 'words:WORD'")):
        make_arm({"arm": "knn-4", "wanted": "x"}, Path())
    with pytest.raises(ConfigError, match=re.escape("Did you mean 'words:WORD'")):
        make_arm("word:WORD", Path())


CONTEXT = Context(
    classification_task("t", ["x", "y"]), (), Path("/f"), Defaults("m", "auto", "auto", "tfidf", 9, None, None)
)
FOLDERS: list[tuple[str | dict[str, Any], str]] = [
    ("majority", "majority-f05d78d3"),
    ("tfidf-svm@50", "tfidf-svm@50-08b96cf8"),
    ("embeddings-lr", "embeddings-lr-eda7bfc8"),
    ("zero-shot", "zero-shot-5452c9a1"),
    ("mmr-8", "mmr-8-7189516d"),
    ("random-2@10", "random-2@10-978f3525"),
    ("built-in", "built-in-435da57c"),
    ("adapter:/s/x+knn-3", "adapter--s-x+knn-3-d1b3a85f"),
    ("finetune", "finetune-119e1ad5"),
    ("finetune+knn-4@100", "finetune+knn-4@100-0f3357f4"),
    ("predictions:/s/old.jsonl", "predictions--s-old.jsonl-7575ee7b"),
    ({"name": "c", "first": "a", "second": "b", "below": 0.5}, "c-6a2cd993"),
    ({"name": "few", "arm": "tfidf-lr", "train": "/s/t.csv"}, "few-94d40f25"),
    (
        {
            "name": "p",
            "arm": "knn-4",
            "model": "m",
            "engine": "vllm",
            "price_per_million": 2.0,
            "seed": 3,
            "style": "full",
        },
        "p-63a6c48c",
    ),
    ({"name": "ft", "arm": "finetune", "config": "/s/c.toml"}, "ft-4ee06dff"),
]


@pytest.mark.parametrize(("given", "folder"), FOLDERS)
def test_what_arms_of_before_computed_is_found_again(given: Any, folder: str) -> None:
    assert make_arm(given, Path("/s")).folder(CONTEXT).name == folder


def test_a_suite_of_before_has_the_digest_of_before(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,label\nhello,a\n")
    tasks: list[dict[str, Any]] = [{"task": "intent", "train": "t.csv", "test": "t.csv"}]
    cascade = {"name": "c", "first": "knn-4", "second": "zero-shot", "below": 0.5}
    arms = ["majority", "knn-4", "finetune", "zero-shot", cascade]
    suite = make_suite({"tasks": tasks, "arms": arms, "seeds": [1]}, tmp_path)
    assert suite.digest == "0a776ad05a97fe537b8adcf013a25465c80a313443bbc0af35798b40a5059245"


def test_what_a_trained_arm_is_served_by_lies_where_it_did() -> None:
    arm = make_arm("finetune", Path())
    assert arm.identity()["kind"] == "finetune"
    assert set(arm.identity()) == set(make_arm("majority", Path()).identity())
