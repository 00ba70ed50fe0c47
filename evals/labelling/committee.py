"""The answerers at hand as a committee: what each says of rows, and how much they disagree."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from fewsight.errors import InputError
from fewsight.evals.fitting.linear import encoder_tensors, names_tensors
from fewsight.evals.fitting.rows import LearnedRows
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.answerers.base import Answerer
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.heads import Reader, probabilities
from fewsight.statistics.arrays import Floats

Opinions = Mapping[str, Mapping[str, Floats]]
"""By member and path of a closed field, probabilities of shape [rows, labels]."""


@dataclass(frozen=True, slots=True)
class HeadMember:
    """Linear heads by path, and what they read of (masked) histories."""

    reader: Reader
    views: tuple[str, ...]
    heads: Mapping[str, Floats]

    def shares(self, histories: Sequence[CustomerHistory]) -> dict[str, Floats]:
        """By path, probabilities of shape [histories, labels]."""
        features = self.reader.features(histories, self.views)
        return {path: probabilities(head, features) for path, head in self.heads.items()}


def head_members(task: Task, learned: LearnedRows | None, encode: Encode) -> dict[str, HeadMember]:
    """Label names, where they tell labels apart, and a head on the labelled rows, where every field has some."""
    members: dict[str, HeadMember] = {}
    with suppress(InputError):
        members["names"] = HeadMember(Reader(encode), ("texts",), names_tensors(task, encode))
    if learned is not None:
        with suppress(InputError):
            members["encoder"] = HeadMember(Reader(encode), learned.views, encoder_tensors(task, learned, encode))
    return members


def opinions(
    task: Task, histories: Sequence[CustomerHistory], members: Mapping[str, HeadMember], others: Mapping[str, Answerer]
) -> dict[str, dict[str, Floats]]:
    """What all members and other answerers say of (masked) histories."""
    told = {name: member.shares(histories) for name, member in members.items()}
    return told | {name: _told(task, answerer, histories) for name, answerer in others.items()}


def together(told: Opinions) -> dict[str, Floats]:
    """By path, the mean of all members' probabilities."""
    paths = dict.fromkeys(path for fields in told.values() for path in fields)
    return {path: np.mean([fields[path] for fields in told.values() if path in fields], axis=0) for path in paths}


def disagreement(told: Opinions, rows: int) -> Floats:
    """How much the members disagree on each row, 0 to 1, mean of all fields; of one member alone, how unsure it is.

    The Jensen-Shannon divergence of all members over the entropy that even shares have: query by committee (Seung,
    Opper and Sompolinsky, COLT 1992) with the divergence to the mean (McCallum and Nigam, Employing EM and Pool-Based
    Active Learning for Text Classification, ICML 1998). 1 everywhere where nobody says anything.
    """
    paths = list(dict.fromkeys(path for fields in told.values() for path in fields))
    if not paths:
        return np.ones(rows)
    scores = []
    for path in paths:
        shares = np.stack([fields[path] for fields in told.values() if path in fields])
        whole = _entropy(shares.mean(axis=0))
        apart = whole - _entropy(shares).mean(axis=0) if len(shares) > 1 else whole
        scores.append(apart / np.log(shares.shape[-1]))
    return np.asarray(np.clip(np.mean(scores, axis=0), 0.0, 1.0))


def likeliest(task: Task, told: Opinions) -> list[dict[str, str]]:
    """For each row, the label of each field that the members find likeliest together."""
    mean = together(told)
    best = {
        field.path: [field.labels[place] for place in mean[field.path].argmax(axis=1)]
        for field in closed_fields(task.output)
        if field.path in mean
    }
    return [dict(zip(best, labels, strict=True)) for labels in zip(*best.values(), strict=True)]


def unit_vectors(read: LearnedRows) -> Floats:
    """What the encoder read of rows, each row of length 1."""
    vectors = read.features[:, : read.features.shape[1] - FACTS]
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _told(task: Task, answerer: Answerer, histories: Sequence[CustomerHistory]) -> dict[str, Floats]:
    rows = answerer.answer(task.name, histories)
    return {
        field.path: np.array([[row[field.path][label] for label in field.labels] for row in rows])
        for field in closed_fields(task.output)
        if rows and field.path in rows[0]
    }


def _entropy(shares: Floats) -> Floats:
    return np.asarray(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=-1))
