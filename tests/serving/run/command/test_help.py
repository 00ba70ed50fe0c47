"""The help of `fewsight run`, options from a file, and what shells complete."""

from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import ConfigError
from fewsight.serving.run.command.cli import prompt, run
from fewsight.serving.run.command.grouped import GroupedCommand, TitledOption

TABLE = "customer_id,time,text\na,2026-01-01,Where is it?\nb,2026-01-02,Thanks a lot\nc,2026-01-03,Cancel it\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path / "t.csv"


def test_help_is_grouped_and_ends_with_an_example() -> None:
    text = CliRunner().invoke(root, ["run", "--help"]).output
    titles = [line.rstrip(":") for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Input", "Prompt", "Engine", "Answers", "Output", "Other"]
    assert "\n  TASK..." not in text
    assert text.rstrip().splitlines()[-1].split()[:2] == ["fewsight", "run"]


@pytest.mark.parametrize("command", [run, prompt])
def test_every_option_has_a_title_and_words(command: GroupedCommand) -> None:
    bare = [each.name for each in command.params if isinstance(each, TitledOption) and not each.help]
    assert bare in ([], ["language"])


def test_the_example_of_the_help_is_one(table: Path, model_path: Path, tmp_path: Path) -> None:
    words = str(run.epilog).strip().splitlines()[-1].split()[2:]
    words[words.index("orders.csv")] = words[words.index("customers.csv")] = str(table)
    words[-1] = str(tmp_path / "run")
    done = CliRunner().invoke(run, [*words, "--engine", "scripted", "--model", str(model_path), "--dry-run"])
    assert done.exit_code == 0, (done.output, done.exception)


def test_options_come_from_a_file_and_the_command_line_wins(table: Path, model_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(
        f'tasks = ["intent"]\nhistories = "{table}"\nout = "{tmp_path / "out"}"\nengine = "scripted"\n'
        f'model = "{model_path}"\nlimit = 1\nno_mask = true\nas_of = 2026-01-02T12:00:00Z\nadapter = ["none"]\n'
    )
    done = CliRunner().invoke(root, ["run", "--config", str(file)])
    assert done.exit_code == 0, (done.output, done.exception)
    assert " ".join(done.output.split()).count("customers 1 ") == 1
    assert "--no-mask:" in done.output
    assert '"as_of": "2026-01-02 12:00:00+00:00"' in (tmp_path / "out" / "run.json").read_text()
    more = CliRunner().invoke(
        root, ["run", "sentiment", "--config", str(file), "--limit", "2", "--out", str(tmp_path / "more")]
    )
    assert " ".join(more.output.split()).count("customers 2 ") == 1
    assert "sentiment · overall" in more.output


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shot = 3", "no option 'shot'. Did you mean 'shots'"),
        ('calibrations = ["a"]', "Did you mean 'calibration'"),
        ("no_mask = 1", "no_mask = 1 must be true or false"),
        ("limit = true", "limit = True must be a text or a number"),
        ('adapter = "mine"', r"write adapter = \['mine'\]"),
        ("tz = {a = 1}", "tz = {'a': 1} must be"),
        ("a b", "can't be read as TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(text: str, reason: str, table: Path, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(text)
    done = CliRunner().invoke(root, ["run", "intent", "--config", str(tmp_path / "run.toml")])
    assert isinstance(done.exception, ConfigError)
    with pytest.raises(ConfigError, match=reason):
        raise done.exception


@pytest.mark.parametrize(
    ("words", "begun", "expected"),
    [
        ([], "ex", "export"),
        (["run"], "churn", "churn_reason"),
        (["run", "intent"], "--calib", "--calibration"),
        (["run", "intent", "--selector"], "k", "knn"),
    ],
)
def test_shells_complete_commands_tasks_options_and_choices(words: list[str], begun: str, expected: str) -> None:
    offered = BashComplete(root, {}, "fewsight", "_FEWSIGHT_COMPLETE").get_completions(words, begun)
    assert expected in [each.value for each in offered]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_that_docs_name_gives_a_script(shell: str) -> None:
    done = CliRunner().invoke(root, prog_name="fewsight", env={"_FEWSIGHT_COMPLETE": f"{shell}_source"})
    assert "_FEWSIGHT_COMPLETE" in done.output
