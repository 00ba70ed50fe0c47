"""The folder that `fewsight copilot init` writes, what `check` finds in it, and a chat in the terminal."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fewsight.agents.copilot.setup.checking import findings
from fewsight.agents.copilot.setup.folder import new_folder, read_folder
from fewsight.cli import copilot, root
from fewsight.errors import ConfigError, InputError, PolicyError
from tests.agents.copilot.shop import policy

LOOK = {"name": "look", "tool": "read_order", "effect": "allow"}
CANCEL = {"name": "cancel", "tool": "cancel_order", "effect": "allow", "needs": "read_order"}
REFUND = {"name": "refund", "tool": "refund_item", "effect": "ask", "cap": 500, "needs": "read_order"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_folder(tmp_path / "shop")
    return tmp_path / "shop"


def found(*clauses: dict[str, Any]) -> list[str]:
    return findings(policy({"clause": list(clauses)}))


def test_the_example_has_nothing_against_it(folder: Path) -> None:
    result = CliRunner().invoke(copilot, ["check", str(folder)], standalone_mode=False)
    assert (result.exception, result.return_value) == (None, 0)
    assert result.output == "6 clauses for 3 tools, 3 articles: nothing to say against them.\n"


def test_check_fails_where_it_finds_something(folder: Path) -> None:
    text = (folder / "policy.toml").read_text().replace('"orders.status = delivered"', '"orders.status = pending"')
    (folder / "policy.toml").write_text(text.replace("cap = 2000 ", "cap = 30000 "))
    (folder / "policy.toml").write_text((folder / "policy.toml").read_text() + CLOSED)
    result = CliRunner().invoke(copilot, ["check", str(folder)], standalone_mode=False)
    assert result.return_value == 1
    assert (
        result.output == "clause 'again' is never reached after clause 'small refunds', which covers all that it says\n"
    )


CLOSED = """
[[clause]]
name = "again"
tool = "refund_item"
effect = "allow"
when = ["orders.status = pending", "orders.items.refunded = false", "argument.reason = broken", "orders.id = A1"]
cap = 30000
needs = "read_order"
"""


def test_a_sound_policy_has_no_findings() -> None:
    assert found(LOOK, CANCEL, REFUND) == []


@pytest.mark.parametrize(
    ("more", "finding"),
    [
        (
            {**REFUND, "name": "b", "cap": 400, "when": ["orders.age_days < 3"]},
            "clause 'b' is never reached after clause 'refund', which covers all that it says",
        ),
        (
            {**REFUND, "name": "b", "effect": "allow"},
            "clause 'b' contradicts clause 'refund', which covers all that it says",
        ),
        (
            {**REFUND, "name": "b", "cap": 900, "when": ["orders.age_days < 3", "orders.age_days >= 3"]},
            "clause 'b' never holds: its own conditions contradict each other",
        ),
    ],
)
def test_a_clause_that_never_counts_is_named(more: dict[str, Any], finding: str) -> None:
    assert found(LOOK, CANCEL, REFUND, more) == [finding]


def test_a_higher_cap_or_another_condition_is_reached() -> None:
    assert found(LOOK, CANCEL, REFUND, {**REFUND, "name": "b", "cap": 501}) == []
    assert found(LOOK, CANCEL, {**REFUND, "when": ["level = gold"]}, {**REFUND, "name": "b"}) == []


def test_a_deny_that_covers_a_clause_leaves_its_tool_without_one() -> None:
    deny = {"name": "never", "tool": "cancel_order", "effect": "deny"}
    assert found(LOOK, CANCEL, REFUND, deny) == [
        "clause 'cancel' contradicts clause 'never', which covers all that it says",
        "tool 'cancel_order' is allowed by no clause",
    ]


def test_a_read_that_no_clause_allows_is_named() -> None:
    assert found(CANCEL, REFUND) == [
        "tool 'read_order' is allowed by no clause",
        "clause 'cancel' needs 'read_order', which no clause allows",
        "clause 'refund' needs 'read_order', which no clause allows",
    ]


def test_init_writes_over_nothing(folder: Path) -> None:
    with pytest.raises(ConfigError, match="not empty"):
        new_folder(folder)


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        ("tools.py", "1 / 0", PolicyError, "ZeroDivisionError"),
        ("tools.py", "x = 1", PolicyError, "read_state"),
        ("copilot.toml", "modle = 'a'", ConfigError, "modle: Extra inputs"),
        ("copilot.toml", "[", ConfigError, "is no TOML"),
        ("articles/empty.md", " ", InputError, "is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    folder: Path, name: str, text: str, error: type[Exception], message: str
) -> None:
    (folder / name).write_text(text)
    with pytest.raises(error, match=message):
        read_folder(folder)


def test_what_is_no_folder_of_a_copilot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no tools\.py"):
        read_folder(tmp_path)


@pytest.fixture
def scripted(folder: Path, model_path: Path) -> Path:
    (folder / "copilot.toml").write_text(f'engine = "scripted"\nmodel = "{model_path}"\n')
    return folder


def chat(folder: Path, *words: str, case: str | None = None) -> str:
    more = ["--case", case] if case else []
    result = CliRunner().invoke(copilot, ["chat", str(folder), "--customer", "C1", *more], input="\n".join(words))
    return result.output


def entries(folder: Path) -> list[tuple[str, str]]:
    database = sqlite3.connect(folder / "shop.db")
    rows = database.execute("SELECT case_id, kind FROM copilot_log ORDER BY seq").fetchall()
    database.close()
    return rows


def test_a_chat_is_kept_and_goes_on_after_it_was_left(scripted: Path) -> None:
    shown = chat(scripted, "My tea cup came broken.", *[""] * 3)
    case = entries(scripted)[0][0]
    assert shown.startswith(f"Case {case}\n")
    before = entries(scripted)
    assert before[:2] == [(case, "opened"), (case, "message")]
    assert len(before) > 2
    chat(scripted, *["y"] * 30, case=case)
    after = entries(scripted)
    assert after[: len(before)] == before
    assert {case_id for case_id, _ in after} == {case}


def test_a_chat_with_an_unknown_customer_or_without_a_database_is_refused(scripted: Path) -> None:
    run = CliRunner().invoke(copilot, ["chat", str(scripted), "--customer", "C9"])
    assert "no customer 'C9'" in str(run.exception)
    (scripted / "shop.db").unlink()
    run = CliRunner().invoke(copilot, ["chat", str(scripted), "--customer", "C1"])
    assert "There is no database" in str(run.exception)
    assert not (scripted / "shop.db").exists()


def test_the_command_line_knows_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(root, ["copilot", "init", str(tmp_path / "mine")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "mine" / "policy.toml").is_file()
