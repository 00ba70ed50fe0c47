"""Small heads made by chance, a fake encoder, and customers to answer about."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.answerers import encoders
from fewsight.serving.answerers.facts.columns import learn_columns
from fewsight.serving.answerers.facts.models import Scaling
from fewsight.serving.answerers.facts.part import KIND, LINEAR
from fewsight.serving.answerers.features import FACTS, FEATURES
from fewsight.serving.answerers.folder import AnswererManifest, PartFacts, Weighting, answered_task, write_answerer
from fewsight.serving.answerers.heads_file import Head, HeadsManifest, TaskHeads, write_heads
from fewsight.serving.answerers.stored import EncoderFacts, tensor_name

SIZE = 8
"""Of the fake encoder's vectors."""

VIEWS = ("newest", "whole")

SmallPart = tuple[PartFacts, dict[str, np.ndarray]]


class FakeEncoder:
    """Unit vectors that a text alone decides; counts the texts of each call."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.calls.append(len(texts))
        vectors = np.stack([_vector(text) for text in texts])
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def customers(count: int = 5) -> list[CustomerHistory]:
    """Customers with an order and a message; the last one has no event at all."""
    made = []
    for number in range(count - 1):
        order = Event("a", datetime(2026, 1, 1 + number, tzinfo=UTC), "order", "web", product="lamp", amount=100)
        message = Event("b", datetime(2026, 3, 1, 9, number, tzinfo=UTC), "message", text=f"Where is parcel {number}?")
        made.append(CustomerHistory(f"c{number}", (order, message)))
    return [*made, CustomerHistory("silent")]


def write_small_heads(folder: Path, *tasks: str, **changes: Any) -> HeadsManifest:
    """Heads of every closed field of the tasks, with weights drawn by chance."""
    chance = np.random.default_rng(0)
    heads, tensors = {}, {}
    for name in tasks:
        task = load_task(name)
        fields = {}
        for field in closed_fields(task.output):
            fields[field.path] = small_head(field.labels)
            shape = (len(field.labels), len(VIEWS) * SIZE + FACTS + 1)
            tensors[tensor_name(name, field.path)] = chance.normal(size=shape).astype(np.float32)
        heads[name] = TaskHeads(version=task.version, fields=fields)
    manifest = HeadsManifest(
        features=FEATURES,
        encoder=EncoderFacts(name="minilm", digest="e" * 64),
        adapter="a" * 64,
        languages=("en",),
        weights_digest="",
        rows_digest="r",
        fitted_on=("x",),
        chosen_on=("y",),
        tasks=heads,
    )
    return write_heads(folder, manifest.model_copy(update=changes), tensors)


def small_head(labels: Sequence[str], **changes: Any) -> Head:
    """A head that counts as much as the model."""
    given: dict[str, Any] = {"weight": 1.0, "temperature": 1.0, "regularisation": 1.0, "rows": 9} | changes
    return Head(labels=tuple(labels), views=VIEWS, right=(0.5, 0.5, 0.5), log_loss=(1, 1, 1), **given)


def _vector(text: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=SIZE)


def use_fake_encoders(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    """All encoders of answerers' folders are one fake one, whatever they are called."""
    encode = FakeEncoder()
    monkeypatch.setattr(encoders, "find_encoder", lambda name: (encoder_facts(name), encode))
    return encode


def encoder_facts(name: str = "fake") -> EncoderFacts:
    """Of the fake encoder."""
    return EncoderFacts(name=name, digest="e" * 64)


def linear_part(task: Task, name: str = "encoder", seed: int = 0) -> SmallPart:
    """A linear part of a kind, with weights drawn by chance."""
    chance = np.random.default_rng(seed)
    tensors = {
        tensor_name(name, field.path): chance.normal(size=(len(field.labels), SIZE + FACTS + 1)).astype(np.float32)
        for field in closed_fields(task.output)
    }
    return PartFacts(kind=name, encoders=(encoder_facts(),), views=("newest",)), tensors


def facts_part(task: Task) -> SmallPart:
    """Logistic regression over the facts of `customers`, with weights drawn by chance."""
    chance, name = np.random.default_rng(2), "facts-lr"
    columns, values = learn_columns(customers(8), 90)
    scaling = Scaling.of(values)
    tensors = {tensor_name(name, "mean"): scaling.mean, tensor_name(name, "scale"): scaling.scale}
    for field in closed_fields(task.output):
        shape = (len(field.labels), len(scaling.mean) + 1)
        tensors[tensor_name(name, f"{field.path}.weights")] = chance.normal(size=shape)
        tensors[tensor_name(name, f"{field.path}.classes")] = np.arange(len(field.labels), dtype=float)
    return PartFacts(
        kind=KIND, settings=json.loads(json.dumps({"columns": columns.as_dict(), "model": LINEAR}))
    ), tensors


def voting_part(task: Task, rows: int = 20) -> SmallPart:
    """Rows drawn by chance, of which the first gives no field."""
    chance = np.random.default_rng(1)
    vectors = chance.normal(size=(rows, SIZE)).astype(np.float32)
    tensors = {"knn-vote/vectors": vectors / np.linalg.norm(vectors, axis=1, keepdims=True)}
    for field in closed_fields(task.output):
        codes = chance.integers(0, len(field.labels), rows).astype(np.int32)
        codes[0] = -1
        tensors[f"knn-vote/codes/{field.path}"] = codes
    settings: dict[str, Any] = {"neighbours": 5, "scale": 10.0}
    return PartFacts(kind="knn-vote", encoders=(encoder_facts(),), views=("newest",), settings=settings), tensors


def write_small_answerer(folder: Path, task: Task, parts: dict[str, SmallPart], **changes: Any) -> AnswererManifest:
    """An answerer whose parts count alike in every field."""
    labels = answered_task(task).labels
    manifest = AnswererManifest(
        name="small",
        task=answered_task(task),
        parts={name: facts for name, (facts, _) in parts.items()},
        blends={path: Weighting(weights=dict.fromkeys(parts, 1.0)) for path in labels},
    )
    tensors = {name: tensor for _, own in parts.values() for name, tensor in own.items()}
    return write_answerer(folder, manifest.model_copy(update=changes), tensors)
