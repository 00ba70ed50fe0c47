from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fewsight.adapter_manifest import read_manifest
from fewsight.errors import ModelError
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task
from fewsight.serving.answerers.built_in import heads_folder
from fewsight.serving.answerers.features import FACTS, FEATURES
from fewsight.serving.answerers.heads import SMOOTHING, EncoderHeads, Reader, columns, probabilities
from fewsight.serving.answerers.heads_file import MANIFEST, WEIGHTS, TaskHeads, read_heads, read_tensors, write_heads
from fewsight.serving.answerers.stored import tensor_name
from fewsight.serving.models.names import EMBEDDINGS
from fewsight.serving.run.options import built_in_folder
from tests.serving.answerers.support import SIZE, VIEWS, FakeEncoder, customers, small_head, write_small_heads


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert read_heads(tmp_path) is None
    written = write_small_heads(tmp_path, "intent")
    assert read_heads(tmp_path) == written


def test_weights_keep_their_places_however_they_lie_in_memory(tmp_path: Path) -> None:
    manifest = write_small_heads(tmp_path, "intent")
    tensors = dict(read_tensors(tmp_path, manifest))
    scattered = {name: np.asfortranarray(tensor) for name, tensor in tensors.items()}
    assert write_heads(tmp_path, manifest, scattered) == manifest
    again = read_tensors(tmp_path, manifest)
    assert all((again[name] == tensor).all() for name, tensor in tensors.items())


def test_all_tasks_share_one_encoding(tmp_path: Path) -> None:
    encode = FakeEncoder()
    heads = EncoderHeads(tmp_path, write_small_heads(tmp_path, "intent", "sentiment", "persona"), encode)
    for task in ("intent", "sentiment", "persona"):
        heads.answer(task, customers())
    assert encode.calls == [len({text for texts in _texts() for text in texts})]


def test_a_head_is_a_softmax_with_a_little_spread_evenly() -> None:
    weights, features = np.array([[1.0, 0.0, 0.5], [0.0, 2.0, 0.0]], dtype=np.float32), np.array([[3.0, 1.0]])
    raw = np.exp([3.5, 2.0])
    expected = (1 - SMOOTHING) * raw / raw.sum() + SMOOTHING / 2
    assert probabilities(weights, features)[0] == pytest.approx(expected)
    with pytest.raises(ModelError, match="read 2 numbers, and the encoder gave 3"):
        probabilities(weights, np.zeros((1, 3)))


def test_columns_are_those_of_the_wanted_views_and_the_facts() -> None:
    whole = Reader(FakeEncoder()).features(customers(), ("newest", "texts", "whole"))
    part = Reader(FakeEncoder()).features(customers(), VIEWS)
    assert whole.shape == (5, 3 * SIZE + FACTS)
    assert np.array_equal(columns(whole, ("newest", "texts", "whole"), VIEWS), part)


def test_digests_change_with_everything_that_answers_depend_on(tmp_path: Path) -> None:
    plain = write_small_heads(tmp_path / "a", "intent")
    head = plain.tasks["intent"].fields["intent"]
    other_labels = {"intent": TaskHeads(version="v1", fields={"intent": small_head(head.labels[::-1])})}
    other_encoder = plain.encoder.model_copy(update={"digest": "f" * 64})
    changes: list[dict[str, Any]] = [{}, {"encoder": other_encoder}, {"tasks": other_labels}, {"weights_digest": "w"}]
    digests = [
        EncoderHeads(tmp_path / "a", plain.model_copy(update=one), FakeEncoder()).digest("intent", "en")
        for one in changes
    ]
    assert len(set(digests)) == len(changes)
    assert EncoderHeads(tmp_path / "a", plain, FakeEncoder()).digest("intent", "zh") is None


def test_other_tasks_versions_and_labels_are_refused(tmp_path: Path) -> None:
    manifest = write_small_heads(tmp_path, "intent")
    task = load_task("intent")
    manifest.require(task)
    newer = manifest.tasks["intent"].model_copy(update={"version": "v2"})
    with pytest.raises(ModelError, match="learned its version 'v2', and this is 'v1'"):
        manifest.model_copy(update={"tasks": {"intent": newer}}).require(task)
    mine = classification_task("intent", ["a", "b"])
    with pytest.raises(ModelError, match="learned other labels of intent"):
        manifest.require(mine)
    with pytest.raises(ModelError, match="no heads of task 'persona'"):
        manifest.require(load_task("persona"))


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    write_small_heads(tmp_path, "intent")
    weights = (tmp_path / WEIGHTS).read_bytes()
    (tmp_path / WEIGHTS).write_bytes(weights[:-1] + b"x")
    with pytest.raises(ModelError, match="was changed"):
        read_heads(tmp_path)
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="can't be read"):
        read_heads(tmp_path)
    (tmp_path / MANIFEST).write_text('{"heads_version": 2}')
    (tmp_path / WEIGHTS).write_bytes(weights)
    with pytest.raises(ModelError, match="no manifest of heads"):
        read_heads(tmp_path)


def test_heads_that_read_histories_in_another_way_are_refused(tmp_path: Path) -> None:
    write_small_heads(tmp_path, "intent", features=FEATURES + 1)
    with pytest.raises(ModelError, match="read histories in another way"):
        read_heads(tmp_path)


def test_weights_that_are_missing_are_refused(tmp_path: Path) -> None:
    manifest = write_small_heads(tmp_path, "intent")
    more = manifest.model_copy(update={"tasks": {**manifest.tasks, "persona": manifest.tasks["intent"]}})
    with pytest.raises(ModelError, match="no weights of 'intent' of task 'persona'"):
        EncoderHeads(tmp_path, more, FakeEncoder())


def test_the_heads_that_come_along_fit_their_adapter_encoder_and_tasks() -> None:
    manifest, adapter = read_heads(heads_folder()), read_manifest(built_in_folder())
    assert manifest is not None
    assert adapter is not None
    assert manifest.adapter == adapter.weights_digest, "another adapter came: fit the heads beside it again"
    assert manifest.encoder.digest == EMBEDDINGS[manifest.encoder.name].digest
    for name, heads in manifest.tasks.items():
        manifest.require(load_task(name))
        assert all(head.weight > 0 and head.right[2] >= head.right[0] for head in heads.fields.values())
    assert set(read_tensors(heads_folder(), manifest)) == {
        tensor_name(name, path) for name, heads in manifest.tasks.items() for path in heads.fields
    }
    assert (heads_folder() / WEIGHTS).stat().st_size <= 2e6


def _texts() -> list[list[str]]:
    from fewsight.serving.answerers.features import VIEWS as READ

    return [[READ[view](history) for view in VIEWS] for history in customers()]
