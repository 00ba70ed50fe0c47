"""The run before: whose segments they were, and how ids go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fewsight.agents.segments.cards import Cards
from fewsight.agents.segments.clusters import OUTLIER
from fewsight.agents.segments.placing import OUTLIERS, centres_in
from fewsight.agents.segments.registry import GONE, NEW, Registry, match
from fewsight.agents.segments.saving import MEMBERS, Segmentation, read_model
from fewsight.agents.segments.table import CUSTOMER, ROW, Facts
from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Before:
    """The last run: its cards and model; its members stand in the table `before` (customer, segment) of the facts."""

    cards: Cards
    made: Segmentation

    def counts(self, facts: Facts, ids: Sequence[str]) -> Codes:
        """Customers by segment before and now; rows end with outliers and new ones, columns with outliers and gone."""
        import pyarrow as pa

        names = pa.table({"segment": np.arange(-1, len(ids)), "name": [OUTLIERS, *ids]})
        facts.connection.register("names", names)
        query = f"""WITH now AS (
                SELECT facts.customer_id, names.name FROM facts JOIN assigned USING ({ROW})
                JOIN names ON names.segment = assigned.segment
            ) SELECT coalesce(before.segment, $1), coalesce(now.name, $2), count(*)
            FROM before FULL JOIN now ON before.customer = now.customer_id GROUP BY ALL"""  # noqa: S608 - ours
        rows, columns = [*self.made.ids, OUTLIERS, NEW], [*ids, OUTLIERS, GONE]
        counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
        for old, new, count in facts.connection.execute(query, [NEW, GONE]).fetchall():
            counts[rows.index(old), columns.index(new)] = count
        facts.connection.unregister("names")
        return counts

    def labels(self, facts: Facts, sample: "pd.DataFrame") -> Codes:
        """Where customers were, by number, below 0 for outliers; who was not there is placed by the model before."""
        import pyarrow as pa

        labels = self.made.model.place(self.made.recipe.coordinates(sample)).segments
        numbers = {name: number for number, name in enumerate(self.made.ids)}
        places = pa.table({"place": np.arange(len(sample)), "customer": sample[CUSTOMER].to_list()})
        facts.connection.register("sampled", places)
        query = "SELECT sampled.place, before.segment FROM sampled JOIN before USING (customer)"
        for place, segment in facts.connection.execute(query).fetchall():
            labels[place] = numbers.get(segment, OUTLIER)
        facts.connection.unregister("sampled")
        return labels


def open_before(facts: Facts, folder: Path, registry: Registry) -> Before | None:
    """The run before, or None where this is the first into the folder.

    Raises:
        InputError: the folder's files are damaged or not of one run.
    """
    import duckdb

    if not registry.runs:
        return None
    made, path = read_model(folder), folder / MEMBERS
    if made.run != registry.runs[-1].run:
        raise InputError(f"The model and the registry in {str(folder)!r} are not of one run; take a new folder.")
    try:
        query = "CREATE TABLE before AS SELECT CAST(customer AS VARCHAR) AS customer, segment FROM read_parquet($1)"
        facts.connection.execute(query, [str(path)]).fetchall()
    except duckdb.Error as error:
        raise InputError(f"Can't read {str(path)!r}, the members of the run before: {error}.") from error
    names = {name for (name,) in facts.connection.execute("SELECT DISTINCT segment FROM before").fetchall()}
    if strange := sorted(map(str, names - {*made.ids, OUTLIERS})):
        raise InputError(f"{str(path)!r} has a segment {strange[0]!r} that the model does not know; take a new folder.")
    return Before(registry.runs[-1], made)


def lasting_ids(facts: Facts, segments: Codes, count: int, next_id: int, before: Before | None) -> list[str]:
    """The id of each segment by number: that of the segment before that it goes on, or S and the next free number."""
    sizes = np.bincount(segments[segments >= 0], minlength=count)
    matched = _matched(facts, segments, count, before) if before else {}
    fresh = [int(number) for number in np.argsort(-sizes, kind="stable") if int(number) not in matched]
    new = {number: f"S{next_id + place}" for place, number in enumerate(fresh)}
    return [
        before.made.ids[matched[number]] if before and number in matched else new[number] for number in range(count)
    ]


def versioned(before: Cards, after: Cards) -> Cards:
    """Cards whose version is one more than before where they say something else, and the same where they don't."""
    old = {card.id: card for card in before.segments}
    cards = []
    for card in after.segments:
        earlier = old.get(card.id)
        if earlier is not None:
            same = card.model_copy(update={"version": earlier.version}) == earlier
            card = card.model_copy(update={"version": earlier.version + (not same)})
        cards.append(card)
    return after.model_copy(update={"segments": cards})


def _matched(facts: Facts, segments: Codes, count: int, before: Before) -> dict[int, int]:
    counts = before.counts(facts, [f"#{number}" for number in range(count)])
    inside = counts[:-1, :-1].sum()
    known = inside / max(min(counts[:-1].sum(), counts[:, :-1].sum()), 1)
    centres = centres_in(facts, before.made.recipe, segments, count)
    distances = before.made.model.distances(centres).T
    return match(counts[:-2, :-2], distances, float(known))
