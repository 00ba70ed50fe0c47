"""A table of facts: one row for each customer and moment, computed in blocks and streamed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fewsight.customer_facts.btyd import Purchases
from fewsight.customer_facts.dictionary import BUILT_IN, EVENTS, FACTS, INSIGHTS, MODEL, Fact
from fewsight.customer_facts.expressions import culprit
from fewsight.customer_facts.fitted import Fitted, filled
from fewsight.customer_facts.moments import Moments
from fewsight.customer_facts.views import INSIGHTS_VIEW, events_view, purchases_view

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ("customer_id", "as_of")
"""Columns that stand before the facts."""

_PURCHASES: Final = ("repeats", "span_days", "age_days", "valued", "mean_value")
_EXPECTED: Final = ("alive", "orders", "order_value", "order_value_low", "order_value_high", "spend")
"""What `Buying.expected` gives, in the order of the facts over the model."""


@dataclass(frozen=True)
class FactTable:
    """Facts that can be computed any number of times while `open_facts` is open.

    `facts` is the data dictionary, in the order of the columns that follow `customer_id` and `as_of`; `fitted` is what
    was taken over from the data; `has_insights` says whether a run's insights are among it.
    """

    facts: tuple[Fact, ...]
    fitted: Fitted
    has_insights: bool
    _moments: Moments

    def __len__(self) -> int:
        """Number of rows."""
        return self._moments.count

    def batches(self) -> Iterator[Any]:
        """The rows in the order of the input, as `pyarrow.Table`s of some thousand; an empty one where there are none.

        Raises:
            InputError: an expression of a user fails on a value; names file and fact.
        """
        for block in self._moments.blocks() or [dict.fromkeys(("first", "last", "begin", "end"), -1)]:
            yield self._computed(block)

    def to_pandas(self) -> "pd.DataFrame":
        """All rows; numbers that are unknown are NaN, and their columns floats."""
        import pyarrow as pa

        frame: pd.DataFrame = pa.concat_tables(self.batches()).to_pandas()
        return frame

    def check(self) -> None:
        """Stop where a user's expression names what is not there.

        Raises:
            InputError: names file and fact.
        """
        self._computed(dict.fromkeys(("first", "last", "begin", "end"), -1))

    def _over(self, view: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.over == view]

    @cached_property
    def _ctes(self) -> str:
        told = self.fitted
        parts = [
            events_view(told.tz, told.vocabulary.discounts),
            purchases_view(told.tz, told.vocabulary.currencies[0] if told.vocabulary.currencies else None),
            *([INSIGHTS_VIEW] if self.has_insights else []),
        ]
        return ",".join(parts)

    def _computed(self, block: dict[str, int]) -> Any:  # noqa: ANN401 - pyarrow
        import duckdb

        try:
            return self._block(self.facts, block)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            own = [fact for fact in self.facts if fact.source != BUILT_IN]
            error = culprit(own, lambda fact: self._alone(fact, block))
            if error is None:
                raise
            raise error from None

    def _alone(self, fact: Fact, block: dict[str, int]) -> None:
        """Compute one fact, with those before it where it is over them."""
        place = self.facts.index(fact)
        before = [each for each in self.facts[:place] if fact.over == FACTS and _is_sound(each, fact)]
        self._block((*before, fact), block)

    def _block(self, facts: Sequence[Fact], block: dict[str, int]) -> Any:  # noqa: ANN401 - pyarrow
        connection = self._moments.connection
        base = connection.sql(self._query(facts), params=block).to_arrow_table()
        base = self._with_models(base, [fact for fact in facts if fact.over == MODEL])
        later = [fact.column for fact in facts if fact.over == FACTS]
        connection.register("fact_base", base)
        try:
            columns = ", ".join(["*", *later])
            whole = connection.sql(f"SELECT {columns} FROM fact_base ORDER BY row").to_arrow_table()  # noqa: S608
        finally:
            connection.unregister("fact_base")
        return whole.select([*KEYS, *(fact.name for fact in facts)])

    def _query(self, facts: Sequence[Fact]) -> str:
        views, columns, joins = [self._ctes], ["row", "customer_id", "make_timestamptz(as_of) AS as_of"], []
        for view in (EVENTS, INSIGHTS):
            own = [fact for fact in facts if fact.over == view]
            if own:
                listed = ",\n".join(fact.column for fact in own)
                joined = f"(FROM rows SELECT row) LEFT JOIN {view} USING (row)"
                views.append(f"of_{view} AS (FROM {joined} SELECT row, {listed} GROUP BY row)")
                joins.append(f"LEFT JOIN of_{view} USING (row)")
                columns += [f'"{fact.name}"' for fact in own]
        columns += [f"{name}::DOUBLE AS _{name}" for name in _PURCHASES]
        joins.append("LEFT JOIN purchases USING (row)")
        return f"WITH {', '.join(views)} SELECT {', '.join(columns)} FROM rows {' '.join(joins)}"  # noqa: S608 - checked

    def _with_models(self, base: Any, facts: Sequence[Fact]) -> Any:  # noqa: ANN401 - pyarrow
        import pyarrow as pa

        if not facts:
            return base
        columns = [np.asarray(filled(base[f"_{name}"].to_numpy())) for name in _PURCHASES]
        expected = self.fitted.buying.expected(Purchases(*columns), self.fitted.days)
        for fact, name in zip(facts, _EXPECTED, strict=True):
            base = base.append_column(fact.name, pa.array(expected[name], pa.float64(), from_pandas=True))
        return base


def _is_sound(earlier: Fact, fact: Fact) -> bool:
    """Whether a fact is known to work while another is looked at; a user's own are looked at in their order."""
    return earlier.over != FACTS or earlier.source == BUILT_IN or earlier.name != fact.name
