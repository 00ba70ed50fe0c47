"""Facts of customers who are of three plain kinds."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest


def facts_of(rows: int = 300, seed: int = 0, first: int = 0) -> pd.DataFrame:
    """Customers who buy seldom, often, or a lot; `city` and `tea_share` tell nothing, `nothing` and `same` can't."""
    chance = np.random.default_rng(seed)
    kind = np.arange(rows) % 3
    orders = np.array([5, 60, 60])[kind] * chance.uniform(0.8, 1.25, rows)
    spend = np.array([2_000, 20_000, 900_000])[kind] * chance.uniform(0.8, 1.25, rows)
    idle = np.where(kind == 0, np.nan, chance.uniform(10, 20, rows))
    return pd.DataFrame(
        {
            "customer_id": [f"C{first + number:05}" for number in range(rows)],
            "orders_count": orders,
            "spend_eur_minor": spend.round(),
            "idle_days": idle,
            "city": np.array(["Kiel", "O'Fallon", "Bonn"])[kind],
            "same": 1,
            "nothing": np.nan,
        }
    )


def written(frame: pd.DataFrame, path: Path) -> Path:
    """The facts as a Parquet file."""
    frame.to_parquet(path)
    return path


def members(folder: Path) -> dict[str, str]:
    """The segment of each customer."""
    frame: Any = pd.read_parquet(folder / "segments.parquet")
    return dict(zip(frame["customer"], frame["segment"], strict=True))


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """300 customers of three kinds."""
    return written(facts_of(), tmp_path / "facts.parquet")
