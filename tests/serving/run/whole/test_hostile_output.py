"""Customers' words can't steer the terminal of whoever looks at prompts, runs and ledgers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root

ESCAPES = ("\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202egnp.exe", "\x08\x08")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "t.csv"
    rows = [f'c{n}{text},2026-01-0{n + 1},"late {text} parcel"' for n, text in enumerate(ESCAPES)]
    path.write_text("\n".join(["customer_id,time,text", *rows]) + "\n", encoding="utf-8")
    return path


def check_quiet(*arguments: "str | Path") -> str:
    done = CliRunner().invoke(root, list(map(str, arguments)))
    text = done.output + str(done.exception or "")
    assert done.exit_code == 0, text
    steering = [char for char in text if char not in "\n\t" and (ord(char) < 32 or 127 <= ord(char) < 160)]
    assert not steering
    assert "\u202e" not in text
    return text


def test_no_command_prints_what_steers_a_terminal(table: Path, model_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    model = ("--engine", "scripted", "--model", model_path)
    given = ("--histories", table)
    shown = [
        check_quiet("prompt", "intent", *given, "--model", model_path, "--customer", f"c{n}{text}")
        for n, text in enumerate(ESCAPES)
    ]
    assert any("\\u001b" in text for text in shown)
    check_quiet("run", "intent", *given, "--out", out, *model)
    check_quiet("ledger", "show", out)
    check_quiet("ledger", "verify", out)
    check_quiet("export", out, "-o", tmp_path / "x.csv")
