"""Whether a table of profiles belongs to a table of events."""

from fewsight.tables.store import Store

_CUSTOMERS = """CREATE OR REPLACE TABLE sides AS
    SELECT customer, bool_or(kind IS NULL) AS described, bool_or(kind IS NOT NULL) AS active
    FROM events GROUP BY customer"""
_FOUND = "SELECT count(*), count(*) FILTER (WHERE described) FROM sides WHERE active"
_LOOSELY = """SELECT count(*) FROM (SELECT DISTINCT lower(ltrim(customer, '0')) AS name FROM sides WHERE active) AS here
    SEMI JOIN (SELECT DISTINCT lower(ltrim(customer, '0')) AS name FROM sides WHERE described) AS there USING (name)"""


def note_on_join(store: Store) -> str | None:
    """What to say where more than half of the customers with events have no profile, or None."""
    store.run(_CUSTOMERS)
    active, both = store.rows(_FOUND)[0]
    if 2 * both >= active:
        return None
    here = store.one("SELECT customer FROM sides WHERE active AND NOT described LIMIT 1")
    there = store.one("SELECT customer FROM sides WHERE described AND NOT active LIMIT 1")
    note = f"only {both:,} of {active:,} customers with events have a row in the table of profiles"
    if there is not None:
        note += f"; ids are such as {here!r} here and {there!r} there"
        if store.one(_LOOSELY) > both:
            note += ", which differ in leading zeros, or in upper and lower case"
    return note
