"""Tokens, sessions and limits."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.serving.access import sessions as sessions_module
from fewsight.serving.access.limits import MOST_KEYS, RateLimit
from fewsight.serving.access.sessions import Sessions
from fewsight.serving.access.tokens import Token, Tokens


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "access.db")


def known(tokens: Tokens, text: str) -> Token:
    token = tokens.find(text)
    assert token is not None
    return token


def test_a_token_is_known_and_its_file_private_and_without_the_secret(tokens: Tokens) -> None:
    text = tokens.add("kim", "act")
    assert known(tokens, text).name == "kim"
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    assert text.split("_", 2)[2].encode() not in tokens.path.read_bytes()


def test_nothing_but_the_token_is_known(tokens: Tokens) -> None:
    text = tokens.add("kim", "act")
    key = text.split("_")[1]
    for wrong in (
        "",
        "_",
        "fs__",
        text + "x",
        text[:-1],
        "xx" + text[2:],
        f"fs_{key}_",
        f"fs_nobody_{text[-20:]}",
        "\udcff",
    ):
        assert tokens.find(wrong) is None, wrong


def test_scopes_hold_those_before_them(tokens: Tokens) -> None:
    token = known(tokens, tokens.add("kim", "act"))
    assert [token.may(scope) for scope in ("read", "act", "admin")] == [True, True, False]


def test_a_rotated_token_ends_after_its_grace_and_a_revoked_one_now(tokens: Tokens) -> None:
    first = tokens.add("kim", "read")
    second = tokens.rotate(known(tokens, first).id)
    assert known(tokens, second).scope == "read"
    assert known(tokens, first).ends is not None
    tokens.revoke(known(tokens, first).id)
    assert tokens.find(first) is None
    assert tokens.find(tokens.rotate(known(tokens, second).id, timedelta(0))) is not None
    assert tokens.find(second) is None
    with pytest.raises(ConfigError, match="no token 'nobody'"):
        tokens.revoke("nobody")


def test_a_token_ends_by_itself_and_names_must_be_printable(tokens: Tokens) -> None:
    assert tokens.find(tokens.add("kim", "read", timedelta(seconds=-1))) is None
    with pytest.raises(ConfigError, match="no name"):
        tokens.add("a\nb", "read")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, " * 100)
    with pytest.raises(ConfigError, match="Can't keep tokens"):
        Tokens(tmp_path / "text")


def test_sessions_end_with_their_token_by_logging_out_and_by_time(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = Sessions(tokens)
    token = known(tokens, tokens.add("kim", "act"))
    one, two, three = (sessions.open(token) for _ in range(3))
    session = sessions.find(one)
    assert session is not None
    assert session.sent(session.csrf)
    other = sessions.find(two)
    assert other is not None
    assert not session.sent(other.csrf)
    assert not session.sent(None)
    assert sessions.find("chosen-by-somebody") is None
    sessions.close(one)
    assert sessions.find(one) is None
    assert sessions.find(two) is not None
    monkeypatch.setattr(sessions_module, "IDLE", timedelta(seconds=-1))
    assert sessions.find(two) is None
    monkeypatch.undo()
    assert sessions.find(three) is not None
    tokens.revoke(token.id)
    assert sessions.find(three) is None
    assert three.encode() not in tokens.path.read_bytes()


def test_a_session_is_kept_in_the_file(tokens: Tokens) -> None:
    cookie = Sessions(tokens).open(known(tokens, tokens.add("kim", "act")))
    with tokens.database() as database:
        database.execute("UPDATE sessions SET seen = ?", ((datetime.now(UTC) - timedelta(minutes=5)).isoformat(),))
    session = Sessions(Tokens(tokens.path)).find(cookie)
    assert session is not None
    assert session.token.name == "kim"


def test_a_limit_lets_a_burst_through_and_then_so_many_a_minute() -> None:
    now = [0.0]
    limit = RateLimit(6, 3, clock=lambda: now[0])
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, pytest.approx(10)]
    assert limit.wait("b") == 0
    now[0] = 10
    assert limit.wait("a") == 0
    assert limit.wait("a") > 0


def test_a_limit_forgets_the_oldest_callers() -> None:
    limit = RateLimit(1, 1)
    assert limit.wait("first") == 0
    for number in range(MOST_KEYS):
        limit.wait(str(number))
    assert limit.wait("first") == 0
