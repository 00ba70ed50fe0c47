"""Cases shown again, held against another policy, and exported."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fewsight.agents.copilot.people.approving import Approvals
from fewsight.agents.copilot.people.suggesting import draft, suggest
from fewsight.agents.copilot.setup.folder import new_folder, read_folder
from fewsight.agents.copilot.setup.log_cli import export, replay
from fewsight.agents.copilot.store import Store
from fewsight.serving.models.names import ModelFolder
from tests.agents.console.served import pilot

KETTLE = {"order_id": "A100", "item_id": "A100-2", "amount": 8900, "reason": "broken"}


@pytest.fixture
def shop(tmp_path: Path, model: ModelFolder) -> Path:
    """A case in which one move was rejected, one changed, and words approved as they were."""
    new_folder(tmp_path / "shop")
    copilot = pilot(read_folder(tmp_path / "shop"), model)
    decide, desk = Approvals(copilot.desk, timedelta(0)), copilot.desk
    case = desk.open("C1")
    desk.receive(case, "The kettle of order A100 came broken.")
    first = suggest(copilot, case)
    assert first is not None
    decide.reject(case, first.seq, 1, "Kim", "Not the cup.")
    second = suggest(copilot, case)
    assert second is not None
    move = second.body["moves"][0]["closed"]
    approved = decide.approve(case, second.seq, move | {"arguments": KETTLE | {"amount": 4000}}, "Kim", choice=0)
    decide.carry_out(case, approved.seq)
    third = suggest(copilot, case)
    assert third is not None
    place = next(i for i, each in enumerate(third.body["moves"]) if each["has_words"])
    drafted = draft(copilot, case, place)
    assert drafted is not None
    reply = third.body["moves"][place]["closed"]
    decide.carry_out(case, decide.approve(case, third.seq, reply, "Kim", drafted.body["text"], place).seq)
    desk.store.close()
    return tmp_path / "shop"


def told(command: Any, *words: str) -> str:
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exception is None, done.exception
    return done.output


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_case_is_shown_step_by_step_and_nothing_is_changed(shop: Path) -> None:
    before = (shop / "shop.db").read_bytes()
    words = told(replay, str(shop))
    assert words == told(replay, str(shop / "shop.db"))
    assert [line.split()[2] for line in words.splitlines()[1:4]] == ["opened:", "message:", "done:"]
    assert "1.00 refund_item" in words
    assert "[ask: other refunds]" in words
    assert "Not the cup." in words
    assert (shop / "shop.db").read_bytes() == before


def test_another_policy_says_what_it_would_have_done(shop: Path, tmp_path: Path) -> None:
    new_folder(tmp_path / "strict")
    policy = (tmp_path / "strict" / "policy.toml").read_text().replace("cap = 20000", "cap = 3000")
    (tmp_path / "strict" / "policy.toml").write_text(policy)
    words = told(replay, str(shop), "--against", str(tmp_path / "strict"), "--policy-only")
    assert '"amount": 4000, "reason": "broken"}: deny (no clause allows' in words
    same = told(replay, str(shop), "--against", str(shop), "--policy-only")
    assert '"amount": 4000, "reason": "broken"}: ask (clause \'other refunds\')' in same


def test_a_file_without_a_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database")
    done = CliRunner().invoke(replay, [str(tmp_path / "x.db")], standalone_mode=False)
    assert "holds no log of cases" in str(done.exception)


def test_decisions_become_rows_and_pairs(shop: Path, tmp_path: Path) -> None:
    told(export, str(shop), "-o", str(tmp_path / "rows.jsonl"), "--pairs", str(tmp_path / "pairs.jsonl"))
    trained, pairs = rows(tmp_path / "rows.jsonl"), rows(tmp_path / "pairs.jsonl")
    assert [row["how"] for row in trained] == ["edited", "approved"]
    assert '"amount":4000' in trained[0]["completion"][0]["content"]
    assert "The kettle of order A100 came broken." in trained[0]["prompt"][1]["content"]
    assert trained[1]["completion"][0]["content"].endswith("is 89.00 EUR.")
    assert [pair["why"] for pair in pairs][:2] == ["Not the cup.", "edited"]
    assert '"item_id":"A100-1"' in pairs[0]["rejected"][0]["content"]
    assert '"amount":4000' in pairs[0]["chosen"][0]["content"]
    assert '"amount":8900' in pairs[1]["rejected"][0]["content"]
    assert all(pair["chosen"] != pair["rejected"] for pair in pairs)


def test_a_state_of_another_shape_is_left_out(shop: Path, tmp_path: Path) -> None:
    tools = (
        (shop / "tools.py")
        .read_text()
        .replace("    name: str\n    orders", "    name: str\n    level: int = 0\n    orders")
    )
    assert "level" in tools
    (shop / "tools.py").write_text(
        tools.replace("level: int = 0", "level: int").replace("name=row[0],", "name=row[0], level=1,")
    )
    assert "0 rows" in told(export, str(shop), "-o", str(tmp_path / "rows.jsonl"))
    store = Store(shop / "shop.db", read_folder(shop).read_state)
    assert store.cases()
    store.close()
