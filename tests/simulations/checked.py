"""How many figures of reports differ when they are computed again, and what a changed figure does."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.checking import check_report
from fewsight.agents.reports.model import Report
from tests.agents.reports.planted import EFFECTS, customers, record
from tests.bench.common import Figure


def measure(runs: int = 1000, size: int = 400) -> Iterator[Figure]:
    """`runs` reports of worlds of `size` customers: written, read, checked; then one number of each is changed."""
    reports, numbers, wrong, caught = 0, 0, 0, 0
    for seed in range(runs):
        made = customers(size, seed, EFFECTS)
        histories = [history for history, _ in made]
        with TemporaryDirectory() as folder:
            run = record(Path(folder) / "run", made)
            text = build_report(run, histories).model_dump_json()
            reports += 1
            numbers += len(list(_places(json.loads(text))))
            wrong += len(check_report(Report.model_validate_json(text), run, histories))
            changed = Report.model_validate(_changed(json.loads(text), seed))
            caught += bool(check_report(changed, run, histories))
    yield Figure("reports", reports)
    yield Figure("numbers in them", numbers)
    yield Figure("numbers, sentences or quotes that differ", wrong, "0")
    yield Figure("reports with one number changed that are caught", caught / reports, "1.00")


def _changed(report: Any, seed: int) -> Any:
    """The report with one of its numbers a little larger."""
    places = [place for place in _places(report) if place[0] not in ("options", "version")]
    path = places[int(np.random.default_rng(seed).integers(len(places)))]
    place = report
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] += 1 if isinstance(place[path[-1]], int) else 1e-3
    return report


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, inner in steps:
            yield from _places(inner, (*path, step))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path
