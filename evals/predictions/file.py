"""Predictions as JSON lines: a first line with the labels, then a line for each row. They hold ids, and no texts."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from fewsight.errors import InputError
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.files import write_text


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Write them; probabilities keep six digits, and those that are 0 then are left out.

    Raises:
        OSError: the file can't be written.
    """
    lines: list[dict[str, Any]] = [{"labels": predictions.labels}]
    for row in predictions.rows:
        line: dict[str, Any] = {"id": row.id, "customer": row.customer, "gold": row.gold, "predicted": row.predicted}
        if row.probabilities:
            line["probabilities"] = {
                label: short for label, share in row.probabilities.items() if (short := round(share, 6))
            }
        if row.number is not None:
            line["number"] = row.number
        lines.append(line)
    write_text(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote, also where it was gzipped since (`.gz`).

    Raises:
        InputError: a line is no such row, or the rows can't be scored.
        OSError: the file can't be read.
    """
    labels: tuple[str, ...] | None = None
    rows: list[Prediction] = []
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                line = json.loads(text)
                if labels is None:
                    labels = tuple(line["labels"])
                else:
                    given = Prediction(**line)
                    rows.append(given if given.probabilities is not None else replace(given, probabilities={}))
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(f"Line {number} of {path.name!r} is no line of predictions: {error}.") from error
    if labels is None:
        raise InputError(f"{path.name!r} is empty: its first line must hold the labels.")
    return Predictions(labels, tuple(rows))
