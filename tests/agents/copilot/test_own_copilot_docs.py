"""What docs/own-copilot.md says to do, done."""

import re
import sqlite3
from pathlib import Path

from click.testing import CliRunner

from fewsight.agents.copilot.setup.cli import check
from fewsight.agents.copilot.setup.folder import new_folder, read_folder

PAGE = (Path(__file__).parents[3] / "docs" / "own-copilot.md").read_text(encoding="utf-8")
SENT = {"order_id": "A100", "item_id": "A100-2", "reason": "broken"}


def block(language: str) -> str:
    (text,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```", PAGE)
    return str(text)


def checked(folder: Path) -> str:
    return CliRunner().invoke(check, [str(folder)], standalone_mode=False).output


def test_a_newcomers_tool_with_its_clause(tmp_path: Path) -> None:
    folder = tmp_path / "my-shop"
    new_folder(folder)
    assert "nothing to say against them" in checked(folder)
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute(block("sql"))
    database.close()
    with (folder / "tools.py").open("a") as tools:
        tools.write("\n\n" + block("python"))
    (words,) = re.findall(r"now says `(.*?)`", PAGE)
    assert checked(folder) == words + "\n"
    with (folder / "policy.toml").open("a") as policy:
        policy.write("\n" + block("toml"))
    (folder / "articles" / "sending-again.md").write_text(block("markdown"))
    assert checked(folder) == "7 clauses for 4 tools, 4 articles: nothing to say against them.\n"
    send(folder)


def send(folder: Path) -> None:
    """Before the read it is not legal; after it a person is asked, and it is done once."""
    setup = read_folder(folder)
    desk = setup.desk(setup.policy())
    case = desk.open("C1")
    desk.receive(case, "My kettle came broken, send it again.")
    assert "send_again" not in {offer.call.tool.name for offer in desk.offers(case)}
    desk.call(case, "read_order", {"order_id": "A100"})
    items = {o.call.arguments["item_id"] for o in desk.offers(case) if o.call.tool.name == "send_again"}
    assert items == {"A100-1", "A100-2"}
    asked = desk.call(case, "send_again", SENT)
    assert (asked.kind, asked.body["clause"]) == ("asked", "sending again")
    assert desk.approve(case, asked.seq, by="Kim").kind == "done"
    assert desk.call(case, "send_again", SENT).kind == "denied"
    assert desk.store.database.execute("SELECT item_id, reason FROM shipments").fetchall() == [("A100-2", "broken")]
    desk.store.close()
