import csv
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fewsight.errors import ConfigError, InputError, MappingError, TaskError
from fewsight.prompts.cli import tasks
from fewsight.prompts.loading import scaffold
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import NoneOfThese

TABLE = """text,intent,who,when
Where is it?,delivery,c1,2026-01-02
Money back please,refund,c2,2026-01-03T10:00:00+01:00
,refund,c3,2026-01-04
No label here, ,c4,2026-01-05
Where is it?,delivery,c1,2026-01-02
Where is it?,refund,c5,2026-01-06
我的快递在哪里,delivery,c6,
Odd time,refund,c7,soon
too,many,cells,in,here
"two
lines",refund/exchange?,c8,2026-01-07
"""


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.csv").write_text(TABLE, "utf-8")


def tasks_new(*words: str) -> Result:
    return CliRunner().invoke(tasks, ["new", *words], catch_exceptions=False)


FROM = ("shop_intent", "--from", "train.csv", "--text", "text", "--label", "intent")


def test_a_starter_loads_under_its_name() -> None:
    assert "Wrote urgency/" in tasks_new("urgency").output
    task = load_task("urgency")
    assert (task.name, len(task.shots)) == ("urgency", 3)
    assert "urgency" in task.templates["en", "compact"]
    assert "starter" not in "".join(path.read_text("utf-8") for path in Path("urgency").iterdir())


def test_a_table_becomes_a_task_that_is_found_by_name() -> None:
    output = tasks_new(*FROM, "--customer-id", "who", "--time", "when").output
    task = load_task("shop_intent")
    answers = {shot.id: shot.answer["intent"] for shot in task.shots}
    assert answers == {
        "row-0000002": "delivery",
        "row-0000003": "refund",
        "row-0000007": "refund",
        "row-0000008": "delivery",
        "row-0000011": "refund/exchange?",
    }
    assert [shot.id for shot in task.shots_in("zh")] == ["row-0000008"]
    shot = next(shot for shot in task.shots if shot.id == "row-0000003")
    assert (shot.history.customer_id, str(shot.history.events[0].time)) == ("c2", "2026-01-03 09:00:00+00:00")
    assert "3 labels, shots: 4 en, 1 zh, of 10 rows." in output
    assert "4 rows left out\n" in output


def test_every_row_that_is_left_out_or_contradicts_is_named() -> None:
    tasks_new(*FROM, "--customer-id", "who", "--time", "when")
    with Path("shop_intent/import_report.csv").open(encoding="utf-8", newline="") as file:
        found = {int(row["line"]): (row["kept"], row["reason"]) for row in csv.DictReader(file)}
    assert set(found) == {4, 5, 6, 7, 9, 10}
    assert found[4] == ("no", "no text in column 'text'")
    assert found[5] == ("no", "no label in column 'intent'")
    assert found[6] == ("no", "repeats a row before it (same text as line 2)")
    assert found[7] == ("yes", "label 'refund', but the same text has 'delivery' in line 2")
    assert found[9][0] == "no"
    assert "5 cells" in found[10][1]


def test_a_clean_table_leaves_no_report() -> None:
    Path("train.csv").write_text("text,intent\na,x\nb,y\n", "utf-8")
    tasks_new(*FROM, "--language", "zh")
    assert {path.name for path in Path("shop_intent").iterdir()} == {"task.toml", "shots.zh.jsonl"}


def test_none_of_these_by_label_and_threshold() -> None:
    tasks_new(*FROM, "--none-of-these", 'out of "scope"', "--none-threshold", "0.3")
    task = load_task("shop_intent")
    assert task.none_of_these == NoneOfThese('out of "scope"', 0.3)
    tasks_new(*FROM, "--force", "--none-threshold", "0.4")
    assert load_task("shop_intent").none_of_these == NoneOfThese("none_of_these", 0.4)
    with pytest.raises(ConfigError, match="is no probability"):
        tasks_new(*FROM, "--force", "--none-threshold", "30")


def test_labels_with_any_characters_survive_the_file() -> None:
    labels = ['"', "\\n", "a\tb", "é/退款?", "\x7f", "#=[]'''"]
    with Path("train.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text", "intent"], *([f"text {i}", label] for i, label in enumerate(labels))])
    tasks_new(*FROM)
    assert [shot.answer["intent"] for shot in load_task("shop_intent").shots] == labels


def test_nothing_is_replaced_without_force_and_only_task_folders_with_it() -> None:
    tasks_new(*FROM)
    with pytest.raises(TaskError, match="there already"):
        tasks_new(*FROM)
    tasks_new("shop_intent", "--force")
    assert load_task("shop_intent").title.startswith("How soon")
    Path("photos").mkdir()
    with pytest.raises(TaskError, match="is no task folder"):
        tasks_new("photos", "--force")


def test_a_failure_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks_new("shop_intent")
    before = sorted(os.listdir())
    Path("train.csv").write_text("text,intent\na,x\nb,x\n", "utf-8")
    with pytest.raises(TaskError, match=r"Column 'intent' has one label only, 'x', in 2 rows; .* at least two"):
        tasks_new(*FROM, "--force")

    def full_disk(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scaffold, "read_folder", full_disk)
    with pytest.raises(OSError, match="No space"):
        tasks_new("shop_intent", "--force")
    assert sorted(os.listdir()) == before
    assert load_task("shop_intent").title.startswith("How soon")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (("no/slashes",), TaskError, "can't name a task"),
        (("x", "--text", "text"), ConfigError, "name it with --from"),
        (("x", "--from", "train.csv"), ConfigError, "needs --text"),
        (("x", "--from", "gone.csv", "--text", "a", "--label", "b"), InputError, "gone.csv"),
        (("x", "--from", "train.csv", "--text", "txt", "--label", "b"), MappingError, "'txt'. Did you mean 'text'"),
        (("x", "--from", "train.csv", "--text", "text", "--label", "text"), MappingError, "named for two things"),
    ],
)
def test_wrong_words_are_refused(words: tuple[str, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        tasks_new(*words)
    assert sorted(os.listdir()) == ["train.csv"]


def test_a_column_of_ids_is_no_column_of_labels() -> None:
    Path("train.csv").write_text("text,intent\n" + "".join(f"t{i},l{i}\n" for i in range(1001)), "utf-8")
    with pytest.raises(TaskError, match="is it the column of labels"):
        tasks_new(*FROM)


def test_list_shows_own_and_built_in_tasks_and_what_is_wrong_with_them() -> None:
    tasks_new(*FROM)
    Path("broken").mkdir()
    Path("broken/task.toml").write_text("name = 1", "utf-8")
    output = CliRunner().invoke(tasks, ["list"], catch_exceptions=False).output
    assert "shop_intent  v1  yours  Shop intent\n    fields: intent (3 labels)\n    shots: " in output
    assert "churn_reason  v1  built in" in output
    assert "broken  yours\n    can't be used: Task folder" in output
