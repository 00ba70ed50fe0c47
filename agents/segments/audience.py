"""The customers of a segment who have said yes: a list to write to, and a count of who is not on it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fewsight.agents.segments.saving import MEMBERS, read_registry
from fewsight.agents.segments.table import CUSTOMER, READERS, identity, quoted
from fewsight.errors import ConfigError, InputError, did_you_mean
from fewsight.export import CsvWriter
from fewsight.files import replacing, write_text

YES: Final = ("true", "yes", "y", "1", "1.0", "opt-in", "opted in", "granted")
NO: Final = ("false", "no", "n", "0", "0.0", "opt-out", "opted out", "withdrawn", "denied")
"""What counts as consent and as none; anything else is unclear, and nobody is exported by it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who was exported, and how many members of the segment were not, for want of consent.

    refused: said no; missing: not in the table, or an empty cell; unclear: a value that is neither yes nor no, or
    several that differ.
    """

    segment: str
    run: int
    as_of: str
    consent: str
    members: int
    exported: int
    refused: int
    missing: int
    unclear: int


def export_audience(segments: str | Path, segment: str, consent: str | Path, column: str, out: str | Path) -> Audience:
    """Write the customers of a segment whose consent is a clear yes, as CSV with a file of counts beside it.

    Args:
        segments: the folder that `segment` wrote.
        segment: its id, such as S3.
        consent: a table (CSV, Parquet, JSONL) with `customer_id` and the column; Booleans or YES and NO in any case.
        column: that says whether a customer may be written to. Where a customer has several rows, all must say yes.
        out: the CSV file; mode 0600.

    Raises:
        ConfigError: there is no such segment.
        InputError: a file can't be read, or has no such column.
        OSError: the file can't be written.
    """
    folder, path = Path(segments), Path(out)
    registry = read_registry(folder)
    if not registry.runs:
        raise InputError(f"{str(folder)!r} holds no segments; `fewsight segments --out {folder}` makes some.")
    cards = registry.runs[-1]
    known = [card.id for card in cards.segments]
    if segment not in known:
        raise ConfigError(f"There is no segment {segment!r} in {str(folder)!r}.{did_you_mean(segment, known)}")
    counts = dict.fromkeys(("exported", "refused", "missing", "unclear"), 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, private=True) as target, target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow([CUSTOMER, "segment", "membership"])
        for customer, membership, said in _members(folder, segment, Path(consent), column):
            counts[said] += 1
            if said == "exported":
                writer.writerow([customer, segment, round(membership, 4)])
    audience = Audience(segment, cards.run, cards.as_of, column, sum(counts.values()), **counts)
    write_text(path.with_name(path.name + ".json"), json.dumps(asdict(audience), indent=1) + "\n")
    return audience


_QUERY: Final = """WITH words AS (
        SELECT {identity} AS customer_id, nullif(lower(trim(CAST({column} AS VARCHAR))), '') AS word FROM {reader}
    ), said AS (
        SELECT customer_id, count(word) = 0 AS is_empty, bool_and(coalesce(word IN {yes}, FALSE)) AS is_yes,
            bool_or(coalesce(word IN {no}, FALSE)) AND bool_and(coalesce(word IN {no}, TRUE)) AS is_no
        FROM words GROUP BY customer_id
    ), members AS (
        SELECT CAST(customer AS VARCHAR) AS customer, membership FROM read_parquet($2) WHERE segment = $3
    )
    SELECT customer, membership, CASE WHEN is_empty IS NOT FALSE THEN 'missing' WHEN is_yes THEN 'exported'
        WHEN is_no THEN 'refused' ELSE 'unclear' END
    FROM members LEFT JOIN said ON said.customer_id = members.customer ORDER BY membership DESC, customer"""


def _members(folder: Path, segment: str, consent: Path, column: str) -> Iterator[tuple[str, float, str]]:
    import duckdb

    reader = READERS.get(consent.suffix.lower())
    if reader is None or not consent.is_file():
        raise InputError(f"Can't read consent from {str(consent)!r}; name a file of {', '.join(READERS)}.")
    with duckdb.connect() as database:
        try:
            describe = f"DESCRIBE SELECT * FROM {reader}"  # noqa: S608 - ours
            shape: list[tuple[Any, ...]] = database.execute(describe, [str(consent)]).fetchall()
            types = {name: kind for name, kind, *_ in shape}
            for name in (CUSTOMER, column):
                if name not in types:
                    raise InputError(f"{str(consent)!r} has no column {name!r}.{did_you_mean(name, types)}")
            query = _QUERY.format(
                yes=YES, no=NO, identity=identity(types[CUSTOMER]), column=quoted(column), reader=reader
            )
            yield from database.execute(query, [str(consent), str(folder / MEMBERS), segment]).fetchall()
        except duckdb.Error as error:
            raise InputError(f"Can't export the audience of {segment!r} by {str(consent)!r}: {error}.") from error
