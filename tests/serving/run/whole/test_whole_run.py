"""summary.json and what is printed tell the whole run, whatever the last call did, and its counts add up."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.serving.run.api import run


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))


def summary(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    return data


def test_computed_served_and_doubles_are_the_insights(model_path: Path, tmp_path: Path) -> None:
    texts = ["Where is it?"] * 4 + ["I love it", "I love it", "Cancel"]
    frame = pd.DataFrame({"text": [*texts, *(f"filler {n}" for n in range(520)), "Cancel"]})  # more than one window
    given: dict[str, Any] = {"engine": "scripted", "model": str(model_path)}
    done = run("intent", frame, tmp_path / "run", **given)
    (call,) = done.summaries
    assert (call.doubled, call.cached) == (4, 1)
    assert call.computed + call.cached + call.doubled == call.statuses.total() == len(done.insights) == len(frame)
    whole = summary(tmp_path / "run")["run"]
    assert (whole["insights"], whole["customers"], whole["from_before"]) == (528, 528, 0)


def test_a_finished_command_said_again_keeps_its_summary(model_path: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\nWhere is it?\nWhere is it?\nI love it\n")
    given = ["run", "intent", "sentiment", "--histories", str(tmp_path / "t.csv"), "--out", str(tmp_path / "run")]
    given += ["--engine", "scripted", "--model", str(model_path)]
    first = CliRunner().invoke(root, [*given, "--limit", "2"])
    assert "2 computed + 0 served from the ledger + 2 doubles = 4 insights" in first.output
    middle = CliRunner().invoke(root, given)
    assert "(4 from before)" in middle.output
    whole = summary(tmp_path / "run")["run"]
    assert (whole["insights"], whole["customers"], whole["from_before"]) == (6, 3, 4)
    again = CliRunner().invoke(root, given)
    assert again.exit_code == 0
    assert "6 (6 from before)" in again.output
    assert "nothing was left to do" in again.output
    for path in ("intent · intent:", "sentiment · overall:"):  # the labels of the whole run
        (line,) = [line for line in again.output.splitlines() if path in line]
        assert line in middle.output
        assert sum(int(part.rsplit(" ", 1)[1]) for part in line.partition(": ")[2].split(", ")) == 3
    after = summary(tmp_path / "run")
    assert after["run"]["labels"] == whole["labels"]
    assert after["run"]["statuses"] == {"ok": 6}
    assert after["run"]["seconds"] >= whole["seconds"] > 0
    assert [call["insights"] for call in after["last_call"]] == [0]


def test_a_frame_is_flat_and_nested_on_request(model_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b"], "time": "2026-01-02", "text": ["Where is it?", "I love it"]})
    done = run(["intent", "sentiment"], frame, engine="scripted", model=str(model_path))
    flat = done.to_pandas()
    assert list(flat.columns[:4]) == ["customer_id", "task", "as_of", "status"]
    assert {"answer.intent", "probability.intent", "answer.overall", "probability.overall", "evidence"} <= {*flat}
    assert not {"answer", "probabilities", "provenance", "answer.evidence"} & {*flat}
    intents = flat[flat["task"] == "intent"]
    assert intents["answer.overall"].isna().all()
    assert all(0 < share <= 1 for share in intents["probability.intent"])
    assert str(flat["as_of"].dtype).endswith("UTC]")
    nested = done.to_pandas(nested=True)
    assert nested["provenance"][0]["engine"] == "scripted"
    chosen = nested["probabilities"][0]["intent"][nested["answer"][0]["intent"]]
    assert math.isclose(chosen, flat["probability.intent"][0])


def test_a_run_is_a_card_in_a_notebook(model_path: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["Where is it?", "I love it", "x"]})
    out = tmp_path / "<b>run"
    done = run(["intent", "sentiment"], frame, out, engine="scripted", model=str(model_path))
    html = done._repr_html_()
    assert "6 insights of 3 customers" in html
    assert "<b>" not in html
    counts = Counter(insight.answer["intent"] for insight in done if insight.task == "intent" and insight.answer)
    for label, count in counts.items():
        assert f"<span>{label}</span>" in html
        assert f'<span class="share">{count}</span>' in html
