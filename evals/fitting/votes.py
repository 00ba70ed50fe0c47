"""Votes of near rows: which rows are stored, and how many vote."""

from typing import Final

import numpy as np

from fewsight.errors import InputError
from fewsight.evals.fitting.rows import LearnedRows
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.votes import VECTORS, VoteSettings, code_name, votes
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.probabilities import log_loss

NEIGHBOURS: Final = (1, 3, 5, 10, 20, 40)
SCALES: Final = (5.0, 10.0, 20.0, 40.0)
MOST: Final = 1000
"""Rows that both are chosen on."""

USUAL: Final = VoteSettings(neighbours=10, scale=20.0)
"""Where there are too few customers to choose."""

LEAST_CUSTOMERS: Final = 10


def vote_tensors(task: Task, learned: LearnedRows) -> dict[str, np.ndarray]:
    """The rows' vectors and the codes of their labels, as `VotingPart` reads them.

    Raises:
        InputError: no row gives a field.
    """
    codes = {field.path: learned.codes(field) for field in closed_fields(task.output)}
    if missing := [path for path, own in codes.items() if (own < 0).all()]:
        raise InputError(f"No training row gives {missing[0]!r} of task {task.name!r}, so no row can vote on it.")
    vectors = np.ascontiguousarray(_vectors(learned), dtype=np.float32)
    return {VECTORS: vectors, **{code_name(path): own.astype(np.int32) for path, own in codes.items()}}


def vote_settings(task: Task, learned: LearnedRows) -> VoteSettings:
    """The numbers with the least log loss on training rows, when other customers vote alone; summed over all fields."""
    if len(np.unique(learned.customers)) < LEAST_CUSTOMERS:
        return USUAL
    vectors = _vectors(learned)
    asked = np.random.default_rng(0).permutation(len(vectors))[:MOST]
    near = vectors[asked] @ vectors.T
    near[learned.customers[asked][:, None] == learned.customers[None, :]] = -2.0  # below every cosine
    candidates = [VoteSettings(neighbours=k, scale=scale) for k in NEIGHBOURS for scale in SCALES]
    fields = closed_fields(task.output)
    losses = [sum(_loss(field, learned.codes(field), asked, near, one) for field in fields) for one in candidates]
    return candidates[int(np.argmin(losses))]


def _loss(field: ClosedField, codes: Codes, asked: Codes, near: Floats, settings: VoteSettings) -> float:
    given = codes[asked] >= 0
    if not given.any():
        return 0.0
    shares = votes(near[given], codes, len(field.labels), settings)
    return float(log_loss(shares, codes[asked][given]).value)


def _vectors(learned: LearnedRows) -> Floats:
    return learned.features[:, : learned.features.shape[1] - FACTS]
