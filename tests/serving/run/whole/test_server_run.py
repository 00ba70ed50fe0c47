"""A whole `fewsight run` against servers that misbehave: exit codes, kept answers, and no secret in any output."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.serving.engines.raw_server import Raw, RawServer

KEY, PASSWORD = "sk-canary-0123456789", "pw-canary-9876543210"
MODELS = Raw(json.dumps({"data": [{"id": "big"}]}).encode())


def answer(content: str) -> Raw:
    choice = {"message": {"content": content}, "finish_reason": "stop"}
    return Raw(json.dumps({"choices": [choice]}).encode())


GOOD = answer('{"intent":"praise","evidence":["E1"]}')


@dataclass
class Shop:
    """A table of eight customers, and the command that asks the server about them."""

    folder: Path
    command: list[str]
    server: RawServer

    def serve(self, reply: Callable[[int], Raw]) -> None:
        """Answer chats by `reply`, and nothing else but the list of models."""
        others = {"/v1/models": MODELS}
        self.server.behave = lambda path, number: (
            reply(number) if path == "/v1/chat/completions" else others.get(path, Raw(status=404))
        )

    def run(self, reply: Callable[[int], Raw], *more: str) -> "subprocess.CompletedProcess[str]":
        self.serve(reply)
        return subprocess.run([*self.command, *more], capture_output=True, text=True, timeout=120, cwd=self.folder)

    def insights(self) -> list[dict[str, object]]:
        from fewsight.ledger import Ledger

        with Ledger.open(self.folder / "run", read_only=True) as ledger:
            return [insight.to_dict() for insight in ledger.insights()]


@pytest.fixture
def shop(tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    rows = [f"c{n},2026-01-0{n + 1},Where is parcel {n}?" for n in range(8)]
    (tmp_path / "t.csv").write_text("\n".join(["customer_id,time,text", *rows]) + "\n")
    server = RawServer()
    url = server.url.replace("http://", f"http://me:{PASSWORD}@") + "/v1"
    command = [sys.executable, "-m", "fewsight.cli", "run", "intent", "--histories", "t.csv", "--out", "run"]
    command[1:3] = ["-c", "from fewsight.cli import main; main()"]
    yield Shop(tmp_path, [*command, "--engine", "openai", "--model", str(model_path), "--base-url", url], server)
    server.stop()


def test_one_bad_reply_fails_alone_and_the_run_goes_on(shop: Shop) -> None:
    done = shop.run(lambda number: Raw(b'{"choices":[]}') if number % 4 == 0 else GOOD)
    assert done.returncode == 0, done.stderr
    insights = shop.insights()
    assert sorted(str(each["status"]) for each in insights) == ["failed"] * 2 + ["ok"] * 6
    assert "Traceback" not in done.stderr
    assert "at least 1 item" in str(next(each["error"] for each in insights if each["status"] == "failed"))


def test_a_run_whose_requests_all_failed_is_no_success(shop: Shop) -> None:
    bodies = [b"{}", b"[]", b"<html>login</html>", b'{"choices":[{"message":null}]}']
    done = shop.run(lambda number: Raw(bodies[number % 4]))
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert {each["status"] for each in shop.insights()} == {"failed"}


def test_a_refused_key_ends_the_run_at_once(shop: Shop) -> None:
    done = shop.run(lambda number: Raw(status=401))
    assert done.returncode == 2
    assert "OPENAI_API_KEY" in done.stderr
    assert "times without an answer" not in done.stderr
    assert shop.server.paths.count("/v1/models") == 1


def echoes(shop: Shop) -> Callable[[int], Raw]:
    """Replies that repeat what they were sent: as an error, as no JSON, in the answer, in a label."""

    def reply(number: int) -> Raw:
        head = shop.server.heads[-1]["Authorization"]
        text = f"you sent {head} and {KEY} and {PASSWORD}"
        told = answer(json.dumps({"intent": "praise", "evidence": [text]}))
        return (Raw(text.encode(), status=400), Raw(text.encode()), told, Raw(text.encode(), status=418))[number % 4]

    return reply


def test_no_output_of_a_run_holds_a_secret(shop: Shop) -> None:
    done = shop.run(echoes(shop))
    export = subprocess.run(
        [*shop.command[:3], "export", "run", "-o", "out.csv"], capture_output=True, text=True, cwd=shop.folder
    )
    outputs = {"stdout": done.stdout.encode(), "stderr": done.stderr.encode(), "export": export.stderr.encode()}
    files = [path for path in shop.folder.rglob("*") if path.is_file()]
    outputs |= {str(path.relative_to(shop.folder)): path.read_bytes() for path in files}
    assert {"run/run.json", "run/ledger.sqlite", "run/insights.html", "run/summary.json", "out.csv"} <= outputs.keys()
    held = [name for name, data in outputs.items() for secret in (KEY, PASSWORD) if secret.encode() in data]
    assert not held
    assert b"***" in outputs["run/run.json"]


def test_a_run_of_before_goes_on_and_loses_its_password(shop: Shop) -> None:
    assert shop.run(lambda number: GOOD, "--limit", "3").returncode == 0
    path = shop.folder / "run" / "run.json"
    frozen = json.loads(path.read_text())
    path.write_text(json.dumps(frozen | {"base_url": shop.command[-1]}))
    done = shop.run(lambda number: GOOD)
    assert done.returncode == 0, done.stderr
    assert len(shop.insights()) == 8
    assert PASSWORD not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("signals", [1, 2])
def test_ctrl_c_is_no_success(signals: int, shop: Shop) -> None:
    """The first one finishes the batch in hand, the second one stops at once."""

    def slow(number: int) -> Raw:
        time.sleep(2 if signals == 1 else 30)
        return GOOD

    shop.serve(slow)
    process = subprocess.Popen(shop.command, stderr=subprocess.PIPE, text=True, cwd=shop.folder)
    while "/v1/chat/completions" not in shop.server.paths:
        assert process.poll() is None
        time.sleep(0.05)
    for _ in range(signals):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.3)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "Stopped." in stderr


def test_a_database_url_in_a_message_shows_no_password(shop: Shop) -> None:
    pytest.importorskip("sqlalchemy")
    url = f"postgresql://me:{PASSWORD}@127.0.0.1:9/shop"
    done = shop.run(lambda number: GOOD, "--histories", url)
    assert done.returncode == 2
    assert PASSWORD not in done.stderr
    assert "127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    ("table", "more", "message"),
    [
        (
            ",2024-05-01,hello\n,2024-05-02,hi\n,2024-05-03,ho\n",
            [],
            "None of the 3 rows.*reason, 3 times.*customer_id",
        ),
        ("a,2024-05-01,hello\n", ["--as-of", "2020-01-01"], "before every event"),
    ],
)
def test_a_table_without_anything_to_answer_is_no_success(
    table: str, more: list[str], message: str, shop: Shop
) -> None:
    (shop.folder / "t.csv").write_text("customer_id,time,text\n" + table)
    done = shop.run(lambda number: GOOD, *more)
    assert done.returncode == 1
    assert re.search(message, done.stderr)
    assert "/v1/chat/completions" not in shop.server.paths
