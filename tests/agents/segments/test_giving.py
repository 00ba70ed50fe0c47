"""What leaves the house: lists of customers who said yes, and counts with a privacy budget."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fewsight.agents.segments import SegmentOptions, export_audience, publish_counts, segment
from fewsight.agents.segments.cli import segments
from fewsight.agents.segments.publishing import _with_noise
from fewsight.errors import ConfigError, InputError
from tests.agents.segments.conftest import facts_of, members, written

WORDS = st.sampled_from([None, "", " YES ", "true", "1", "no", "False", "maybe", "yes please"])


def folder_of(place: Path, count: int = 60) -> Path:
    """A folder of one segment or more, of so many customers."""
    segment(written(facts_of(count), place / "facts.parquet"), place / "out", SegmentOptions(most=2))
    return place / "out"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("giving"))


def listed(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig") as file:
        return [row["customer_id"] for row in csv.DictReader(file)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(WORDS, max_size=2), min_size=60, max_size=60))
def test_nobody_is_exported_without_a_clear_yes(
    shared: Path, tmp_path: Path, said: Sequence[Sequence[str | None]]
) -> None:
    rows = [(f"C{number:05}", word) for number, words in enumerate(said) for word in words]
    pd.DataFrame(rows, columns=["customer_id", "ok"], dtype="string").to_parquet(tmp_path / "c.parquet")
    told = export_audience(shared, "S1", tmp_path / "c.parquet", "ok", tmp_path / "a.csv")
    own = {name for name, of in members(shared).items() if of == "S1"}
    yes = {
        f"C{number:05}"
        for number, words in enumerate(said)
        if words and all((word or "").strip().lower() in ("yes", "true", "1") for word in words)
    }
    assert set(listed(tmp_path / "a.csv")) == own & yes
    assert told.exported == len(own & yes)
    assert told.exported + told.refused + told.missing + told.unclear == told.members == len(own)


def test_consent_may_be_a_flag_and_ids_numbers(tmp_path: Path) -> None:
    facts = written(facts_of(60).assign(customer_id=np.arange(60)), tmp_path / "facts.parquet")
    segment(facts, tmp_path / "out", SegmentOptions(most=2))
    table = pd.DataFrame({"customer_id": np.arange(60.0), "ok": np.arange(60) % 2 == 0})
    told = export_audience(tmp_path / "out", "S1", written(table, tmp_path / "c.parquet"), "ok", tmp_path / "a.csv")
    assert told.exported > 0
    assert all(int(name) % 2 == 0 for name in listed(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o600


def test_what_can_not_be_exported_is_refused(shared: Path, tmp_path: Path) -> None:
    table = tmp_path / "c.csv"
    table.write_text("customer_id,ok\nC00001,yes\n")
    for segment_id, column, file, problem in [
        ("S99", "ok", table, "no segment 'S99'"),
        ("S1", "okay", table, "no column 'okay'. Did you mean 'ok'"),
        ("S1", "ok", tmp_path / "none.csv", "Can't read consent"),
    ]:
        with pytest.raises((ConfigError, InputError), match=problem):
            export_audience(shared, segment_id, file, column, tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").exists()
    with pytest.raises(InputError, match="holds no segments"):
        export_audience(tmp_path, "S1", table, "ok", tmp_path / "a.csv")


def test_a_budget_is_spent_once(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    first = publish_counts(folder, 0.5, tmp_path / "counts.json")
    assert publish_counts(folder, 0.5, tmp_path / "again.json") == first
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "counts.json").read_bytes()
    with pytest.raises(ConfigError, match=r"is spent: epsilon=0\.5"):
        publish_counts(folder, 0.6, tmp_path / "more.json")
    segment(tmp_path / "facts.parquet", folder, SegmentOptions(most=3, anew=True))
    with pytest.raises(ConfigError, match="of run 1"):  # other segments of the same customers
        publish_counts(folder, 0.5, tmp_path / "more.json")
    written(facts_of(90), tmp_path / "facts.parquet")
    segment(tmp_path / "facts.parquet", folder, SegmentOptions(most=2))
    assert publish_counts(folder, 0.6, tmp_path / "more.json").run == 3


def test_noise_has_the_stated_scale() -> None:
    """The discrete Laplace distribution with q = exp(-epsilon): its variance is 2 q / (1 - q)^2."""
    draws = np.array(_with_noise([1000] * 4000, 0.5)) - 1000
    q = np.exp(-0.5)
    assert abs(draws.mean()) < 0.25
    assert draws.var() == pytest.approx(2 * q / (1 - q) ** 2, rel=0.2)


@pytest.mark.parametrize("epsilon", [0, -1, 11, float("nan")])
def test_a_budget_is_a_number_in_reason(epsilon: float, shared: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="above 0 and at most 10"):
        publish_counts(shared, epsilon, tmp_path / "counts.json")


def test_a_damaged_budget_stops_publishing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "budgets.json").write_text('{"published": 3}')
    with pytest.raises(InputError, match="says what was spent"):
        publish_counts(folder, 1, tmp_path / "counts.json")


def test_the_commands(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("customer_id,ok\nC00001,yes\nC00002,no\n")
    words = ["export", "--audience", "S1", "--segments", str(shared), "--consent-file", str(tmp_path / "c.csv")]
    done = CliRunner().invoke(
        segments, [*words, "--consent", "ok", "-o", str(tmp_path / "a.csv")], catch_exceptions=False
    )
    assert "customers of S1" in done.output
    words = ["publish", "--segments", str(shared), "--epsilon", "1", "-o", str(tmp_path / "p.json")]
    assert "epsilon 1" in CliRunner().invoke(segments, words, catch_exceptions=False).output
