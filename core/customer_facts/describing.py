"""The data dictionary in words."""

from collections.abc import Iterable, Iterator

from fewsight.customer_facts.dictionary import Fact


def described(facts: Iterable[Fact]) -> Iterator[str]:
    """Lines for a terminal: each fact with type and unit, then its formula in words and SQL, and when it is unknown."""
    for fact in facts:
        source = "" if fact.source == "built in" else f", from {fact.source}"
        yield f"{fact.name} ({fact.type}, {fact.unit}{source})"
        yield f"  {fact.words}"
        yield f"  SQL over {fact.over}: {fact.sql}"
        yield f"  NULL: {fact.unknown}"
