"""A shop whose customers order in a rhythm of their own until half of them stop, and an answerer that knows some."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from fewsight.agents.watch.api import watch
from fewsight.agents.watch.model import Look
from fewsight.agents.watch.options import WatchOptions
from fewsight.agents.watch.state import State
from fewsight.evals.fitting.facts import fit_linear
from fewsight.outcomes import read_outcome
from fewsight.outcomes.labelled import Plan
from fewsight.outcomes.sides import Sides
from fewsight.outcomes.windows import Windows
from fewsight.prompts.labelled import GoldRow, read_gold, rows_digest
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.predicting.making import prepare
from fewsight.serving.answerers.facts.columns import learn_columns
from fewsight.serving.answerers.folder import (
    AnswererManifest,
    PartFacts,
    RowFacts,
    Weighting,
    answered_task,
    write_answerer,
)
from fewsight.serving.answerers.stored import tensor_name
from fewsight.tables import open_histories

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
LEARNED_UNTIL = datetime(2024, 12, 1, tzinfo=UTC)
END = datetime(2025, 4, 1, tzinfo=UTC)


def orders(customers: int = 110, seed: int = 0) -> pd.DataFrame:
    """Orders every 8 to 16 days over 16 months; customers with an odd number slow down and stop one day."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        day, pace = float(chance.uniform(0, 40)), float(chance.uniform(8, 16))
        stop = float(chance.uniform(150, 470)) if number % 2 else 1e9
        while day < 475:
            rows.append(
                {
                    "customer_id": f"C{number:03}",
                    "time": (BEGIN + timedelta(days=day)).isoformat(timespec="seconds"),
                    "kind": "order",
                    "amount": f"{chance.uniform(10, 90):.2f}",
                    "currency": "EUR",
                }
            )
            day += pace * float(chance.uniform(0.7, 1.3)) * (1 if day < stop else 4)
            if day > stop + 60:
                break
    return pd.DataFrame(rows).sort_values("time")


def until(frame: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """The table as it stood at a moment."""
    return frame[frame["time"] <= moment.isoformat(timespec="seconds")]


def _fit(folder: Path, task_folder: Path) -> None:
    """A saved logistic regression on facts, as `fewsight eval --save facts-lr` writes it."""
    task = load_task(task_folder)
    rows: list[GoldRow] = list(read_gold(task_folder.parent / "train.jsonl", task).rows)
    columns, values = learn_columns([row.history for row in rows], 60)
    labels = answered_task(task).labels["outcome"]
    codes = np.array([labels.index(row.values["outcome"]) for row in rows], dtype=np.int64)
    _, whose = np.unique([row.customer_id for row in rows], return_inverse=True)
    scaling, tensors = fit_linear(values, codes, whose.astype(np.int64))
    named = {tensor_name("facts-lr", f"outcome.{what}"): tensor for what, tensor in tensors.items()}
    named |= {tensor_name("facts-lr", "mean"): scaling.mean, tensor_name("facts-lr", "scale"): scaling.scale}
    settings = {"columns": json.loads(json.dumps(columns.as_dict())), "model": "linear"}
    manifest = AnswererManifest(
        name="facts-lr",
        task=answered_task(task),
        parts={"facts-lr": PartFacts(kind="facts", settings=settings)},
        blends={"outcome": Weighting(weights={"facts-lr": 1.0})},
        rows=RowFacts(learned=len(rows), learned_digest=rows_digest(rows)),
    )
    write_answerer(folder, manifest, named)


@dataclass(frozen=True)
class Shop:
    """A table of orders, a task of lapses within 60 days, and its answerer; `learned` is the task folder's parent."""

    frame: pd.DataFrame
    learned: Path

    @property
    def task(self) -> Path:
        """The task folder."""
        return self.learned / "lapse"

    @property
    def answerer(self) -> Path:
        """The answerer's folder."""
        return self.learned / "answerer"

    def look(self, state: State, moment: datetime | None = END, options: WatchOptions | None = None) -> Look | None:
        """One look at the table as it stood at a moment."""
        frame = self.frame if moment is None else until(self.frame, moment)
        with open_histories(frame) as table:
            return watch(self.task, table, self.answerer, state, options or WatchOptions(false_alarms=0.1, past=4))


def made(folder: Path) -> Shop:
    """The shop with task and answerer in a folder."""
    frame = orders()
    with open_histories(until(frame, LEARNED_UNTIL)) as table:
        assert table.newest is not None
        windows = Windows(read_outcome("no order within 60 days"), table.newest, active_days=60)
        prepare("lapse", table, Plan(windows, Sides(test=0.5, calibration=0.0)), folder)
    shop = Shop(frame, folder)
    _fit(shop.answerer, shop.task)
    return shop
