"""The map of value and risk: where segments lie by what their customers are worth and how likely they are gone."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from fewsight.agents.segments.cards.model import Place
from fewsight.agents.segments.table import ROW, Facts, quoted

_SPENT: Final = "spend_*_minor"
_VALUES: Final = ("expected_spend_*_minor", _SPENT)
"""The first fact of these is the value: what is expected, else what was spent."""

ALIVE: Final = "alive_probability"
SILENT: Final = "order_recency_days"
SILENT_DAYS: Final = 180


def places(facts: Facts, min_size: int, about: Mapping[str, Any]) -> dict[int, Place]:
    """By number of the segment, means of value and risk, of segments in which both are known of `min_size` customers.

    There are none where spend is in several currencies. Risk is the mean of 1 - alive_probability, else the share of
    customers without an order in the last 180 days, of those who ever ordered. `facts` needs a table `assigned`
    (ROW, segment) beside it.
    """
    currencies = [name for name in facts.numbers if fnmatchcase(name, _SPENT) and "_90d_" not in name]
    value = next((name for pattern in _VALUES for name in facts.numbers if fnmatchcase(name, pattern)), None)
    risk = next((name for name in (ALIVE, SILENT) if name in facts.numbers), None)
    if value is None or risk is None or len(currencies) > 1:
        return {}
    expression = f"1 - {ALIVE}" if risk == ALIVE else f"({SILENT} >= {SILENT_DAYS})::DOUBLE"
    query = f"""SELECT segment, avg(facts.{quoted(value)}), avg({expression}),
            count(facts.{quoted(value)}), count({risk})
        FROM facts JOIN assigned USING ({ROW}) WHERE segment >= 0 GROUP BY segment"""  # noqa: S608 - quoted
    unit = str(about.get(value, {}).get("unit", ""))
    return {
        segment: Place(value=float(f"{worth:.2g}"), value_fact=value, unit=unit, risk=round(gone, 2), risk_fact=risk)
        for segment, worth, gone, valued, known in facts.connection.execute(query).fetchall()
        if min(valued, known) >= min_size
    }
