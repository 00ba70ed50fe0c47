"""Facts of several tables are those of the one table with the same events."""

from pathlib import Path

import pytest

from fewsight import facts
from fewsight.shop import generate
from fewsight.shop.tables import write_sample


def test_facts_of_the_sample_apart_are_those_of_its_one_table(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    write_sample(generate(40, seed=5), tmp_path / "one")
    write_sample(generate(40, seed=5), tmp_path / "apart", apart=True)
    one = facts(tmp_path / "one/histories.csv", profiles=tmp_path / "one/profiles.csv")
    apart = facts(sorted((tmp_path / "apart").glob("*.csv")))
    keys = [frame.set_index("customer_id").sort_index() for frame in (one, apart)]
    pandas.testing.assert_frame_equal(keys[0], keys[1][keys[0].columns], check_dtype=False)
