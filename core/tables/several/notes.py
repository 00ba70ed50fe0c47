"""What to say of several tables that are read together: ids, money and orders that do not fit each other."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from fewsight.errors import MappingError
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.reading.rows import unpack
from fewsight.tables.several.profiles import Told, disagreements
from fewsight.tables.values.currencies import EXPONENTS

if TYPE_CHECKING:
    from fewsight.tables.store import Store

Named = tuple[str, ColumnMapping]
"""The name of a table and its mapping."""

_SIDES: Final = """CREATE OR REPLACE TABLE sides AS SELECT customer, source, min(line) AS line,
    count(kind) AS events, lower(ltrim(customer, '0')) AS loose FROM events GROUP BY customer, source"""
_JOINED: Final = """SELECT s.source, count(*), count(*) FILTER (WHERE shared.tables > 1) FROM sides AS s
    JOIN (SELECT customer, count(*) AS tables FROM sides GROUP BY customer) AS shared USING (customer)
    GROUP BY s.source ORDER BY s.source"""
_LOOSE: Final = """SELECT a.source, a.customer, a.line, b.source, b.customer, b.line, count(*) OVER () FROM sides AS a
    JOIN sides AS b ON a.loose = b.loose AND a.source < b.source AND a.customer <> b.customer
    ORDER BY a.source, b.source, a.line LIMIT 1"""
_ONLY_LOOSE: Final = """SELECT source, count(*) FROM sides
    WHERE loose IN (SELECT loose FROM sides GROUP BY loose HAVING count(DISTINCT customer) > 1)
    AND customer IN (SELECT customer FROM sides GROUP BY customer HAVING count(*) = 1)
    GROUP BY source ORDER BY source"""
"""Customers of one table alone whose id another table spells in another way."""
_NEGATIVE: Final = """SELECT source, kind, count(*), min(line), arg_min(customer, line), arg_min(amount, line),
    arg_min(currency, line) FROM events WHERE amount < 0 AND kind IN ('order', 'payment', 'subscription')
    GROUP BY source, kind ORDER BY source, kind"""
_MONEY: Final = """SELECT source, currency, count(*), min(line) FROM events WHERE amount IS NOT NULL
    GROUP BY source, currency ORDER BY source, currency NULLS LAST"""
_ALIKE: Final = """SELECT a, b, count(*), min(line_a), arg_min(line_b, line_a), arg_min(customer, line_a) FROM (
        SELECT customer, min(source) AS a, max(source) AS b, arg_min(line, source) AS line_a,
            arg_max(line, source) AS line_b
        FROM events WHERE kind IS NOT NULL AND time IS NOT NULL AND hash(customer) % {shares} = {share}
            AND source NOT IN ({lines}) AND coalesce(text, product, amount::VARCHAR) IS NOT NULL
        GROUP BY customer, kind, time, hash(text, product, amount, currency)
        HAVING min(source) <> max(source) AND NOT (min(source) IN ({named}) AND max(source) IN ({named})))
    GROUP BY a, b ORDER BY a, b"""
"""Events that two tables tell in the same words, where one of the tables has no ids of events."""
_AT_ONCE: Final = 5_000_000
"""Rows that are compared at once, which bounds memory."""
_PROFILES: Final = (
    "SELECT customer, source, line, profile FROM events WHERE kind IS NULL ORDER BY customer, source, line"
)


def notes_across(store: "Store", tables: Sequence[Named]) -> Iterator[str]:
    """What does not fit between tables, each with a table, a line and what to do.

    Raises:
        MappingError: ids are spelled in two ways, so that one customer would be two.
    """
    names = [name for name, _ in tables]
    yield from _of_ids(store, names)
    yield from _of_negatives(store, names)
    yield from _of_currencies(store, tables)
    if sum(mapping.rows == "profiles" for _, mapping in tables) or any(mapping.profile for _, mapping in tables):
        yield from disagreements(_profiles(store), names)
    yield from _of_doubles(store, names)
    yield from _of_alike(store, tables)


def _of_ids(store: "Store", names: Sequence[str]) -> Iterator[str]:
    store.run(_SIDES)
    counts = {source: (everybody, together) for source, everybody, together in store.rows(_JOINED)}
    loose = store.rows(_LOOSE)
    if loose:
        one, id_one, line_one, other, id_other, line_other, pairs = loose[0]
        problem = (
            f"ids are spelled in two ways: {id_one!r} on line {line_one} of {names[one]!r}, {id_other!r} on line "
            f"{line_other} of {names[other]!r} ({pairs:,} such pair{'s'[: pairs != 1]})"
        )
        if any(count > counts[source][1] for source, count in store.rows(_ONLY_LOOSE)):
            raise MappingError(
                f"{problem}, so that one customer would be two. Write both tables with ids as text (leading zeros are "
                "lost where a program reads numbers), or say which are one with --identities: two columns, old,new."
            )
        yield f"{problem}; they are different customers unless --identities says that they are one"
    for source, (everybody, together) in counts.items():
        if 2 * together < everybody and len(counts) > 1:
            example = store.rows(f"""SELECT customer, line FROM sides AS s WHERE source = {int(source)} AND NOT EXISTS
                (SELECT 1 FROM sides AS o WHERE o.customer = s.customer AND o.source <> s.source)
                ORDER BY line LIMIT 1""")  # noqa: S608 - a number
            customer, line = example[0]
            yield (
                f"only {together:,} of {everybody:,} customers of {names[source]!r} are in any other table "
                f"({customer!r} on line {line} is in none); if ids are of another system, join them with --identities"
            )


def _of_negatives(store: "Store", names: Sequence[str]) -> Iterator[str]:
    for source, kind, count, line, customer, amount, currency in store.rows(_NEGATIVE):
        shown = f"{amount / 10 ** EXPONENTS.get(currency, 2):.2f}"
        yield (
            f"{count:,} event{'s'[: count != 1]} ({kind}) of {names[source]!r} have negative amounts "
            f"({shown} on line {line}, customer {customer!r}); if they are returns or refunds, "
            "name a column that says so as kind"
        )


def _of_currencies(store: "Store", tables: Sequence[Named]) -> Iterator[str]:
    """Amounts without a currency beside others with one, and several currencies."""
    names = [name for name, _ in tables]
    rows = [row for row in store.rows(_MONEY) if "customer_id" in tables[row[0]][1].columns or row[1]]
    currencies = sorted({currency for _, currency, _, _ in rows if currency})
    for source, currency, count, line in rows:
        if currency is None and not currencies:
            section = f"[{names[source]}.defaults]"
            yield f"amounts of {names[source]!r} name no currency; give one with currency = 'EUR' under {section}"
        elif currency is None:
            yield (
                f"{count:,} amount{'s'[: count != 1]} of {names[source]!r} name no currency (line {line}), those of "
                f"other rows are in {', '.join(currencies)}; say it with currency = '{currencies[0]}' under "
                f"[{names[source]}.defaults]"
            )
    if len(currencies) > 1:
        where = [f"{currency} on line {line} of {names[source]!r}" for source, currency, _, line in rows if currency]
        yield f"amounts are in several currencies ({', '.join(where)}); they are never added to each other"


def _of_doubles(store: "Store", names: Sequence[str]) -> Iterator[str]:
    query = """SELECT source, there, count(*), arg_min(id, seq), min(line), arg_min(earlier, seq) FROM across
        GROUP BY source, there ORDER BY source, there"""
    for source, there, count, event, line, earlier in store.rows(query):
        yield (
            f"{count:,} event{'s'[: count != 1]} of {names[source]!r} {'are' if count != 1 else 'is'} in "
            f"{names[there]!r} too ({event!r} on line {line} and on line {earlier} there) and counted once"
        )


def _of_alike(store: "Store", tables: Sequence[Named]) -> Iterator[str]:
    events = [at for at, (_, mapping) in enumerate(tables) if mapping.rows == "events"]
    named = [at for at in events if "event_id" in tables[at][1].columns]
    if len(events) < 2 or len(named) == len(events):
        return
    lines = [at for at, (_, mapping) in enumerate(tables) if mapping.rows == "lines"]
    words = {"named": ", ".join(map(str, named or [-1])), "lines": ", ".join(map(str, lines or [-1]))}
    shares = store.one("SELECT count(*) FROM events") // _AT_ONCE + 1
    counts: dict[tuple[int, int], int] = {}
    examples: dict[tuple[int, int], tuple[int, int, str]] = {}
    for share in range(shares):
        for one, other, count, *example in store.rows(_ALIKE.format(**words, shares=shares, share=share)):
            counts[one, other] = counts.get((one, other), 0) + count
            examples[one, other] = min(examples.get((one, other), tuple(example)), tuple(example))
    for (one, other), count in sorted(counts.items()):
        line, there, customer = examples[one, other]
        yield (
            f"{count:,} event{'s'[: count != 1]} of {tables[one][0]!r} {'are' if count != 1 else 'is'} told in the "
            f"same words by {tables[other][0]!r} (line {line} and line {there} there, customer {customer!r}), and "
            "counted in both, as not both tables have ids of events; if they are the same, leave one table out, or "
            "give both an id"
        )


def _profiles(store: "Store") -> Iterator[tuple[str, Told]]:
    for customer, source, line, packed in store.stream(_PROFILES):
        yield customer, (source, line, unpack(packed))
