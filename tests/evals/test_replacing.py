"""`fewsight eval gate` before an answerer replaces another."""

import json
from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.serving.answerers.folder import read_answerer, read_tensors, write_answerer
from tests.evals.support import invoke


def rows(path: Path, count: int, start: int) -> Path:
    """Rows whose profile tells the label."""
    lines = []
    for number in range(start, start + count):
        label = "refund" if number % 2 else "late"
        profile = {"kind": label, "number": number % 7}
        lines.append(json.dumps({"customer_id": f"C{number}", "profile": profile, "events": [], "label": label}))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def answerers(task: Path, tmp_path: Path) -> dict[str, Path]:
    """One that learned what is true, and one with the opposite weights."""
    train, test = rows(tmp_path / "train.jsonl", 60, 0), rows(tmp_path / "some.jsonl", 10, 900)
    out = tmp_path / "eval"
    done = invoke(
        *("eval", task, "--train", train, "--test", test, "--arms", "facts-lr", "--no-baselines"),
        *("--out", out, "--save", "facts-lr"),
    )
    assert done.exit_code == 0, done.output
    good, bad = out / "answerer", tmp_path / "bad"
    tensors = {name: -one if name.endswith(".weights") else one for name, one in read_tensors(good).items()}
    write_answerer(bad, read_answerer(good), tensors)
    return {"good": good, "bad": bad}


def test_a_worse_answerer_does_not_replace_a_better_one(task: Path, answerers: dict[str, Path], tmp_path: Path) -> None:
    test = rows(tmp_path / "test.jsonl", 60, 200)
    given: list[str | Path] = ["eval", "gate", task, "--test", test, "--margin", "5"]
    worse = invoke(*given, "--old", answerers["good"], "--new", answerers["bad"], "--out", tmp_path / "worse")
    assert worse.exit_code == 1, worse.output
    assert "worse by more than 5 points: -100.0 points" in worse.output
    assert "NOT passed" in worse.output
    better = invoke(*given, "--old", answerers["bad"], "--new", answerers["good"], "--out", tmp_path / "better")
    assert better.exit_code == 0, better.output
    assert "not worse by more than 5 points: +100.0 points" in better.output


def test_what_rows_can_not_show_is_said(task: Path, answerers: dict[str, Path], tmp_path: Path) -> None:
    test = rows(tmp_path / "test.jsonl", 12, 200)
    given: list[str | Path] = ["eval", "gate", task, "--test", test, "--margin", "1", "--out", tmp_path / "out"]
    both: list[str | Path] = ["--old", answerers["good"], "--new", answerers["good"]]
    assert invoke(*given, *both).exit_code == 0
    (path,) = (tmp_path / "out" / "new").rglob("answers.jsonl")
    head, first, *rest = path.read_text().splitlines()
    path.write_text("\n".join([head, json.dumps(json.loads(first) | {"predicted": None}), *rest]) + "\n")
    folders: list[str | Path] = ["--baseline", tmp_path / "out" / "old", "--candidate", tmp_path / "out" / "new"]
    judged: list[str | Path] = ["eval", "gate", "--margin", "1", *folders]
    refused, passed = invoke(*judged), invoke(*judged, "--undecided", "pass")
    assert (refused.exit_code, passed.exit_code) == (1, 0)
    for said in (refused, passed):
        assert "undecided by more than 1 points" in said.output
        assert "customers are needed" in said.output
    assert "not everything is shown not to be" in passed.output
    mixed = invoke(*given, *both, "--baseline", tmp_path)
    assert isinstance(mixed.exception, ConfigError)
    nothing = invoke(*given, "--old", tmp_path, "--new", answerers["good"])
    assert "neither an answerer" in str(nothing.exception)
