"""`fewsight watch` as people call it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import ConfigError
from tests.agents.watch.shop import END, Shop, until


def test_the_command_names_alerts_and_where_they_are(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, folder = tmp_path / "orders.csv", tmp_path / "watch"
    until(shop.frame, END).to_csv(table, index=False)
    words = ["watch", str(shop.task), "--histories", str(table), "--answerer", str(shop.answerer)]
    words += ["--state", str(folder), "--false-alarms", "0.1", "--past", "4"]
    monkeypatch.delenv("FEWSIGHT_WEBHOOK_SECRET", raising=False)
    unsigned = CliRunner().invoke(root, [*words, "--webhook", "https://example.com/"])
    assert isinstance(unsigned.exception, ConfigError)
    assert not folder.exists(), "nothing was looked at"
    done = CliRunner().invoke(root, words)
    assert done.exit_code == 0, done.output
    first = (folder / "alerts.csv").read_text().splitlines()[1].split(",")
    assert f"  1. {first[3]}: " in done.output
    assert "at most 10.0 % false alarms, 95% sure" in done.output
    again = CliRunner().invoke(root, words)
    assert again.exit_code == 0
    assert "alerts written" not in again.output
