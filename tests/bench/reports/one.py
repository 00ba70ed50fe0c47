"""`python -m tests.bench.reports.one NAME OUT`: the report of one set, or of so many customers, in a process."""

import json
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.checking import check_report
from fewsight.agents.reports.model import Options, Report
from fewsight.agents.reports.shown.page import report_page
from fewsight.customer_facts.api import facts
from tests.agents.reports.planted import EFFECTS, customers, record
from tests.bench.reports.sets import Recorded, read_set


def main(name: str, out: Path) -> dict[str, float | str]:
    """Figures by name."""
    made = (
        Recorded(customers(int(name), 1, EFFECTS), "churn_reason.reason", "churn") if name.isdigit() else read_set(name)
    )
    if made is None:
        return {"left out": "there is no such folder in DATA"}
    histories = [history for history, _ in made.pairs]
    encoder = "minilm" if made.kind == "voice" else None
    options = Options.model_validate({"kind": made.kind, "field": made.field, "encoder": encoder})
    with TemporaryDirectory() as folder:
        run = record(Path(folder) / "run", made.pairs)
        path = _facts(made, Path(folder) / "facts.parquet")
        before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        report = build_report(run, iter(histories), path, options)
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wrong = len(check_report(report, run, iter(histories), path)) if not name.isdigit() else 0
    _write(report, out / name)
    return {
        "customers": report.counts.answered,
        "claims tested": report.looked.tested,
        "claims shown": report.looked.shown,
        "seconds": round(seconds, 1),
        "MB more than before": round((peak - before) / 1024),
        "differences when computed again": wrong,
    }


def _facts(made: Recorded, path: Path) -> Path | None:
    """Facts of sets with orders; others have none that could be told from the answers."""
    if not any(event.amount is not None for history, _ in made.pairs[:50] for event in history.events):
        return None
    if made.field == "churn_reason.reason":
        return None
    table = facts(iter(history for history, _ in made.pairs))
    table.attrs = {}  # the dictionary and the fitted models are no plain data
    table.to_parquet(path)
    return path


def _write(report: Report, path: Path) -> None:
    """The page with quotes, and claims without: texts of sets are not ours to copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".html").write_text(report_page(report), encoding="utf-8")
    claims = [one.model_dump(mode="json", exclude={"evidence"}) for one in report.claims]
    about = {"words": report.words.en, "counts": report.counts.model_dump(), "looked": report.looked.model_dump()}
    path.with_suffix(".json").write_text(json.dumps({**about, "claims": claims}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
