from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import fewsight
from fewsight.cli import root
from fewsight.errors import ConfigError, InputError, ModelError, TaskError
from fewsight.prompts.columns import Columns
from fewsight.prompts.loading.scaffold import new_labelling_task
from fewsight.serving.run.api import run
from fewsight.tables import open_histories

FRAME = pd.DataFrame({"text": ["The parcel came late", "I love these shoes"]})


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))


def test_pandas_in_and_out(model_path: Path) -> None:
    done = fewsight.run("sentiment", FRAME, engine="scripted", model=str(model_path))
    rows = done.to_pandas(nested=True)
    assert list(rows["task"]) == ["sentiment"] * 2
    assert list(rows["status"]) == ["ok", "ok"]
    assert [sum(p["overall"].values()) for p in rows["probabilities"]] == [pytest.approx(1, abs=1e-5)] * 2
    assert rows["provenance"][0]["engine"] == "scripted"


def test_opened_histories_and_files_give_the_same(model_path: Path, tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    from_file = run("intent", tmp_path / "t.csv", tmp_path / "a", engine="scripted", model=str(model_path))
    with open_histories(tmp_path / "t.csv") as histories:
        opened = run("intent", histories, tmp_path / "b", engine="scripted", model=str(model_path))
    assert [i.answer for i in from_file] == [i.answer for i in opened]


def test_as_of_cuts_the_future_and_is_frozen(model_path: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": ["a"] * 2, "time": ["2026-01-01", "2026-02-01"], "text": ["old", "future"]})
    given: dict[str, Any] = {"engine": "scripted", "model": str(model_path)}
    moment = pd.Timestamp("2026-01-15T00:00:00Z").to_pydatetime()
    (early,) = run("churn_reason", frame, tmp_path / "a", as_of=moment, **given)
    (late,) = run("churn_reason", frame, tmp_path / "b", **given)
    assert early.as_of == moment
    assert late.as_of == pd.Timestamp("2026-02-01T00:00:00Z").to_pydatetime()
    assert early.provenance is not None
    assert late.provenance is not None
    assert early.provenance.prompt_digest != late.provenance.prompt_digest
    with pytest.raises(ConfigError, match="as_of: "):
        run("churn_reason", frame, tmp_path / "b", as_of=moment, **given)


def test_what_is_wrong_is_said_before_anything_runs(model_path: Path, tmp_path: Path) -> None:
    model = str(model_path)
    with pytest.raises(TaskError, match="sentimnt"):
        run("sentimnt", FRAME, engine="scripted", model=model)
    with pytest.raises(ModelError, match="no model"):
        run("intent", FRAME, engine="scripted", model="nothing here")
    with pytest.raises(ModelError, match=r"weights|safetensors"):
        run("intent", FRAME, engine="transformers", model=model)
    with pytest.raises(ConfigError, match="no engine 'gpt'"):
        run("intent", FRAME, engine="gpt", model=model)
    with pytest.raises(InputError):
        run("intent", tmp_path / "missing.csv", engine="scripted", model=model)
    with pytest.raises(ConfigError, match="name one twice"):
        run(["intent", "intent"], FRAME, engine="scripted", model=model)
    with pytest.raises(ConfigError, match=r"no task was named.*--shots -2"):
        run([], FRAME, engine="scripted", model=model, shots=-2)


def test_shots_are_shown_and_named(model_path: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {"engine": "scripted", "model": str(model_path), "history_tokens": 64}
    for selector in ("balanced", "knn"):
        insights = run("intent", FRAME, tmp_path / selector, shots=2, selector=selector, **given).insights
        assert {len(i.provenance.shots) for i in insights if i.provenance} == {2}


def test_guessed_columns_are_shown_as_the_command_line_shows_them(
    model_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    frame = FRAME.assign(customer_id=["a", "b"], time="2026-01-01", label=["late", "love"])
    given: dict[str, Any] = {"engine": "scripted", "model": str(model_path)}
    run("sentiment", frame, **given)
    (record,) = [each for each in caplog.records if "One row is" in each.getMessage()]
    assert record.levelname == "WARNING"  # which is shown where nobody set up logging
    assert "mapping guessed" in record.getMessage()
    assert "The model sees 'time', 'text', 'label'" in record.getMessage()
    caplog.clear()
    mapping = tmp_path / "m.toml"
    mapping.write_text('attributes = []\n[columns]\ncustomer_id = "customer_id"\ntime = "time"\ntext = "text"\n')
    run("sentiment", frame, mapping=mapping, **given)
    assert {each.levelname for each in caplog.records if "One row is" in each.getMessage()} <= {"INFO"}


def test_a_label_column_that_the_model_is_shown_is_warned_of(
    model_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    frame = FRAME.assign(customer_id=["a", "b"], time="2026-01-01T00:00:00Z", kind_of_mail=["Late Parcel", "Praise"])
    frame.to_csv(tmp_path / "mails.csv", index=False)
    new_labelling_task("mails", tmp_path, tmp_path / "mails.csv", Columns("text", {"mails": "kind_of_mail"}))
    given: dict[str, Any] = {"engine": "scripted", "model": str(model_path)}
    warning = "Column 'kind_of_mail' holds the labels of task 'mails' and is shown to the model"
    run(str(tmp_path / "mails"), frame, **given)
    assert warning in caplog.text
    caplog.clear()
    run(str(tmp_path / "mails"), frame.drop(columns="kind_of_mail"), **given)
    assert warning not in caplog.text
    named = ("run", tmp_path / "mails", "--histories", tmp_path / "mails.csv", "--out", tmp_path / "out")
    done = CliRunner().invoke(root, [*map(str, named), "--engine", "scripted", "--model", str(model_path), "--dry-run"])
    assert done.exit_code == 0, done.output
    assert warning in done.output
