"""Segments of plain kinds are found again, said in SQL, and given to others."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner
from sklearn.metrics import adjusted_rand_score

from fewsight.agents.segments import SegmentOptions, assign, segment
from fewsight.agents.segments.cli import segments
from fewsight.agents.segments.saving import read_model
from fewsight.errors import ConfigError, InputError
from tests.agents.segments.conftest import facts_of, members, written

FEW = SegmentOptions(most=3)


def test_kinds_are_found_and_described(facts: Path, tmp_path: Path) -> None:
    cards = segment(facts, tmp_path / "out", FEW)
    found = members(tmp_path / "out")
    kinds = [int(name[1:]) % 3 for name in found]
    assert adjusted_rand_score(kinds, list(found.values())) > 0.95
    assert cards.chosen.is_stable
    assert {one.fact for one in cards.left_out} == {"same", "nothing"}
    rich = next(card for card in cards.segments if card.id == found["C00002"])
    spend = next(one for one in rich.unusual if one.fact == "spend_eur_minor")
    own = facts_of()["spend_eur_minor"][[found[f"C{n:05}"] == rich.id for n in range(300)]]
    assert spend.value == float(f"{own.median():.3g}")


def test_rules_run_as_sql_and_are_measured(facts: Path, tmp_path: Path) -> None:
    cards = segment(facts, tmp_path / "out", FEW)
    found = members(tmp_path / "out")
    connection = duckdb.connect()
    for card in cards.segments:
        assert card.rule is not None
        query = f"SELECT customer_id FROM read_parquet('{facts}') WHERE {card.rule.sql}"
        held = {name for (name,) in connection.execute(query).fetchall()}
        own = {name for name, of in found.items() if of == card.id}
        assert card.rule.coverage is not None
        if not card.rule.coverage.bound:
            assert card.rule.coverage.value == len(held & own) / len(own)
        assert len(held & own) / len(own) > 0.8


def test_assigning_agrees_with_finding_and_needs_no_fit(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", FEW)
    assert assign(facts, tmp_path / "out", tmp_path / "again.parquet") == 300
    again = pd.read_parquet(tmp_path / "again.parquet")
    pd.testing.assert_frame_equal(again, pd.read_parquet(tmp_path / "out" / "segments.parquet"))
    one = written(facts_of(1, first=7_000), tmp_path / "one.parquet")
    assert assign(one, tmp_path / "out", tmp_path / "one-out.parquet") == 1


def test_far_customers_stay_outliers(tmp_path: Path) -> None:
    frame = facts_of(303)
    frame.loc[300:, ["orders_count", "idle_days"]] = [[1_000_000, 1_000_000]] * 3
    segment(written(frame, tmp_path / "f.parquet"), tmp_path / "out", FEW)
    found = members(tmp_path / "out")
    assert {found[name] for name in ("C00300", "C00301", "C00302")} == {"outlier"}


def test_the_order_of_segments_and_files_depends_on_the_seed_alone(facts: Path, tmp_path: Path) -> None:
    assert segment(facts, tmp_path / "a", FEW) == segment(facts, tmp_path / "b", FEW)


def test_equal_customers_are_one_segment(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [f"C{n}" for n in range(50)], "orders_count": 3, "city": "Kiel"})
    cards = segment(written(frame, tmp_path / "f.parquet"), tmp_path / "out", FEW)
    assert [card.size for card in cards.segments] == [50]
    assert set(members(tmp_path / "out").values()) == {"S1"}


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (facts_of(1), "1 customers, fewer than --min-size 20"),
        (facts_of(0), "holds no customer"),
        (pd.concat([facts_of(30), facts_of(30)]), "60 rows of 30 customers"),
        (facts_of(30).assign(customer_id=None), "have no 'customer_id'"),
        (facts_of(30).drop(columns="customer_id"), "has no column 'customer_id'"),
    ],
)
def test_bad_facts_are_refused(frame: pd.DataFrame, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem):
        segment(written(frame, tmp_path / "f.parquet"), tmp_path / "out", FEW)
    assert not (tmp_path / "out").exists()


def test_columns_may_have_any_name(tmp_path: Path) -> None:
    frame = facts_of()
    for name in ("row", "segment", "name", "membership", "distance", "customer", 'a "b"; --'):
        frame[name] = frame["orders_count"]
    frame["who"] = frame["customer_id"]
    cards = segment(written(frame, tmp_path / "f.parquet"), tmp_path / "out", FEW)
    segment(tmp_path / "f.parquet", tmp_path / "out", FEW)
    assert len(cards.segments) == 3
    assert "who" in {one.fact for one in cards.left_out}


def test_a_pattern_that_fits_nothing_is_refused(facts: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--leave-out 'weekday_\*' fits no fact"):
        segment(facts, tmp_path / "out", SegmentOptions(leave_out=["weekday_*"]))


def test_a_damaged_model_is_refused(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", FEW)
    (tmp_path / "out" / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(InputError, match="Make the segments again"):
        read_model(tmp_path / "out")


def test_the_commands(facts: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = CliRunner().invoke(segments, ["--facts", str(facts), "--out", out, "--most", "3"], catch_exceptions=False)
    assert "300 customers in 3 segments" in done.output
    words = ["assign", "--facts", str(facts), "--segments", out, "-o", str(tmp_path / "o.parquet")]
    assert "300 customers placed" in CliRunner().invoke(segments, words, catch_exceptions=False).output
