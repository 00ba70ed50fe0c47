"""What choosing rows to label brings: rounds of labelling, simulated on Banking77's training rows.

Each seed splits the rows into candidates and held-back ones. A way of choosing takes `each` candidates in every round,
they get their labels, and the head of the arm `encoder` (label names as rows, C fixed) is measured on the held-back
rows. All ways share splits, so that differences are paired. Needs $DATA and the encoder.
"""

from collections.abc import Callable, Sequence

import numpy as np

from fewsight.evals.fitting.linear import SCALE, USUAL, name_vectors
from fewsight.evals.labelling.choosing import next_rows
from fewsight.evals.labelling.committee import disagreement
from fewsight.finetune.recipes.head_fitting import Rows, fit_head
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import find_encoder
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.heads import probabilities
from fewsight.statistics.arrays import Codes, Floats
from tests.bench.banking import task as banking_task
from tests.bench.banking import training_rows
from tests.bench.common import Figure

Choose = Callable[["Pool", Codes, Codes, int, int], list[int]]
"""Places within the rows that are left: of a pool, left rows, labelled rows, how many, and a seed."""


class Pool:
    """Features of rows and names, and the true labels; facts, which bare messages lack, are 0."""

    def __init__(self, vectors: Floats, gold: Codes, names: Floats) -> None:
        self.vectors, self.gold, self.names = vectors, gold, names

    def head(self, labelled: Codes) -> Floats:
        gold = np.concatenate([self.gold[labelled], np.arange(len(self.names))])
        rows = Rows(with_facts(np.concatenate([self.vectors[labelled], self.names])), gold, np.ones(len(gold)))
        return fit_head(rows, len(self.names), USUAL)

    def right(self, labelled: Codes, held: Codes) -> float:
        shares = probabilities(self.head(labelled), with_facts(self.vectors[held]))
        return float((shares.argmax(axis=1) == self.gold[held]).mean())


def with_facts(vectors: Floats) -> Floats:
    return np.concatenate([vectors, np.zeros((len(vectors), FACTS))], axis=1)


def at_random(pool: Pool, left: Codes, labelled: Codes, each: int, seed: int) -> list[int]:
    return [int(place) for place in np.random.default_rng([seed, len(labelled)]).permutation(len(left))[:each]]


def typical(pool: Pool, left: Codes, labelled: Codes, each: int, seed: int) -> list[int]:
    return next_rows(pool.vectors[left], np.ones(len(left)), pool.vectors[labelled], each, seed)


def as_the_command(pool: Pool, left: Codes, labelled: Codes, each: int, seed: int) -> list[int]:
    named = np.concatenate([SCALE * pool.names, np.zeros((len(pool.names), FACTS + 1))], axis=1)
    asked = with_facts(pool.vectors[left])
    told = {"names": {"intent": probabilities(named, asked)}}
    if len(labelled):
        told["encoder"] = {"intent": probabilities(pool.head(labelled), asked)}
    return next_rows(pool.vectors[left], disagreement(told, len(left)), pool.vectors[labelled], each, seed)


WAYS: dict[str, Choose] = {"random": at_random, "typical": typical, "typical and disagreed on": as_the_command}


def encoded(task: Task, rows: int, encoder: str) -> Pool:
    table = training_rows(rows)
    _, encode = find_encoder(encoder)
    (field,) = closed_fields(task.output)
    codes = {label: code for code, label in enumerate(field.labels)}
    gold = np.array([codes[label] for label in table["label"]], dtype=np.int64)
    return Pool(encode(list(table["text"])), gold, name_vectors(task, field, encode))


def measure(
    rows: int = 4000, held: int = 1500, seeds: int = 10, rounds: int = 5, each: int = 20, encoder: str = "minilm"
) -> list[Figure]:
    pool = encoded(banking_task(), rows, encoder)
    right: dict[str, list[list[float]]] = {name: [] for name in WAYS}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(pool.gold))
        for name, choose in WAYS.items():
            left, labelled, shares = order[held:], np.zeros(0, dtype=np.int64), []
            for _ in range(rounds):
                places = choose(pool, left, labelled, each, seed)
                labelled, left = np.concatenate([labelled, left[places]]), np.delete(left, places)
                shares.append(pool.right(labelled, order[:held]))
            right[name].append(shares)
    return [
        figure for name, shares in right.items() for figure in _figures(name, np.array(shares), right["random"], each)
    ]


def _figures(name: str, shares: Floats, base: Sequence[Sequence[float]], each: int) -> list[Figure]:
    """Per round: the mean share that is right, and what random choice of as many rows has less, in points."""
    gained = 100 * (shares - np.array(base))
    errors = gained.std(axis=0, ddof=1) / np.sqrt(len(gained))
    return [
        Figure(
            f"{name}, {each * (place + 1)} labelled rows: percent right (points above random choice, standard error)",
            f"{100 * shares[:, place].mean():.1f} ({gained[:, place].mean():+.1f}, {errors[place]:.1f})",
        )
        for place in range(shares.shape[1])
    ]
