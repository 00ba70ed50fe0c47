"""--quiet and --verbose, on every command."""

import logging
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fewsight import cli
from fewsight.cli import COMMANDS, root
from fewsight.notices import Lines, Silent, library_progress, show_notices, shown_progress


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    logger = logging.getLogger("fewsight")
    before = logger.level
    yield
    logger.setLevel(before)


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from commands(each)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_them_once(name: str) -> None:
    context = click.Context(root)
    root.get_command(context, name)
    command = root.get_command(context, name)  # commands are module objects: asked for again it is the same one
    assert command is not None
    for each in commands(command):
        names = [parameter.name for parameter in each.params]
        assert (names.count("quiet"), names.count("verbose")) == (1, 1), each.name


@pytest.mark.parametrize("before", [True, False])
def test_quiet_leaves_warnings_and_results(before: bool, model_path: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("customer_id,time,text\na,2026-01-01,Where?\nb,never,Now\n")
    given = ["run", "intent", "--histories", str(tmp_path / "t.csv"), "--model", str(model_path)]
    given += ["--engine", "scripted", "--out", str(tmp_path / "run")]
    words = ["--quiet", *given] if before else [*given, "--quiet"]
    done = CliRunner().invoke(root, words)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "quarantine.jsonl" in done.output
    assert "Engine scripted" not in done.output
    assert "customers" not in done.output
    verified = CliRunner().invoke(root, ["ledger", "verify", str(tmp_path / "run"), "--quiet"])
    assert verified.output.startswith("All is well")


def test_verbose_shows_where_an_error_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fewsight", "ledger", "show", "nothing-here", "--verbose"])
    with pytest.raises(SystemExit):
        cli.main()
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "Error: " in shown


def test_progress_is_silent_where_notices_are() -> None:
    show_notices(logging.WARNING)
    with shown_progress() as progress:
        assert isinstance(progress, Silent)


def test_a_program_that_is_no_terminal_sees_progress_if_it_asks() -> None:
    show_notices()
    own = Lines()
    for asked, expected in ((None, Silent), (False, Silent), (True, Lines)):
        with library_progress(asked) as progress:
            assert type(progress) is expected
    with library_progress(own) as progress:
        assert progress is own
