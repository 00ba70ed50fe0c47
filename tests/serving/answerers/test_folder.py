import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fewsight.errors import ModelError
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.answerers import parts as kinds
from fewsight.serving.answerers.encoders import Remembered, side_by_side
from fewsight.serving.answerers.folder import (
    MANIFEST,
    WEIGHTS,
    PartFacts,
    Weighting,
    read_answerer,
    read_tensors,
    write_answerer,
)
from fewsight.serving.answerers.opened import open_answerer
from fewsight.serving.answerers.votes import VoteSettings, votes
from tests.serving.answerers.support import (
    FakeEncoder,
    customers,
    linear_part,
    use_fake_encoders,
    voting_part,
    write_small_answerer,
)


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    use_fake_encoders(monkeypatch)
    return classification_task("toy", ["refund", "late", "other"])


@pytest.fixture
def folder(task: Task, tmp_path: Path) -> Path:
    write_small_answerer(tmp_path / "answerer", task, {"encoder": linear_part(task)})
    return tmp_path / "answerer"


def change(folder: Path, **changes: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_what_was_written_is_read(task: Task, tmp_path: Path) -> None:
    written = write_small_answerer(tmp_path, task, {"encoder": linear_part(task)})
    assert read_answerer(tmp_path) == written
    assert written.weights_digest


def test_numbers_keep_their_places_however_they_lie_in_memory(task: Task, tmp_path: Path) -> None:
    write_small_answerer(tmp_path, task, {"encoder": linear_part(task)})
    numbers = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    write_answerer(tmp_path, read_answerer(tmp_path), {"x": numbers})
    assert read_tensors(tmp_path)["x"].tolist() == numbers.tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answerer_version": 0}, "of version 0, and this fewsight reads 1. Save the answerer again"),
        ({"answerer_version": None}, "of version None"),
        ({"features": 0}, "reads histories in another way"),
        ({"weights_digest": "x"}, "was changed"),
        ({"blends": {}}, "no part counts in field 'toy'"),
        ({"blends": {"toy": {"weights": {"ghost": 1.0}}}}, "counts a part 'ghost', and there is none"),
        ({"blends": {"toy": {"weights": {"encoder": -1.0}}}}, "a weight below 0"),
        ({"surprise": 1}, "surprise"),
        ({"parts": {"a": {"kind": "model"}, "b": {"kind": "model"}}}, "a, b are language models"),
    ],
)
def test_manifests_that_are_not_ours_are_refused(folder: Path, changes: dict[str, Any], message: str) -> None:
    change(folder, **changes)
    with pytest.raises(ModelError, match=message):
        read_answerer(folder)


def test_damaged_and_missing_files_are_refused(folder: Path, tmp_path: Path, task: Task) -> None:
    with pytest.raises(ModelError, match=r"holds no answerer .*`fewsight eval --save` writes one"):
        read_answerer(tmp_path)
    shutil.copytree(folder, tmp_path / "learned" / "answerer")
    with pytest.raises(ModelError, match=r"Did you mean '.*learned/answerer'\?"):
        read_answerer(tmp_path / "learned")
    (folder / WEIGHTS).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="was changed"):
        open_answerer(folder, task)
    (folder / MANIFEST).write_text("{")
    with pytest.raises(ModelError, match="can't be read"):
        open_answerer(folder, task)


def test_weights_of_another_shape_are_refused(task: Task, tmp_path: Path) -> None:
    facts, _ = linear_part(task)
    write_small_answerer(tmp_path, task, {"encoder": (facts, {"encoder/toy": np.zeros((2, 5), np.float32)})})
    with pytest.raises(ModelError, match=r"shape \[2, 5\], and it has 3 labels"):
        open_answerer(tmp_path, task)
    write_small_answerer(tmp_path, task, {"encoder": (facts, {"encoder/other": np.zeros((3, 5), np.float32)})})
    with pytest.raises(ModelError, match="lack 'toy'"):
        open_answerer(tmp_path, task)
    write_small_answerer(tmp_path, task, {"encoder": (facts, {"encoder/toy": np.zeros((3, 5), np.float32)})})
    with pytest.raises(ModelError, match="read 4 numbers, and the encoder gave"):
        open_answerer(tmp_path, task).answer("toy", customers())


def test_another_task_version_or_labels_are_refused(folder: Path) -> None:
    for other, message in (
        (classification_task("mood", ["good", "bad"]), "answers task 'toy', and this is 'mood'"),
        (classification_task("toy", ["refund", "late"]), "learned other labels of toy"),
        (classification_task("toy", ["refund", "late", "other"], field="about"), "learned other labels of about, toy"),
    ):
        with pytest.raises(ModelError, match=message):
            open_answerer(folder, other)


def test_another_encoder_and_another_kind_are_refused(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, tensors = linear_part(task)
    other = facts.encoders[0].model_copy(update={"digest": "f" * 64})
    write_small_answerer(tmp_path, task, {"encoder": (facts.model_copy(update={"encoders": (other,)}), tensors)})
    with pytest.raises(ModelError, match="was fitted on encoder 'fake' ffffffffffff, and this is eeeeeeeeeeee"):
        open_answerer(tmp_path, task)
    write_small_answerer(tmp_path, task, {"encoder": (facts.model_copy(update={"kind": "encodr"}), tensors)})
    with pytest.raises(ModelError, match=r"no kind of answerer 'encodr'\. Did you mean 'encoder'"):
        open_answerer(tmp_path, task)


def test_an_encoder_that_is_not_here_is_said(task: Task, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(ModelError, match="The sentence encoder 'fake' is not here"):
        open_answerer(folder, task)


def test_a_kind_may_come_from_an_installed_package(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Coin:
        value = "coins:Coin"

        def load(self) -> Any:
            return lambda given: self

        name = "coin"

        def shares(self, histories: Any) -> dict[str, np.ndarray]:
            return {"toy": np.full((len(histories), 3), 1 / 3)}

    monkeypatch.setattr(kinds, "entry_points", lambda group: [Coin()] if group == "fewsight.answerers" else [])
    write_small_answerer(tmp_path, task, {"coin": (PartFacts(kind="coin"), {})})
    answers = open_answerer(tmp_path, task).answer("toy", customers(2))
    assert [round(p, 6) for p in answers[0]["toy"].values()] == [0.333333] * 3


def test_parts_are_pooled_by_weight_and_temperature(task: Task, tmp_path: Path) -> None:
    parts = {"names": linear_part(task, "names", 5), "encoder": linear_part(task)}
    each = []
    for name, part in parts.items():
        write_small_answerer(tmp_path / name, task, {name: part})
        each.append(open_answerer(tmp_path / name, task).answer("toy", customers())[0]["toy"])
    blend = Weighting(weights={"names": 0.5, "encoder": 2.0}, temperature=1.5)
    write_small_answerer(tmp_path / "both", task, parts, blends={"toy": blend})
    both = open_answerer(tmp_path / "both", task).answer("toy", customers())[0]["toy"]
    odds = {label: (each[0][label] ** 0.5 * each[1][label] ** 2.0) ** (1 / 1.5) for label in both}
    assert both == pytest.approx({label: odd / sum(odds.values()) for label, odd in odds.items()})


def test_the_digest_changes_with_all_that_answers_depend_on(task: Task, tmp_path: Path) -> None:
    parts = {"encoder": linear_part(task)}
    plain = write_small_answerer(tmp_path, task, parts)
    cold = write_small_answerer(tmp_path, task, parts, blends={"toy": Weighting(weights={"encoder": 2.0})})
    others = write_small_answerer(tmp_path, task, {"encoder": linear_part(task, seed=3)})
    assert len({plain.digest, cold.digest, others.digest}) == 3
    assert write_small_answerer(tmp_path, task, parts, name="called otherwise").digest == plain.digest


def test_votes_count_more_the_nearer_they_are() -> None:
    near, codes = np.array([[0.9, 0.8, 0.8, 0.1]]), np.array([0, 1, 1, 2])
    even = votes(near, codes, 3, VoteSettings(neighbours=3, scale=1e-9))[0]
    assert even.argmax() == 1
    assert votes(near, codes, 3, VoteSettings(neighbours=3, scale=50.0))[0].argmax() == 0
    assert votes(near, codes, 3, VoteSettings(neighbours=1, scale=1.0))[0].argmax() == 0
    assert votes(near, np.full(4, -1), 3, VoteSettings(neighbours=3, scale=1.0))[0] == pytest.approx([1 / 3] * 3)


def test_encoders_stand_side_by_side_as_one_unit_vector() -> None:
    first, second = FakeEncoder(), FakeEncoder()
    both = side_by_side([Remembered(first), second])
    vectors = both(["a", "b", "a"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert first.calls == [2]
    assert vectors[0] == pytest.approx(vectors[2])


def test_settings_and_rows_of_a_vote_are_checked(task: Task, tmp_path: Path) -> None:
    facts, tensors = voting_part(task)
    write_small_answerer(tmp_path, task, {"knn-vote": (facts.model_copy(update={"settings": {}}), tensors)})
    with pytest.raises(ModelError, match="neighbours: Field required"):
        open_answerer(tmp_path, task)
    short = {**tensors, "knn-vote/codes/toy": np.zeros(3, np.int32)}
    write_small_answerer(tmp_path, task, {"knn-vote": (facts, short)})
    with pytest.raises(ModelError, match="no codes of 'toy'"):
        open_answerer(tmp_path, task)
