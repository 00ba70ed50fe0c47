"""A column of labels becomes a task: rows of customers, or of dated events, with the label nowhere but in its place."""

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from fewsight.cli import root
from fewsight.errors import InputError
from fewsight.outcomes.sides import Sides

PLAIN = "id,tenure,plan,churned,left_on\n" + "".join(
    f"c{n},{n % 70},{'year' if n % 2 else 'month'},{n % 3 == 0},{'2024-05-01' if n % 3 == 0 else ''}\n"
    for n in range(90)
)
DATED = "customer_id,date,calls,bill,churned\n" + "".join(
    f"c{n},2024-0{month}-01,{n % 5},{n + month}.50,{int(n % 3 == 0 and month == 3)}\n"
    for n in range(60)
    for month in (1, 2, 3)
)


def init(folder: Path, text: str, *words: str) -> Result:
    (folder / "customers.csv").write_text(text)
    asked = ["predict", "init", "churn", "--label", "churned", "--histories", str(folder / "customers.csv")]
    return CliRunner().invoke(root, [*asked, "--out", str(folder / "out"), *words])


def rows(folder: Path) -> list[dict[str, object]]:
    files = [folder / "out" / f"{side}.jsonl" for side in ("train", "calibration", "test")]
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_a_row_a_customer(tmp_path: Path) -> None:
    done = init(tmp_path, PLAIN, "--without", "left_on")
    assert done.exit_code == 0, done.exception
    assert "train: " in done.output
    found = rows(tmp_path)
    assert len(found) == 90
    assert {row["outcome"] for row in found} == {"yes", "no"}
    assert all(row["profile"].keys() == {"tenure", "plan"} for row in found)  # type: ignore[attr-defined]
    assert 'metric = "auc"' in (tmp_path / "out" / "suite.toml").read_text()


def test_a_column_that_knows_the_label_is_refused(tmp_path: Path) -> None:
    done = init(tmp_path, PLAIN)
    assert isinstance(done.exception, InputError)
    assert "'left_on' seems to know it" in str(done.exception)
    done = init(tmp_path, PLAIN.replace("churned", "churn"))
    assert "no customer or event has a column 'churned'. Did you mean 'churn'?" in str(done.exception)
    done = init(tmp_path, PLAIN.replace("True", "False"), "--without", "left_on")
    assert "all rows have the same label, 'no'" in str(done.exception)


def test_a_label_with_a_date_is_of_its_moment(tmp_path: Path) -> None:
    done = init(tmp_path, DATED, "--tz", "UTC")
    assert done.exit_code == 0, done.exception
    found = rows(tmp_path)
    assert len(found) == 180
    for row in found:
        events = row["events"]
        assert isinstance(events, list)
        assert all("churned" not in event.get("attributes", {}) for event in events)
        times = [datetime.fromisoformat(event["time"]) for event in events]
        assert max(times) == datetime.fromisoformat(str(row["as_of"])) <= datetime(2024, 3, 1, tzinfo=UTC)
    assert sum(row["outcome"] == "yes" for row in found) == 20


def test_folds_have_every_customer_once() -> None:
    names = [f"c{n}" for n in range(300)]
    parts = [{name for name in names if Sides(fold=(k, 5)).of(name) == "test"} for k in range(1, 6)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert all(40 < len(part) < 80 for part in parts)
    assert parts[0] != {name for name in names if Sides(fold=(1, 5), seed=1).of(name) == "test"}
