import subprocess
import sys

import pytest
from click.testing import CliRunner

from fewsight.cli import COMMANDS, main, root


def test_help_of_every_command() -> None:
    for command in ([], *([name] for name in COMMANDS)):
        done = CliRunner().invoke(root, [*command, "--help"])
        assert done.exit_code == 0, done.output
        assert "Usage:" in done.output
    listed = CliRunner().invoke(root, ["--help"]).output
    assert all(name in listed and text.split()[0] in listed for name, (_, text) in COMMANDS.items())


def test_an_unknown_command_is_named() -> None:
    done = CliRunner().invoke(root, ["rum"])
    assert done.exit_code == 2
    assert "rum" in done.output


def test_the_root_imports_nothing_heavy() -> None:
    code = (
        "import sys, fewsight, fewsight.cli; "
        "print([m for m in ('torch', 'transformers', 'pandas', 'duckdb', 'outlines', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_errors_for_the_user_come_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fewsight", "ledger", "show", "/nowhere"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert "nowhere" in said
    assert "Traceback" not in said
