"""Small heads made by chance, a fake encoder, and customers to answer about."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from fewsight.events import CustomerHistory, Event
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.answerers.features import FACTS, FEATURES
from fewsight.serving.answerers.heads_file import (
    Encoder,
    Head,
    HeadsManifest,
    TaskHeads,
    tensor_name,
    write_heads,
)

SIZE = 8
"""Of the fake encoder's vectors."""

VIEWS = ("newest", "whole")


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
        encoder=Encoder(name="minilm", digest="e" * 64),
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
