"""SQL over the rows of several tables: customers of rows that name an order alone, doubles, and how rows are sorted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fewsight.events import EVENT_KINDS

# Rows of one event that two tables tell. Of lines of orders a row is one product, so more must be equal.
_SAME: Final = "customer, kind, id, time, CASE WHEN source IN ({lines}) THEN concat_ws('|', product, amount) END"
_OWNERS: Final = """CREATE OR REPLACE TABLE owners AS
    SELECT id, min(customer) AS customer, max(customer) AS other, min(time) AS time FROM staged
    WHERE customer IS NOT NULL AND kind = 'order' AND source IN ({named})
    AND id IN (SELECT of_order FROM staged WHERE customer IS NULL) GROUP BY id"""
_KNOWN: Final = """CREATE OR REPLACE TEMP VIEW known AS
    SELECT staged.* REPLACE (coalesce(staged.customer, owners.customer) AS customer,
        coalesce(staged.time, owners.time) AS time)
    FROM staged LEFT JOIN owners ON CASE WHEN staged.customer IS NULL THEN staged.of_order END = owners.id
        AND owners.customer = owners.other"""
_ORPHANS: Final = """CREATE OR REPLACE TABLE orphans AS
    SELECT seq, staged.line, staged.source, staged.of_order, owners.customer AS one, owners.other AS two
    FROM staged LEFT JOIN owners ON staged.of_order = owners.id
    WHERE staged.customer IS NULL AND (owners.id IS NULL OR owners.customer <> owners.other)"""
_MARKS: Final = """CREATE OR REPLACE TABLE far (mark UBIGINT)"""
_MORE_MARKS: Final = """INSERT INTO far SELECT hash({same}) AS mark FROM known
    WHERE customer IS NOT NULL AND kind IS NOT NULL AND source IN ({named}) AND hash({same}) % {shares} = {share}
    GROUP BY mark HAVING min(source) <> max(source)"""
_ACROSS: Final = """CREATE OR REPLACE TABLE across AS
    SELECT seq, line, source, customer, id, first_value(line) OVER same AS earlier,
        first_value(source) OVER same AS there
    FROM known WHERE customer IS NOT NULL AND kind IS NOT NULL AND source IN ({named})
        AND hash({same}) IN (SELECT mark FROM far)
    WINDOW same AS (PARTITION BY {same} ORDER BY source, seq)
    QUALIFY source <> first_value(source) OVER same"""
# What stands in two tables, or at one time in any order of rows, is told in the same order: kinds as things happen
# (an order before its return), then ids that the tables give, then what the events say.
_ORDER: Final = """first, time NULLS FIRST, coalesce(list_position({kinds}, kind), {last}), kind,
    CASE WHEN source IN ({named}) THEN id END NULLS FIRST, product NULLS FIRST,
    hash(text, amount, currency, channel, attributes, profile), seq"""
_FURTHER: Final = """SELECT (SELECT count(*) - count(DISTINCT (customer, source, id, kind)) FROM events
        WHERE kind IS NOT NULL AND source IN ({lines}))
    + (SELECT coalesce(sum(CASE WHEN told > 0 THEN groups ELSE groups - 1 END), 0) FROM (
        SELECT count(DISTINCT source) FILTER (WHERE source IN ({lines})) AS groups,
            count(*) FILTER (WHERE source NOT IN ({lines})) AS told
        FROM events WHERE kind = 'order' AND source IN ({named})
            AND (customer, id) IN (SELECT customer, id FROM events WHERE source IN ({lines}) AND kind = 'order')
        GROUP BY customer, id))"""


@dataclass(frozen=True, slots=True)
class Linking:
    """Which of the tables (by number) name their events, and which hold lines of orders."""

    named: tuple[int, ...]
    lines: tuple[int, ...]

    def statements(self, shares: int) -> Iterator[str]:
        """Those that make `known` (rows with their customers), `orphans` and `across` (doubles of another table)."""
        words = {"named": _listed(self.named), "lines": _listed(self.lines)}
        same = _SAME.format(**words)
        yield _OWNERS.format(**words)
        yield _KNOWN
        yield _ORPHANS
        yield _MARKS
        for share in range(shares):
            yield _MORE_MARKS.format(**words, same=same, shares=shares, share=share)
        yield _ACROSS.format(**words, same=same)

    @property
    def order(self) -> str:
        """By what events are sorted."""
        return _ORDER.format(kinds=list(EVENT_KINDS), last=len(EVENT_KINDS) + 1, named=_listed(self.named))

    @property
    def further_lines(self) -> str:
        """The query that counts rows which are further lines of an order, or the order itself told once more."""
        return _FURTHER.format(named=_listed(self.named), lines=_listed(self.lines))


def _listed(numbers: tuple[int, ...]) -> str:
    """Numbers as SQL lists them; an empty list is none in SQL, and no table has the number -1."""
    return ", ".join(map(str, numbers or (-1,)))
