import re
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError
from fewsight.evals.arms.kinds.classic import ClassicArm
from fewsight.evals.arms.kinds.prompt import PromptArm
from fewsight.evals.arms.reading import check_names, make_arm
from fewsight.evals.suite.config import make_suite, read_suite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text("text,label\nhello,a\n")
    (tmp_path / "mine").mkdir()
    return tmp_path


def suite(folder: Path, **given: Any) -> Any:
    task = {"task": "intent", "train": "train.csv", "test": "test.csv"} | given.pop("task", {})
    return make_suite({"tasks": [task], "arms": ["majority"], **given}, folder)


@pytest.mark.parametrize(
    ("word", "kind", "rest"),
    [
        ("majority", "classic", {"classic": "majority"}),
        ("tfidf-svm@50", "classic", {"classic": "tfidf-svm", "labels": 50, "word": "tfidf-svm"}),
        ("zero-shot", "prompt", {"shots": 0, "adapter": "none"}),
        ("mmr-8", "prompt", {"shots": 8, "selector": "mmr", "adapter": "none"}),
        ("random-2@10", "prompt", {"shots": 2, "selector": "random", "labels": 10}),
        ("built-in", "prompt", {"adapter": "built-in"}),
        ("adapter:a-b/c@2", "prompt", {"adapter": "/s/a-b/c", "labels": 2}),
        ("adapter:x+knn-3", "prompt", {"adapter": "/s/x", "selector": "knn", "shots": 3}),
        ("adapter:x+y", "prompt", {"adapter": "/s/x+y", "shots": 0}),
        ("finetune", "finetune", {"labels": None, "shots": 0}),
        ("finetune+knn-4@100", "finetune", {"labels": 100, "selector": "knn", "shots": 4}),
        ("predictions:old.jsonl", "given", {"predictions": Path("/s/old.jsonl")}),
    ],
)
def test_words_for_arms(word: str, kind: str, rest: dict[str, Any]) -> None:
    arm = make_arm(word, Path("/s"))
    assert (arm.name, arm.kind) == (word, kind)
    assert {key: getattr(arm, key) for key in rest} == rest
    assert arm.describe()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("knn4", "There is no arm 'knn4'. Did you mean 'knn-4'"),
        ("knn-0", "shows no example; use 'zero-shot'"),
        ("tfidf-svm@0", "@0 leaves no label"),
        ("", "There is no arm ''"),
        ({"arm": "knn-4", "modle": "x"}, "has an option 'modle'. Did you mean 'model'"),
        ({"arm": 3}, "must be a word such as 'knn-4', and is 3"),
        ({"name": "c", "first": "a"}, "a cascade needs first, second and below"),
        ({"name": "c", "first": "a", "second": "b", "below": 2}, "below = 2.0 is no confidence"),
        ({"arm": "knn-4", "below": 0.5}, "are for a cascade"),
        ({"arm": "knn-4", "config": "x.toml"}, "config is for the arm 'finetune'"),
        ({"arm": "knn-4", "style": "huge"}, "style"),
    ],
)
def test_what_is_no_arm_is_named(given: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        make_arm(given, Path())


def test_names_must_differ_and_cascades_name_arms() -> None:
    arms = [
        make_arm("knn-4", Path()),
        make_arm("knn-4", Path()),
        make_arm({"name": "c", "first": "knn-5", "second": "c", "below": 0.5}, Path()),
    ]
    with pytest.raises(ConfigError) as error:
        check_names(arms)
    for part in ("two arms are called 'knn-4'", "names the arm 'knn-5'. Did you mean 'knn-4'", "names the arm 'c'."):
        assert part in str(error.value)


def test_paths_are_taken_from_the_suite_s_folder(folder: Path) -> None:
    path = folder / "suite.toml"
    path.write_text(
        'arms = ["majority", "adapter:mine", {name = "few", arm = "tfidf-lr", train = "test.csv"}]\n'
        '[[tasks]]\ntask = "intent"\ntrain = "train.csv"\ntest = "test.csv"\n'
    )
    found = read_suite(path)
    assert found.tasks[0].test == folder / "test.csv"
    prompt, few = found.arms[1:]
    assert isinstance(prompt, PromptArm)
    assert isinstance(few, ClassicArm)
    assert prompt.adapter == str(folder / "mine")
    assert few.train == folder / "test.csv"


def test_seeds_repeat_only_arms_that_draw(folder: Path) -> None:
    found = suite(folder, arms=["majority", "knn-4", "random-4", "tfidf-lr@1"], seeds=[3, 4]).all_arms()
    assert [(arm.name, arm.seed) for arm in found] == [
        ("majority", 3),
        ("knn-4", 3),
        ("random-4", 3),
        ("random-4 (seed 4)", 4),
        ("tfidf-lr@1", 3),
        ("tfidf-lr@1 (seed 4)", 4),
    ]


def test_the_digest_is_of_content_not_of_places(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    for file in folder.glob("*.csv"):
        (other / file.name).write_bytes(file.read_bytes())
    assert suite(folder).digest == suite(other).digest
    assert suite(folder).digest != suite(folder, seeds=[1]).digest
    (other / "test.csv").write_text("text,label\nother,a\n")
    assert suite(folder).digest != suite(other).digest


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"modle": "x"}, "A suite has no option 'modle'. Did you mean 'model'"),
        ({"arms": []}, "arms must be a list"),
        ({"tasks": []}, "needs [[tasks]]"),
        ({"tasks": ["intent"]}, "tasks.0"),
        ({"task": {"test": "tset.csv", "train": None}}, "tset.csv"),
        ({"task": {"train": None}}, "has no train file for majority to learn from"),
        ({"robustness": ["paraphrase"]}, "names no file of `paraphrases`"),
        ({"task": {"paraphrases": "others.jsonl"}}, "others.jsonl"),
        ({"arms": ["adapter:yours"]}, "there is no adapter folder"),
        ({"seeds": [1, 1]}, "must be different numbers"),
        ({"limit": 0}, "limit"),
        ({"prices": {"per_label": -1}}, "prices.per_label"),
    ],
)
def test_what_is_wrong_in_a_suite_is_named(folder: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        suite(folder, **given)


def test_a_file_that_is_no_suite(tmp_path: Path) -> None:
    path = tmp_path / "suite.toml"
    path.write_text("tasks = [")
    with pytest.raises(ConfigError, match="can't be read"):
        read_suite(path)
