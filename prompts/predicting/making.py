"""A question about the future becomes a task folder and labelled rows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import tomli_w

from fewsight.errors import TaskError
from fewsight.events import CustomerHistory
from fewsight.files import write_text
from fewsight.outcomes import TaskOutcome
from fewsight.outcomes.bins import bins_of
from fewsight.outcomes.labelled import Plan
from fewsight.outcomes.outcome import Outcome
from fewsight.outcomes.sides import SIDES, Side
from fewsight.prompts.loading.task_toml import is_name
from fewsight.prompts.predicting.asked import write_asked
from fewsight.prompts.predicting.folder import write_folder
from fewsight.prompts.predicting.looking import Look, look
from fewsight.prompts.predicting.rows import file_of, write_rows

SUITE = "suite.toml"


@dataclass(frozen=True)
class Prepared:
    """What was written: rows by side, of those that the first look saw."""

    plan: Plan
    seen: Look
    written: Counter[Side]

    def lines(self) -> Iterator[str]:
        """Counts, base rates and what was left out, a line each."""
        tally, outcome = self.seen.tally, self.plan.outcome
        what = "above none" if outcome.is_number else "yes"
        for side in SIDES:
            rows, cases = self.seen.rows[side], self.seen.cases[side]
            kept = "" if self.written[side] == rows else f", of which {self.written[side]:,} were drawn"
            yield f"  {side}: {rows:,} rows{f', {cases / rows:.1%} {what}' if rows else ''}{kept}"
        last = max(self.plan.windows.moments, default=self.plan.windows.last)
        at = self.plan.windows.at
        what = "newest moment" if at is None else f"asked at each {' and '.join(at.kinds)}, up to"
        yield f"  {what} {last:%Y-%m-%d %H:%M} UTC; data end {self.plan.windows.known_until:%Y-%m-%d %H:%M} UTC"
        for reason, count in tally.left_out.most_common():
            yield f"  not asked, {count:,} times: {reason}"
        if tally.never:
            yield f"  {tally.never:,} of {tally.customers:,} customers have no row"
        if tally.mixed:
            yield f"  {tally.mixed:,} rows have orders in other currencies, which are not counted"
        if columns := sorted(tally.columns - self.plan.without):
            yield f"  profile columns are undated; --without leaves out what was not known then: {', '.join(columns)}"


def prepare(
    name: str,
    histories: Iterable[CustomerHistory],
    plan: Plan,
    out: Path,
    *,
    keep: Iterable[str] = (),
    bins: int = 6,
    most_rows: int | None = None,
    force: bool = False,
) -> Prepared:
    """Write the task folder `out/name`, train.jsonl, calibration.jsonl, test.jsonl and suite.toml.

    Args:
        name: of the task.
        histories: all customers; they are gone through twice.
        plan: how they are labelled.
        out: the folder.
        keep: columns of profiles that seem to know the outcome and don't.
        bins: most labels, where the outcome is a number.
        most_rows: about so many rows of each file are kept, drawn evenly.
        force: replace what is there.

    Raises:
        TaskError: the name can't be one, or the folder is there.
        InputError: the outcome can't be predicted; see `look`.
    """
    if not is_name(name):
        raise TaskError(f"{name!r} can't name a task; use letters, digits, '_' and '-', and begin with a letter.")
    folder = out / name
    if folder.exists() and not (force and (folder / "task.toml").is_file()):
        raise TaskError(f"{str(folder)!r} is there already; choose another name or --out, or replace it with --force.")
    seen = look(histories, plan, frozenset(keep))
    found = bins_of(plan.outcome, seen.values.sample, bins) if plan.outcome.is_number else None
    shares: dict[Side, float] = {}
    for side in SIDES:
        shares[side] = 1.0 if most_rows is None else most_rows / max(seen.rows[side], 1)
    out.mkdir(parents=True, exist_ok=True)
    written = write_rows(histories, plan, out, found, shares)
    rmtree(folder, ignore_errors=True)
    asked = TaskOutcome(plan.outcome, found.expected if found else {})
    write_folder(folder, asked, found.labels if found else ())
    write_asked(folder, plan)
    write_text(out / SUITE, _suite(name, plan.outcome, written))
    return Prepared(plan, seen, written)


def _suite(name: str, outcome: Outcome, written: Counter[Side]) -> str:
    task: dict[str, str] = {"task": name, **{side: file_of(side) for side in SIDES if written[side]}}
    options: dict[str, Any] = {} if outcome.is_number else {"metric": "auc"}
    arms = ["majority", "facts-lr", "facts-gbm"]
    return tomli_w.dumps({"title": str(outcome), "arms": arms, "baselines": False, **options, "tasks": [task]})
