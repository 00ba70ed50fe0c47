"""A run whose table has grown: who is asked again, what is kept, and what the counts say."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fewsight.errors import ConfigError
from fewsight.ledger import Ledger
from fewsight.serving.run.api import run
from fewsight.serving.run.outcome import Run

COLUMNS = ["customer_id", "time", "kind", "text"]


def rows(customer: str, *days: int) -> list[tuple[str, str, str, str]]:
    return [(customer, f"2026-01-{day:02}", "order", f"order of day {day}") for day in days]


def frame(*histories: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame([row for history in histories for row in history], columns=COLUMNS)


BEFORE = frame(rows("quiet", 1, 2, 3), rows("busy", 1, 2, 18), rows("gone", 1, 2, 4))
GROWN = frame(rows("quiet", 1, 2, 3), rows("busy", 1, 2, 18, 20), rows("fresh", 5, 6, 7))


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_path: Path) -> dict[str, Any]:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    return {"out": tmp_path / "run", "engine": "scripted", "model": str(model_path)}


def days(done: Run) -> dict[str, str]:
    return {insight.customer_id: f"{insight.as_of:%d}" for insight in done}


def test_only_those_who_changed_are_asked_again(given: dict[str, Any]) -> None:
    run("intent", BEFORE, **given)
    with pytest.raises(ConfigError, match=r"other options.*--update asks those customers again who have changed"):
        run("intent", GROWN, **given)
    done = run("intent", GROWN, **given, update=True)
    (call,) = done.summaries
    assert (call.computed, call.resumed) == (2, 1)
    assert call.update is not None
    assert vars(call.update) == {"unchanged": 1, "changed": 1, "new": 1, "gone": 1}
    assert days(done) == {"busy": "20", "fresh": "20", "gone": "18", "quiet": "18"}
    assert sorted(done.to_pandas()["customer_id"]) == ["busy", "fresh", "gone", "quiet"]
    told = json.loads((given["out"] / "summary.json").read_text("utf-8"))
    assert told["last_call"][0]["update"]["unchanged"] == 1
    assert told["run"]["insights"] == 4
    with Ledger.open(given["out"], read_only=True) as ledger:
        assert ledger.verify() == []
        versions = [(one.insight.customer_id, one.newest) for one in ledger.versions()]
        assert [newest for customer, newest in versions if customer == "busy"] == [False, True]


def test_an_update_of_nothing_asks_nobody(given: dict[str, Any]) -> None:
    run("intent", GROWN, **given)
    again = run("intent", GROWN, **given, update=True)
    assert (again.summaries[0].computed, again.summaries[0].cached, again.summaries[0].resumed) == (0, 0, 3)
    assert run("intent", GROWN, **given).summaries[0].resumed == 3


def test_silence_alone_asks_at_its_steps_only(given: dict[str, Any]) -> None:
    table = frame(rows("quiet", 1, 2, 3), rows("busy", *range(1, 20)))
    run("intent", table, **given)  # as of the 19th, quiet for 16 days
    asked = {}
    for day in range(20, 32):
        table = pd.concat([table, frame(rows("busy", day))])
        done = run("intent", table, **given, update=True)
        assert done.summaries[0].computed == 1  # busy alone
        asked[day] = days(done)["quiet"]
    assert set(asked.values()) == {"19"}
    later = pd.concat([table, pd.DataFrame([("busy", "2026-02-02", "order", "x")], columns=COLUMNS)])
    assert days(run("intent", later, **given, update=True))["quiet"] == "02"  # thirty days


def test_what_was_mended_at_the_same_moment_is_asked_again(given: dict[str, Any]) -> None:
    run("intent", BEFORE, **given)
    mended = BEFORE.assign(text=[text.replace("day 2", "day two") for text in BEFORE["text"]])
    mended.loc[mended["customer_id"] == "quiet", "text"] = BEFORE["text"][:3].to_list()
    done = run("intent", mended, **given, update=True)
    assert vars(done.summaries[0].update)["changed"] == 2
    with Ledger.open(given["out"], read_only=True) as ledger:
        assert sum(not one.newest for one in ledger.versions()) == 2
    assert run("intent", mended, **given).summaries[0].resumed == 3


def test_texts_without_times_are_updated_too(given: dict[str, Any]) -> None:
    texts = pd.DataFrame({"customer_id": ["a", "b"], "text": ["Where is it?", "I love it"]})
    run("intent", texts, **given)
    done = run("intent", texts.assign(text=["Where is it?", "I hate it"]), **given, update=True)
    assert (done.summaries[0].computed, done.summaries[0].resumed) == (1, 1)


def test_several_tasks_and_the_limit(given: dict[str, Any]) -> None:
    run(["intent", "sentiment"], BEFORE, **given)
    part = run(["intent", "sentiment"], GROWN, **given, update=True, limit=2)
    assert part.summaries[0].update is not None
    assert part.summaries[0].update.gone is None
    whole = run(["intent", "sentiment"], GROWN, **given)  # the same command goes on, also without --update
    assert (whole.summaries[0].computed, whole.summaries[0].resumed) == (2, 4)
    assert whole.summaries[0].update is not None
    assert whole.summaries[0].update.gone == 1


def test_the_moment_never_goes_back(given: dict[str, Any]) -> None:
    moment = pd.Timestamp("2026-02-01T00:00:00Z").to_pydatetime()
    run("intent", BEFORE, **given, as_of=moment)
    with pytest.raises(ConfigError, match="lies before 2026-02-01"):
        run("intent", GROWN, **given, as_of=pd.Timestamp("2026-01-20T00:00:00Z").to_pydatetime(), update=True)
    done = run("intent", GROWN, **given, update=True)
    assert days(done)["busy"] == "01"
    frozen = json.loads((given["out"] / "run.json").read_text("utf-8"))
    assert (len(frozen["earlier"]), frozen["as_of"]) == (1, "2026-02-01 00:00:00+00:00")


def test_a_folder_without_a_run_and_other_options_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="holds no run to update"):
        run("intent", BEFORE, **given, update=True)
    assert not given["out"].exists()
    run("intent", BEFORE, **given)
    with pytest.raises(ConfigError, match="history_tokens: 1024 -> 64"):
        run("intent", GROWN, **given, update=True, history_tokens=64)
    with pytest.raises(ConfigError, match="holds no run to update"):
        run("intent", GROWN, engine="scripted", model=given["model"], update=True)


def test_new_events_are_asked_about_under_the_same_keys(given: dict[str, Any]) -> None:
    def table(*days: int) -> pd.DataFrame:
        return frame(rows("anna.kim@example.com", *days), rows("tom@example.com", 2, 3, 9))

    run("intent", table(1, 2, 3), **given)
    done = run("intent", table(1, 2, 3, 9), **given, update=True)
    assert vars(done.summaries[0].update) == {"unchanged": 1, "changed": 1, "new": 0, "gone": 0}
    assert sorted(done.to_pandas()["customer_id"]) == ["anna.kim@example.com", "tom@example.com"]
