"""What a run writes holds no identifier, customer ids that are e-mails included, and export puts them back."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import fewsight
from fewsight.cli import root
from fewsight.errors import ConfigError
from fewsight.ledger import Ledger
from fewsight.serving.run.options import make_options

CANARIES = ("anna.kim@example.com", "13800138000", "tom@example.org")
ROWS = [
    ("anna.kim@example.com", "2026-01-01", "order", "Card for tom@example.org", "13800138000", "Where is it?"),
    ("c2", "2026-01-02", "message", "Lamp", "web", "my mail is tom@example.org"),
]
FRAME = pd.DataFrame(ROWS, columns=["customer_id", "time", "kind", "product", "channel", "text"])


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_path: Path) -> dict[str, Any]:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    return {"out": tmp_path / "run", "engine": "scripted", "model": str(model_path)}


def test_no_file_but_the_map_holds_an_identifier(given: dict[str, Any], tmp_path: Path, model_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    command = ["run", "intent", "--histories", tmp_path / "t.csv", "--out", given["out"], "--engine", "scripted"]
    done = CliRunner().invoke(root, [str(word) for word in (*command, "--model", model_path)])
    assert done.exit_code == 0, done.output
    for path in given["out"].iterdir():
        if path.name != "pseudonyms.jsonl":
            content = path.read_bytes()
            assert not [canary for canary in CANARIES if canary.encode() in content], path
    assert not [canary for canary in CANARIES if canary in done.output]
    assert "[CUSTOMER_" in (given["out"] / "insights.html").read_text()


def test_python_and_export_give_the_own_ids_back(given: dict[str, Any], tmp_path: Path) -> None:
    done = fewsight.run("intent", FRAME, **given)
    assert sorted(done.to_pandas()["customer_id"]) == ["anna.kim@example.com", "c2"]
    for words, ids in (((), 1), (("--restore",), 2)):
        target = tmp_path / f"{ids}.jsonl"
        CliRunner().invoke(root, ["export", str(given["out"]), "-o", str(target), *words], catch_exceptions=False)
        customers = [json.loads(line)["customer_id"] for line in target.read_text().splitlines()]
        assert len({*customers} & {"anna.kim@example.com", "c2"}) == ids


def test_a_run_goes_on_under_the_same_keys(given: dict[str, Any]) -> None:
    fewsight.run("intent", FRAME, **given, limit=1)
    again = fewsight.run("intent", FRAME, **given)
    assert (again.summaries[0].resumed, again.summaries[0].computed) == (1, 1)


def test_an_older_run_goes_on_under_the_ids_of_the_table(given: dict[str, Any]) -> None:
    fewsight.run("intent", FRAME, **given, limit=1)
    folder = given["out"]
    with Ledger.open(folder, read_only=True) as ledger:
        (insight,) = ledger.insights()
    # As version 0.1.0 left it: no secret in the map, and the id of the table in the ledger.
    (folder / "pseudonyms.jsonl").write_text("")
    (folder / "ledger.sqlite").unlink()
    again = fewsight.run("intent", FRAME, **given)
    with Ledger.open(folder, read_only=True) as ledger:
        assert {one.customer_id for one in ledger.insights()} == {"anna.kim@example.com", "c2"}
    assert insight.customer_id.startswith("[CUSTOMER_")
    assert again.summaries[0].computed == 2


@pytest.mark.skipif(importlib.util.find_spec("presidio_analyzer") is not None, reason="presidio-analyzer is installed")
def test_presidio_that_is_not_installed_gives_the_line_that_installs_it(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"pip install 'fewsight\[presidio\]'"):
        fewsight.run("intent", FRAME, **given, presidio=True)


def test_presidio_without_masking_is_refused() -> None:
    with pytest.raises(ConfigError, match="--presidio has no effect with --no-mask"):
        make_options(["intent"], presidio=True, mask=False)
