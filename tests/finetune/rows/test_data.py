"""Rows of both sides: which are held back, which are asked, and their digest."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fewsight.errors import ConfigError, InputError, TaskError
from fewsight.finetune.rows.data import load_data
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.rows.replay import Replay
from fewsight.finetune.setup import set_up
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer
from tests.finetune.support import CONFIG, train

pytestmark = pytest.mark.usefixtures("cache")


def test_the_digest_of_the_data_holds_tokens_and_loss(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    data = load_data(Lesson(toy, toy_file), CONFIG, tokenizer, 2048)
    (first, *others), valid = data.train, data.valid
    (one, *more) = first.sequences
    longer = replace(one, prompt=(*one.prompt, 1))
    unlearned = replace(one, answer=replace(one.answer, targets=one.answer.targets[:-1]))
    changed = [
        replace(data, train=(replace(first, sequences=(other, *more)), *others)) for other in (longer, unlearned)
    ]
    changed.append(replace(data, valid=valid[:-1]))
    assert len({data.digest, *(one.digest for one in changed)}) == 4
    assert data.digest == load_data(Lesson(toy, toy_file), CONFIG, tokenizer, 2048).digest


def test_a_validation_file_that_overlaps(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="36 texts are in both"):
        train(toy, toy_file, base, tmp_path / "a", valid=toy_file)


def test_reported_rows_are_drawn_from_a_file_that_is_sorted(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path
) -> None:
    table = pd.read_csv(toy_file).sort_values("intent")
    table.to_csv(tmp_path / "sorted.csv", index=False)
    config = replace(CONFIG, valid_share=0.0, report_rows=12)
    (subject,) = set_up((Lesson(toy, tmp_path / "sorted.csv"),), str(base.path), config).subjects
    rows = subject.reported(config)
    assert len(rows) == 12
    assert [row.line for row in rows] == sorted(row.line for row in rows)
    assert {row.values["intent"] for row in rows} == set(table["intent"]), "the first 12 rows have one label"
    assert rows == subject.reported(config) != subject.reported(replace(config, seed=1))


def test_what_chooses_by_held_back_rows_needs_some(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path
) -> None:
    blind = replace(CONFIG, valid_share=0.0, patience=2, search=3)
    with pytest.raises(ConfigError, match=r"valid_share is 0.*patience is 2 and search is 3"):
        train(toy, toy_file, base, tmp_path / "a", config=blind)
    assert list(tmp_path.iterdir()) == []


def test_older_rows_are_mixed_in_by_their_share(
    toy: Task, toy_file: Path, tokenizer: FolderTokenizer, tmp_path: Path
) -> None:
    older = tmp_path / "older.csv"
    lines = [f"old {'y' * number} words,{label}" for number in range(10) for label in ("late", "refund")]
    older.write_text("\n".join(["text,intent", *lines]) + "\n")
    alone = load_data(Lesson(toy, toy_file), CONFIG, tokenizer, 2048)
    mixed = load_data(Lesson(toy, toy_file, replay=Replay(older, 0.25)), CONFIG, tokenizer, 2048)
    assert mixed.held_back == alone.held_back
    assert mixed.facts.replayed == round(len(alone.trained_on) / 3)
    assert mixed.trained_on[: len(alone.trained_on)] == alone.trained_on
    assert len(mixed.trained_on) == len(alone.trained_on) + mixed.facts.replayed
    assert all("old" in row.text for row in mixed.trained_on[len(alone.trained_on) :])
    assert mixed.digest != alone.digest
    assert f"({mixed.facts.replayed} of them older)" in mixed.facts.trained_on
    few = load_data(Lesson(toy, toy_file, replay=Replay(older, 0.8)), CONFIG, tokenizer, 2048)
    assert few.facts.replayed == 20
    assert any("fewer than a share of 0.8 takes" in warning for warning in few.warnings)


def test_older_rows_tell_nothing_of_those_that_are_held_back(
    toy: Task, toy_file: Path, tokenizer: FolderTokenizer
) -> None:
    with pytest.raises(InputError, match="all are questions of the new ones"):
        load_data(Lesson(toy, toy_file, replay=Replay(toy_file)), CONFIG, tokenizer, 2048)
    with pytest.raises(ConfigError, match="must lie between 0 and 1"):
        Replay(toy_file, 1.0)
