"""What an evaluation leaves beside its report: predictions by arm, and all of them in one table."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fewsight.errors import InputError
from fewsight.evals.predictions import Predictions
from fewsight.evals.predictions.file import read_predictions, write_predictions
from fewsight.files import replacing

FOLDER = "predictions"
ByTask = Mapping[str, Mapping[str, Mapping[str, Predictions]]]
"""Predictions by task, field and arm."""


def write_all(predictions: ByTask, out: Path) -> None:
    """predictions/TASK/FIELD/ARM.jsonl, without texts, and results.parquet with a row for each answer."""
    for task, fields in predictions.items():
        for field, arms in fields.items():
            folder = out / FOLDER / task / field
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.jsonl"):
                old.unlink()
            for arm, of_arm in arms.items():
                write_predictions(of_arm, folder / f"{file_name(arm)}.jsonl")
    _write_table(predictions, out / "results.parquet")


def read_all(out: Path) -> dict[str, dict[str, dict[str, Predictions]]]:
    """Predictions by task, field and arm (as its file is called) of a finished evaluation.

    Raises:
        InputError: the folder holds none, or a file is damaged.
    """
    predictions: dict[str, dict[str, dict[str, Predictions]]] = {}
    for path in sorted((out / FOLDER).glob("*/*/*.jsonl")):
        task, field = path.parts[-3], path.parts[-2]
        predictions.setdefault(task, {}).setdefault(field, {})[path.stem] = read_predictions(path)
    if not predictions:
        raise InputError(f"{str(out)!r} holds no predictions; name a folder that `fewsight eval --out` wrote.")
    return predictions


def file_name(arm: str) -> str:
    """An arm's name as part of a file's name.

    >>> file_name("adapter:models/best+knn-4")
    'adapter-models-best+knn-4'
    """
    return "".join(c if c.isalnum() or c in "-_.+@() " else "-" for c in arm)[:100]


def _write_table(predictions: ByTask, path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame(list(_records(predictions)))
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False)


def _records(predictions: ByTask) -> Iterator[dict[str, Any]]:
    for task, fields in predictions.items():
        for field, arms in fields.items():
            for arm, of_arm in arms.items():
                for row in of_arm.rows:
                    yield {
                        "task": task,
                        "field": field,
                        "arm": arm,
                        "id": row.id,
                        "customer": row.customer,
                        "gold": row.gold,
                        "predicted": row.predicted,
                        "is_right": row.predicted == row.gold,
                        "confidence": row.confidence,
                    }
