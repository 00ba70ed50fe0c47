"""The views over which facts are computed, as SQL: a customer's events up to as-of, and insights of a run.

Times are microseconds in the store; here they are TIMESTAMPs in the time zone of the facts.
"""

from typing import Final

from fewsight.customer_facts.vocabulary import literal
from fewsight.events import PRODUCTS

EVENT_COLUMNS: Final = {
    "kind": "text: order, return, ticket, ...; NULL alone where a customer has no event",
    "time": "timestamp in the time zone of the facts; NULL where the table has no times",
    "day": "date of `time`",
    "days_ago": "whole days from the event to as-of",
    "channel": "text",
    "text": "what was written",
    "product": "text as the table has it",
    "products": "list of the products' names, without quantities",
    "categories": "list of texts",
    "amount": "whole minor units, negative for money that went back",
    "currency": "ISO 4217",
    "discounted": "flag of orders",
    "opened": "flag of campaigns",
    "attributes": "JSON of further columns: attributes->>'city'",
    "gap_days": "on the first order of a day: days since the day with an order before it",
    "gap_number": "number of gaps up to this event",
    "silence_days": "days from the newest day with an order to the day of as-of",
    "next_order_days": "whole days to the next order, which may be at the same time",
    "as_of": "timestamp",
}
"""What the expressions of facts over `events` may name."""

INSIGHT_COLUMNS: Final = {
    "field": "text: task.field",
    "label": "text",
    "moment": "timestamp (UTC) up to which the history was known",
    "days_ago": "whole days from `moment` to as-of",
    "is_latest": "flag of the newest insight of this field",
}
"""What the expressions of facts over `insights` may name."""

DAY: Final = 86_400_000_000
"""Microseconds."""

_QUANTITY: Final = r"^\d+ x "


def local(time: str, tz: str) -> str:
    """SQL for microseconds as a timestamp in a time zone."""
    return f"make_timestamp({time})" if tz == "UTC" else f"timezone({literal(tz)}, make_timestamptz({time}))"


def events_view(tz: str, knows_discounts: bool) -> str:
    """CTEs `rows` and `events` for the block of $first, $last, $begin and $end."""
    discounted = "coalesce(told.discounted, false)" if knows_discounts else "NULL::BOOLEAN"
    return f"""
rows AS (SELECT * FROM moments WHERE row BETWEEN $first AND $last),
known AS (
    SELECT row, as_of, place, kind, time AS us, (as_of - time) // {DAY} AS days_ago, {local("time", tz)} AS time,
        {local("as_of", tz)}::DATE AS today, channel, text, product, amount, currency, attributes,
        CASE WHEN kind IN ('order', 'campaign') THEN fact_told(attributes) END AS told
    FROM rows JOIN (SELECT rowid AS place, * FROM main.events WHERE rowid BETWEEN $begin AND $end) USING (customer)
    WHERE kind IS NOT NULL AND (time IS NULL OR as_of IS NULL OR time <= as_of)),
dated AS (
    SELECT *, time::DATE AS day, CASE WHEN kind = 'order' THEN time::DATE END AS order_day,
        {names("product", quantities=True)} AS products, {names("told.category")} AS categories,
        CASE WHEN kind = 'order' THEN {discounted} END AS discounted, told.opened AS opened
    FROM known),
spaced AS (
    SELECT *,
        CASE WHEN order_day > max(order_day) OVER before THEN order_day - max(order_day) OVER before END AS gap_days,
        today - max(order_day) OVER (PARTITION BY row) AS silence_days,
        CASE WHEN kind = 'campaign' THEN
            (min(CASE WHEN kind = 'order' THEN us END) OVER (PARTITION BY row ORDER BY us
                RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - us) // {DAY} END AS next_order_days
    FROM dated
    WINDOW before AS (PARTITION BY row ORDER BY us, place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
events AS (
    SELECT row, kind, time, day, days_ago, channel, text, product, products, categories, amount, currency, discounted,
        opened, fact_attributes(attributes)::JSON AS attributes, gap_days,
        count(gap_days) OVER (PARTITION BY row ORDER BY us, place) AS gap_number,
        silence_days, next_order_days, {local("as_of", tz)} AS as_of
    FROM spaced)"""  # noqa: S608 - values are quoted


INSIGHTS_VIEW: Final = f"""
insights AS (
    SELECT row, field, label, make_timestamp(moment) AS moment, (as_of - moment) // {DAY} AS days_ago,
        moment IS NOT DISTINCT FROM max(moment) OVER (PARTITION BY row, field) AS is_latest
    FROM rows JOIN fact_insights USING (customer_id) WHERE moment IS NULL OR as_of IS NULL OR moment <= as_of)"""  # noqa: S608 - a number
"""CTE `insights`, after `rows`."""


def names(column: str, quantities: bool = False) -> str:
    """SQL for the names in a text that holds several, each once.

    With `quantities` they are the names of `Event.products`, which stand without them.
    """
    each = f"regexp_replace(name, {literal(_QUANTITY)}, '')" if quantities else "name"
    split = f"string_split({column}, {literal(PRODUCTS)})"
    return f"list_distinct(list_transform(list_filter({split}, lambda name: name <> ''), lambda name: {each}))"


def purchases_view(tz: str, currency: str | None) -> str:
    """CTE `purchases`, after `rows`: what the models of buying read of each row (see `btyd.Purchases`)."""
    return f"""
order_days AS (
    SELECT row, {local("time", tz)}::DATE AS day, {local("as_of", tz)}::DATE AS today,
        sum(amount) FILTER (currency IS NOT DISTINCT FROM {literal(currency)}) AS value
    FROM rows JOIN (SELECT rowid, * FROM main.events WHERE rowid BETWEEN $begin AND $end) USING (customer)
    WHERE kind = 'order' AND time <= as_of GROUP BY ALL),
ranked AS (SELECT *, min(day) OVER (PARTITION BY row) AS first_day FROM order_days),
purchases AS (
    SELECT row, count(*) - 1 AS repeats, max(day) - min(day) AS span_days, max(today) - min(day) AS age_days,
        CASE WHEN count(value) > 0 THEN count(value) FILTER (day > first_day) END AS valued,
        avg(value) FILTER (day > first_day) AS mean_value
    FROM ranked GROUP BY row)"""  # noqa: S608 - values are quoted
