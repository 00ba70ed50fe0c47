"""Banking77 as a labelling task and its test messages, read from the folder that $DATA names."""

import os
from pathlib import Path

import pandas as pd

from fewsight.errors import ConfigError
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task

SEED = 0


def messages(rows: int) -> pd.DataFrame:
    """That many test messages, drawn with a fixed seed: the file is sorted by label.

    Raises:
        ConfigError: $DATA is not set, or has no Banking77.
    """
    return labelled_messages(rows)[["customer_id", "text"]]


def labelled_messages(rows: int) -> pd.DataFrame:
    """The same messages with their labels.

    Raises:
        ConfigError: $DATA is not set, or has no Banking77.
    """
    table = pd.read_csv(_folder() / "test.csv")
    drawn = table.sample(n=min(rows, len(table)), random_state=SEED).rename(columns={"intent": "label"})
    return drawn.assign(customer_id=[f"row-{place}" for place in drawn.index])


def training_rows(rows: int) -> pd.DataFrame:
    """That many labelled training messages, drawn with a fixed seed.

    Raises:
        ConfigError: $DATA is not set, or has no Banking77.
    """
    table = pd.read_csv(_folder() / "train.csv")
    return table.sample(n=min(rows, len(table)), random_state=SEED).rename(columns={"intent": "label"})


def task() -> Task:
    """The task of giving a message one of the 77 labels."""
    labels = pd.read_csv(_folder() / "test.csv")["intent"].unique()
    return classification_task("banking_intent", sorted(labels))


def _folder() -> Path:
    data = os.environ.get("DATA")
    if not data:
        raise ConfigError("DATA is not set; name the folder that holds banking77/test.csv (columns text, intent).")
    folder = Path(data) / "banking77"
    if not (folder / "test.csv").is_file():
        raise ConfigError(f"There is no {str(folder / 'test.csv')!r}; put Banking77 there, with columns text, intent.")
    return folder
