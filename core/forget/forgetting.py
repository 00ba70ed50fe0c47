"""Forgetting one customer: first everything is looked at and locked, then what was found is removed, file by file."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from fewsight.errors import InputError, did_you_mean
from fewsight.forget.kinds import IN_WORDS, Trace, is_known, look
from fewsight.forget.record import NAME, Record
from fewsight.forget.rows import lines
from fewsight.forget.who import Who
from fewsight.ledger import Ledger
from fewsight.masking import PSEUDONYMS

LEDGER: Final = "ledger.sqlite"
PREDICTIONS: Final = "predictions"
"""The folder of an evaluation that says whose each labelled row is."""

_BESIDE: Final = (".lock", "-wal", "-shm", NAME)
_MOST_COMPARED: Final = 10_000


@dataclass
class Forgotten:
    """What was removed, by file and kind, and what is left for a person to look at, with why."""

    removed: list[Trace] = field(default_factory=list)
    left: dict[Path, str] = field(default_factory=dict)


def forget(customer: str, places: Sequence[Path]) -> Forgotten:
    """Remove a customer from everything in these folders and files that is of a known kind.

    A call that was killed is finished by the same call again.

    Raises:
        InputError: nothing is known of the customer, a place holds nothing that is known, or a file can't be written;
            nothing was removed then.
        LedgerError: a run is being written, or a ledger is damaged; nothing was removed then.
    """
    by_place = {place: list(_files(place)) for place in places}
    for place, files in by_place.items():
        if not any(map(is_known, files)):
            raise InputError(f"{str(place)!r} holds no run, evaluation or table: forget knows {IN_WORDS}.")
    files = [file for some in by_place.values() for file in some]
    with ExitStack() as stack:
        # Whoever holds these keeps runs from beginning to write meanwhile.
        ledgers = [stack.enter_context(Ledger.open(file, create=False)) for file in files if file.name == LEDGER]
        who = Who.of(customer, {file.parent for file in files if file.name == PSEUDONYMS})
        who = replace(who, rows=_labelled_rows(files, who))
        done = _look(files, ledgers, who)
        records = {place: Record(place if place.is_dir() else place.parent) for place in places}
        unfinished = any(record.is_unfinished for record in records.values())
        if not done.removed and not unfinished:
            raise InputError(_unknown(customer, places, ledgers))
        _require_writable(done.removed)
        for trace in done.removed:
            place = next(place for place, some in by_place.items() if trace.path in some)
            records[place].add(trace.path, trace.what, trace.digests)
            trace.remove()
        if unfinished:  # rows may be gone whose bytes are not
            for ledger in ledgers:
                ledger.erase(ledger.erasure(lambda _: False))
        for record in records.values():
            record.finish()
    return done


def _look(files: Sequence[Path], ledgers: Sequence[Ledger], who: Who) -> Forgotten:
    """Everything there is, in the order in which it is removed: what tells who somebody is goes last."""
    found = Forgotten()
    for ledger in ledgers:
        erasure = ledger.erasure(lambda one, path=ledger.path: who.owns_result(one, path))  # type: ignore[misc]
        if erasure.customers:
            found.removed.append(Trace(ledger.path, "results", erasure.digests(), partial(ledger.erase, erasure)))
    for path in sorted(files, key=lambda path: PREDICTIONS in path.parts):
        if path.name == LEDGER:
            continue
        finding = look(path, who)
        if finding.trace:
            found.removed.append(finding.trace)
        if finding.left:
            found.left[path] = finding.left
    return found


def _files(place: Path) -> Iterator[Path]:
    """All files of a folder, those beside a database left out; links are not followed."""
    if not place.is_dir():
        yield place
        return
    for folder, _, names in os.walk(place):
        for name in sorted(names):
            path = Path(folder, name)
            if not name.endswith(_BESIDE) and path.is_file() and not path.is_symlink():
                yield path


def _labelled_rows(files: Sequence[Path], who: Who) -> dict[Path, frozenset[str]]:
    """The customer's labelled rows by the folder of their evaluation, as its predictions name them."""
    rows: dict[Path, set[str]] = {}
    for path in files:
        if PREDICTIONS in path.parts and path.name.endswith((".jsonl", ".jsonl.gz")):
            root = Path(*path.parts[: len(path.parts) - 1 - path.parts[::-1].index(PREDICTIONS)])
            owned = (json.loads(line) for line, is_owned in lines(path, who) if is_owned)
            rows.setdefault(root, set()).update(str(row["id"]) for row in owned if "id" in row)
    return {root: frozenset(ids) for root, ids in rows.items()}


def _require_writable(traces: Sequence[Trace]) -> None:
    fixed = [one.path for one in traces if not (os.access(one.path, os.W_OK) and os.access(one.path.parent, os.W_OK))]
    if fixed:
        names = ", ".join(repr(str(path)) for path in fixed)
        raise InputError(f"Can't write {names}; nothing was removed. Give yourself the right to write (chmod u+w).")


def _unknown(customer: str, places: Sequence[Path], ledgers: Sequence[Ledger]) -> str:
    known = set().union(*(ledger.erasure(lambda _: True).customers for ledger in ledgers))
    hint = did_you_mean(customer, known) if len(known) <= _MOST_COMPARED else ""
    where = ", ".join(repr(str(place)) for place in places)
    return f"Nothing in {where} is of a customer {customer!r}.{hint if 'Did you mean' in hint else ''}"
