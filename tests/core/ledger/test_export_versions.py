import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from click.testing import Result as Invoked

from fewsight.cli import root
from fewsight.errors import ConfigError
from fewsight.ledger import Answer, Ledger, Result
from tests.core.conftest import NOON


@pytest.fixture
def folder(tmp_path: Path, answer: Callable[..., Answer], result: Callable[..., Result]) -> Path:
    """Two customers, one of them asked again a day later."""
    first, again = result("c1", "k"), result("c1", "k")
    again = replace(again, insight=replace(again.insight, as_of=NOON + timedelta(days=1)))
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer()}, [first, result("c2", "k")])
        ledger.record({}, [again], anew=True)
    return tmp_path


def invoke(*words: "str | Path") -> Invoked:
    return CliRunner().invoke(root, [str(word) for word in words])


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl", "xlsx"])
def test_older_versions_are_exported_where_they_are_asked_for(folder: Path, form: str) -> None:
    file = folder / f"out.{form}"
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}
    for words, rows in (((), 2), (("--versions",), 3)):
        assert invoke("export", folder, "-o", file, *words).exit_code == 0
        if form == "jsonl":
            frame = pd.DataFrame([json.loads(line) for line in file.read_text("utf-8").splitlines()])
        else:
            frame = read[form](file)  # type: ignore[operator]
        assert len(frame) == rows
        assert ("newest" in frame.columns) is bool(words)
    assert [str(one).lower() for one in frame["newest"]] == ["false", "true", "true"]
    assert frame["recorded"].notna().all()
    if form == "parquet":
        assert str(frame["recorded"].dtype).endswith("UTC]")


def test_commands_count_older_versions(folder: Path) -> None:
    assert "2 results, 1 older versions, 1 answers" in invoke("ledger", "verify", folder).output
    assert "1 older versions of them" in invoke("ledger", "show", folder).output
    assert json.loads(invoke("ledger", "show", folder, "--json").output)["older"] == 1


def test_older_versions_are_not_restored(folder: Path) -> None:
    done = invoke("export", folder, "-o", folder / "out.csv", "--versions", "--restore")
    assert isinstance(done.exception, ConfigError)
