"""Every customer of a table into a segment, a chunk at a time."""

from typing import TYPE_CHECKING

import numpy as np

from fewsight.agents.segments.clusters import OUTLIER, Model, Placed, Recipe
from fewsight.agents.segments.table import ROW, Facts
from fewsight.statistics.arrays import Codes, Floats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OUTLIERS = "outlier"
"""What stands in the place of a segment's id."""


def place_all(facts: Facts, recipe: Recipe, model: Model) -> Placed:
    """Where all customers belong, in the order of the table."""
    parts = [model.place(recipe.coordinates(chunk)) for chunk in facts.chunks()]
    return Placed(
        np.concatenate([part.segments for part in parts]),
        np.concatenate([part.memberships for part in parts]),
        np.concatenate([part.distances for part in parts]),
    )


def without_small(facts: Facts, recipe: Recipe, model: Model, min_size: int) -> tuple[Model, Placed]:
    """Give up segments below the least size, the smallest first; their members go to the next ones."""
    while True:
        placed = place_all(facts, recipe, model)
        sizes = np.bincount(placed.segments[placed.segments != OUTLIER], minlength=len(model.weights))
        if len(sizes) == 1 or sizes.min() >= min_size:
            return model, placed
        model = model.without(np.array([sizes.argmin()]))


def keep_assigned(facts: Facts, placed: Placed) -> None:
    """Put the table `assigned` (ROW, segment, membership, distance) beside the facts."""
    import pyarrow as pa

    table = pa.table(
        {
            ROW: np.arange(len(placed.segments)),
            "segment": placed.segments,
            "membership": np.where(placed.segments == OUTLIER, 0.0, placed.memberships),
            "distance": placed.distances,
        }
    )
    facts.connection.register("placed", table)
    facts.connection.execute("CREATE OR REPLACE TABLE assigned AS SELECT * FROM placed").fetchall()
    facts.connection.unregister("placed")


def write_assigned(facts: Facts, ids: "Sequence[str]", path: "Path") -> None:
    """Write customer, segment, membership and distance as Parquet, in the order of the facts; needs `keep_assigned`."""
    import pyarrow as pa

    names = pa.table({"segment": np.arange(-1, len(ids)), "name": [OUTLIERS, *ids]})
    facts.connection.register("names", names)
    target = str(path).replace("'", "''")
    query = f"""COPY (
        SELECT facts.customer_id AS customer, names.name AS segment, assigned.membership, assigned.distance
        FROM facts JOIN assigned USING ({ROW}) JOIN names ON names.segment = assigned.segment
        ORDER BY {ROW}) TO '{target}' (FORMAT parquet)"""  # noqa: S608 - quoted
    facts.connection.execute(query).fetchall()
    facts.connection.unregister("names")


def centres_in(facts: Facts, recipe: Recipe, segments: Codes, count: int) -> Floats:
    """Mean coordinates under a recipe, of another run perhaps, of each of `count` segments: (count, components)."""
    sums, first = np.zeros((count, len(recipe.components))), 0
    for chunk in facts.chunks():
        own = segments[first : first + len(chunk)]
        first += len(chunk)
        np.add.at(sums, own[own != OUTLIER], recipe.coordinates(chunk)[own != OUTLIER])
    sizes = np.bincount(segments[segments != OUTLIER], minlength=count)
    centres: Floats = sums / np.maximum(sizes, 1)[:, None]
    return centres
