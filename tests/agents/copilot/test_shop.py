"""The worked example on the orders of other customers."""

import sqlite3
from pathlib import Path

from click.testing import CliRunner

from fewsight.agents.copilot.setup.cli import check, init
from fewsight.agents.copilot.setup.folder import read_folder
from fewsight.shop.generate import generate
from fewsight.shop.tables import write_sample


def test_the_sample_shop_becomes_a_copilots_shop(tmp_path: Path) -> None:
    write_sample(generate(30, seed=7), tmp_path / "sample", False, False)
    words = [str(tmp_path / "shop"), "--histories", str(tmp_path / "sample" / "histories.csv")]
    done = CliRunner().invoke(
        init, [*words, "--profiles", str(tmp_path / "sample" / "profiles.csv")], standalone_mode=False
    )
    assert done.exception is None
    assert CliRunner().invoke(check, [str(tmp_path / "shop")], standalone_mode=False).return_value == 0
    with sqlite3.connect(tmp_path / "shop" / "shop.db") as database:
        assert database.execute("SELECT count(*) FROM customers").fetchone() == (30,)
        statuses = dict(database.execute("SELECT status, count(*) FROM orders GROUP BY 1").fetchall())
        assert statuses["delivered"] > 10
        assert database.execute("SELECT count(*) FROM items WHERE refunded = 1").fetchone()[0] > 0
    database.close()
    setup = read_folder(tmp_path / "shop")
    desk = setup.desk(setup.policy())
    cases = [desk.store.case(case) for case in desk.store.cases()]
    assert len(cases) > 10
    assert all(case.waiting and desk.store.state(case.customer_id) for case in cases)
    desk.store.close()
