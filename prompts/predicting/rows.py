"""Labelled rows as files of JSON lines, which `fewsight finetune` and `fewsight eval` read."""

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from fewsight.events import CustomerHistory, history_record
from fewsight.files import replacing
from fewsight.outcomes.bins import Bins
from fewsight.outcomes.labelled import LabelledMoment, Plan, Tally, labelled_moments
from fewsight.outcomes.sides import SIDES, Side, drawn
from fewsight.prompts.predicting.folder import FIELD

VALUE = "value"
"""The column of the number that an outcome came to."""


def file_of(side: Side) -> str:
    """The name of a side's file."""
    return f"{side}.jsonl"


def write_rows(
    histories: Iterable[CustomerHistory], plan: Plan, out: Path, bins: Bins | None, shares: dict[Side, float]
) -> Counter[Side]:
    """Write train.jsonl, calibration.jsonl and test.jsonl, a line for each labelled moment; memory holds one customer.

    Args:
        histories: the same customers as in the first look.
        plan: how they are labelled.
        out: the folder, which is there.
        bins: where the outcome is a number; training rows are counted into them.
        shares: of a side's rows that are kept, drawn by customer and moment.

    Raises:
        OSError: a file can't be written.
    """
    written: Counter[Side] = Counter()
    with ExitStack() as stack:
        files: dict[Side, IO[str]] = {}
        for side in SIDES:
            path = stack.enter_context(replacing(out / file_of(side)))
            files[side] = stack.enter_context(path.open("w", encoding="utf-8"))
        for row in labelled_moments(histories, plan, Tally()):
            if drawn(f"{row.history.customer_id} {row.moment.isoformat()}") < shares[row.side]:
                if bins and row.side == "train":
                    bins.add(row.value)
                files[row.side].write(json.dumps(_record(row, plan, bins), ensure_ascii=False) + "\n")
                written[row.side] += 1
    return written


def _record(row: LabelledMoment, plan: Plan, bins: Bins | None) -> dict[str, Any]:
    label = plan.outcome.answer(row.value) if bins is None else bins.label(row.value)
    return {"profile": {}, **history_record(row.history), FIELD: label, VALUE: plan.outcome.units(row.value)}
