"""Labels that may be wrong are found, and nothing else is said of right ones."""

import csv
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import InputError
from fewsight.prompts.labelled import GoldRow, read_gold
from fewsight.prompts.labelled.label_audit import audit
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task

WORDS = {
    "late": ["parcel", "delivery", "waiting", "courier", "tracking", "arrive", "delayed"],
    "refund": ["money", "refund", "return", "reimburse", "charged", "bank", "credit"],
    "login": ["password", "account", "login", "email", "reset", "locked", "code"],
}
PLANTED = 15


@pytest.fixture(scope="module")
def task() -> Task:
    return classification_task("toy_intent", [*WORDS, "rare"])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 rows of four words about their label; the first 15 have another label, and two a label of their own."""
    chance = random.Random(1)
    labels = list(WORDS)
    lines = ["id,text,intent"]
    for number in range(300):
        about = labels[number % 3]
        label = labels[(number + 1) % 3] if number < PLANTED else about
        lines.append(f"r{number},{' '.join(chance.choices(WORDS[about], k=4))} number {number},{label}")
    lines += ["x1,something else entirely,rare", "x2,quite another thing,rare"]
    path = tmp_path_factory.mktemp("noise") / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def rows(file: Path, task: Task) -> list[GoldRow]:
    return read_gold(file, task).rows


def test_planted_mistakes_are_found_and_few_others(rows: list[GoldRow], task: Task) -> None:
    found = audit(rows, task)
    lines = [one.line for one in found.suspects]
    planted = {row.line for row in rows[:PLANTED]}
    assert len(planted & set(lines)) >= PLANTED - 1
    assert len(set(lines) - planted) <= 3
    assert found.judged == 300
    assert found.not_judged == ("intent: too few rows of rare",)
    assert [one.probability for one in found.suspects] == sorted(one.probability for one in found.suspects)


def test_equal_rows_can_not_vouch_for_each_other(task: Task, tmp_path: Path) -> None:
    chance = random.Random(2)
    lines = ["customer_id,text,intent"]
    for number in range(120):
        label = list(WORDS)[number % 3]
        lines.append(f"c{number},{' '.join(chance.choices(WORDS[label], k=4))} {number},{label}")
    lines += [f"d{number},refund my money to the bank please,login" for number in range(8)]
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n")
    rows = read_gold(tmp_path / "rows.csv", task).rows
    wrong = {row.line for row in rows if row.text.startswith("refund my money")}
    assert len(wrong) == 8
    assert wrong <= {one.line for one in audit(rows, task).suspects}


def test_equal_seeds_give_equal_audits(rows: list[GoldRow], task: Task) -> None:
    assert audit(rows, task, seed=3) == audit(list(rows), task, seed=3)


def test_too_few_rows_to_judge(rows: list[GoldRow], task: Task) -> None:
    with pytest.raises(InputError, match="No label can be judged: intent: too few rows of late, refund, login"):
        audit(rows[:6], task)


def test_the_command_says_and_writes_them(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new = ["tasks", "new", "toy_intent", "--from", str(file), "--text", "text", "--label", "intent"]
    assert CliRunner().invoke(root, new).exit_code == 0
    said = CliRunner().invoke(root, ["audit", "toy_intent", "--rows", str(file), "--out", "suspects.csv"])
    assert said.exit_code == 0, (said.output, said.exception)
    assert "of 300 labels" in said.output
    with (tmp_path / "suspects.csv").open() as table:
        written = list(csv.DictReader(table))
    assert f"{len(written)} of 300" in said.output
    assert {"line", "given", "likelier"} <= set(written[0])
