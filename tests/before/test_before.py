"""A ledger and an adapter that an earlier release wrote still open, resume and serve.

`data/` was written by fewsight 0.1.0 before its rooms had floors; it is never written anew.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root

DATA = Path(__file__).parent / "data"
SAMPLE = ("sentiment", "intent", "churn_reason", "persona")
SAMPLE_TABLES = ("--histories", "shop/histories.csv", "--profiles", "shop/profiles.csv")
SCRIPTED = ("run", *SAMPLE, *SAMPLE_TABLES, "--engine", "scripted", "--adapter", "none", "--out", "run", "--limit", "3")
ADAPTED = ("run", "./desk", "--histories", "messages.csv", "--adapter", "adapter", "--engine", "transformers")


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    folder = tmp_path / "before"
    shutil.copytree(DATA, folder)
    for names in folder.glob("*/pseudonyms.jsonl"):
        names.chmod(0o600)  # git keeps no such modes
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(root, arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    return run


def forget_results(folder: str) -> None:
    """Leave only the answers, so that a run must find each of them by the digest of all that it depends on."""
    with sqlite3.connect(f"{folder}/ledger.sqlite") as connection:
        connection.execute("DELETE FROM results")
    connection.close()


def test_the_ledger_is_whole(invoke: Callable[..., str]) -> None:
    assert "12 results" in invoke("ledger", "verify", "run")
    assert "3 results" in invoke("ledger", "verify", "run_adapter")


@pytest.mark.model
def test_a_finished_run_computes_nothing_more(invoke: Callable[..., str]) -> None:
    assert "12 (12 from before)" in invoke(*SCRIPTED)


@pytest.mark.model
def test_every_prompt_grammar_and_setting_still_has_the_same_digest(invoke: Callable[..., str]) -> None:
    forget_results("run")
    assert "0 computed + 12 served from the ledger" in invoke(*SCRIPTED)


@pytest.mark.model
def test_an_adapter_serves_and_its_run_goes_on(invoke: Callable[..., str]) -> None:
    output = invoke(*ADAPTED, "--dtype", "float32", "--limit", "3", "--out", "run_adapter")
    assert "3 (3 from before)" in output


@pytest.mark.model
def test_an_adapter_answers_as_it_did(invoke: Callable[..., str]) -> None:
    invoke(*ADAPTED, "--dtype", "float32", "--limit", "3", "--out", "again")
    for folder in ("run_adapter", "again"):
        invoke("export", folder, "--format", "jsonl", "-o", f"{folder}.jsonl")
    before, again = probabilities("run_adapter.jsonl"), probabilities("again.jsonl")
    assert len(before) == 3 * 2  # customers, labels
    assert again == pytest.approx(before, abs=1e-3)


def probabilities(path: str) -> list[float]:
    """Of each label for each customer, in the order of customers."""
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    return [share for row in rows for _, share in sorted(row["probabilities"]["desk"].items())]
