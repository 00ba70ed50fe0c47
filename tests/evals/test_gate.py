"""The gate of our own CI: what ships must answer held-out customers as well as when its predictions were kept."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root

GATE = Path(__file__).parents[1] / "gate"
SAMPLES = (("held", "120", "21", "5000000", "held-out"), ("train", "600", "22", "0", "train"))


def fewsight(*arguments: "str | Path") -> str:
    done = CliRunner().invoke(root, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.model
@pytest.mark.slow
def test_what_ships_is_not_worse_than_it_was(tmp_path: Path) -> None:
    for name, customers, seed, first, split in SAMPLES:
        given = ["--customers", customers, "--seed", seed, "--first", first, "--split", split, "--events", "1", "1"]
        fewsight("sample", *given, "--labels", "--out", tmp_path / "data" / name)
    suite = tmp_path / "suite.toml"
    suite.write_text((GATE / "suite.toml").read_text(encoding="utf-8"), encoding="utf-8")
    out = tmp_path / "out"
    fewsight("eval", suite, "--out", out)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["tasks"][0]["fields"][0]["best"] == "built-in"
    # Eight points: rounding differs between machines, and a row of these 86 is more than a point.
    said = fewsight("eval", "gate", "--baseline", GATE / "baseline", "--candidate", out, "--margin", "8")
    assert "The gate is passed." in said
