"""How often intervals of corrected shares hold the truth in reports, and those of plain counts, where answers err."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.model import Figure as Interval
from fewsight.agents.reports.model import Report
from fewsight.insight import Insight
from tests.agents.reports.planted import LEAVING, REASONS, STAYS, customers, record
from tests.bench.common import Figure

RIGHT = 0.8
"""Share of answers that are right; the others are drawn from all labels alike."""


def measure(runs: int = 300, size: int = 1500, labelled: int = 400) -> Iterator[Figure]:
    """`runs` worlds of `size` customers whose answers err, of whom the first `labelled` have true labels."""
    held, plain, reasons, plain_reasons, told = 0, 0, 0, 0, 0
    width = 0.0
    for seed in range(runs):
        report = _report(size, labelled, seed)
        assert report.leaving is not None
        assert report.corrected is not None
        held, plain = held + _holds(report.corrected, LEAVING), plain + _holds(report.leaving, LEAVING)
        for one in report.reasons:
            if one.corrected is not None:
                told += 1
                reasons += _holds(one.corrected, REASONS[one.reason])
                plain_reasons += _holds(one.share, REASONS[one.reason])
                width += _width(one.corrected)
    yield Figure("share that leaves: corrected intervals that hold the truth", held / runs, ">= 0.93")
    yield Figure("share that leaves: plain intervals that hold the truth", plain / runs)
    yield Figure("shares of reasons: corrected intervals that hold the truth", reasons / told, ">= 0.93")
    yield Figure("shares of reasons: plain intervals that hold the truth", plain_reasons / told)
    yield Figure("shares of reasons: corrected intervals looked at", told)
    yield Figure("shares of reasons: their width, on average", width / told)


def _report(size: int, labelled: int, seed: int) -> Report:
    made = customers(size, seed, ())
    chance, labels = np.random.default_rng(10_000 + seed), [STAYS, *REASONS]
    truth = [(history.customer_id, (insight.answer or {})["reason"]) for history, insight in made]
    answers = [
        (history, insight if chance.random() < RIGHT else _other(insight, str(chance.choice(labels))))
        for history, insight in made
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "labels.jsonl"
        rows = [{"customer_id": name, "answer": {"reason": label}} for name, label in truth[:labelled]]
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return build_report(record(Path(folder) / "run", answers), labels=path)


def _other(insight: Insight, label: str) -> Insight:
    return replace(insight, answer={**(insight.answer or {}), "reason": label}, probabilities={})


def _holds(figure: Interval, truth: float) -> bool:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low <= truth <= figure.high


def _width(figure: Interval) -> float:
    assert figure.low is not None
    assert figure.high is not None
    return figure.high - figure.low
