import json
from pathlib import Path

from click.testing import CliRunner

from fewsight.cli import root
from fewsight.shop import answer, generate
from fewsight.shop.answers import TASKS
from fewsight.shop.tables import ATTRIBUTES
from fewsight.tables import open_histories


def run(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(root, ["sample", "--customers", "60", "--out", str(folder), *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_tables_give_back_the_histories(tmp_path: Path) -> None:
    said = run(tmp_path, "--language", "mixed", "--split", "all", "--seed", "3")
    expected = {c.history.customer_id: c.history for c in generate(60, seed=3, language="mixed", split="all")}
    read = open_histories(tmp_path / "histories.csv", profiles=tmp_path / "profiles.csv")
    histories = {history.customer_id: history for history in read}
    assert read.counts.quarantined == 0
    assert all(histories[name] == history for name, history in expected.items() if history.events)
    assert f"60 customers with {read.counts.rows} events" in said


def test_truth_has_a_line_for_each_customer(tmp_path: Path) -> None:
    run(tmp_path, "--first", "10")
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["customer_id"] for line in lines] == [f"C{i:06}" for i in range(10, 70)]
    for line, customer in zip(lines, generate(60, seed=7, first=10), strict=True):
        assert line["churn_reason"]["value"] == customer.truth.churn_reason.value
        assert line["persona"]["activity"]["basis"] == customer.truth.persona["activity"].basis


def test_every_attribute_has_a_column() -> None:
    used = {name for c in generate(500, seed=1) for event in c.history.events for name in event.attributes}
    assert used <= set(ATTRIBUTES)


def test_bad_ranges_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(root, ["sample", "--events", "9", "3", "--out", str(tmp_path / "x")])
    assert result.exit_code != 0
    assert "fewest" in str(result.exception)


def test_labels_are_the_truth_with_evidence_by_number(tmp_path: Path) -> None:
    run(tmp_path, "--labels", "--split", "all")
    assert {path.stem for path in (tmp_path / "labels").iterdir()} == set(TASKS)
    customers = {customer.history.customer_id: customer for customer in generate(60, seed=7, split="all")}
    for task in TASKS:
        lines = (tmp_path / "labels" / f"{task}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        assert {row["id"] for row in rows} == {
            name for name, one in customers.items() if one.history.events and answer(one, task)
        }
        for row in rows:
            ids = [event.id for event in customers[row["id"]].history.events]
            right = answer(customers[row["id"]], task)
            assert right is not None
            evidence = [ids[int(name[1:]) - 1] for name in row["answer"]["evidence"]]
            assert row["answer"] | {"evidence": evidence} == dict(right)


def test_labels_of_chinese_customers_have_chinese_summaries(tmp_path: Path) -> None:
    run(tmp_path, "--labels", "--language", "zh", "--events", "2", "6")
    rows = [json.loads(line) for line in (tmp_path / "labels" / "churn_reason.jsonl").read_text("utf-8").splitlines()]
    spoken = [row for row in rows if any(event.get("text", "") > "\u4e00" for event in row["events"])]
    assert len(spoken) > 10
    assert all(any("\u4e00" <= c <= "\u9fff" for c in row["answer"]["summary"]) for row in spoken)
