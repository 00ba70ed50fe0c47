"""Sessions of people who logged in with a token: a new secret at every login, known to the file by its hash alone."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from fewsight.serving.access.tokens import Token, Tokens

IDLE: Final = timedelta(hours=2)
WHOLE: Final = timedelta(hours=12)
"""A session ends after this much time without a request, and after this much time at all."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that counts. `csrf` must come with every form, and can be made from the cookie alone."""

    token: Token
    csrf: str

    def sent(self, given: str | None) -> bool:
        """Whether a form came from a page of this session."""
        return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), self.csrf.encode())


class Sessions:
    """Sessions, in the file of the tokens; they outlive the server's process."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def open(self, token: Token) -> str:
        """A new session; what the cookie holds. Nothing that a browser sent before becomes a session by it."""
        cookie, now = secrets.token_urlsafe(32), datetime.now(UTC)
        with self.tokens.database() as database:
            database.execute("DELETE FROM sessions WHERE made < ?", ((now - WHOLE).isoformat(),))
            row = (_hash(cookie), token.id, now.isoformat(), now.isoformat())
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", row)
        return cookie

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie, while it and its token count."""
        if not cookie:
            return None
        now = datetime.now(UTC)
        with self.tokens.database() as database:
            row = database.execute("SELECT token, made, seen FROM sessions WHERE hash = ?", (_hash(cookie),)).fetchone()
            if row is None or row[1] < (now - WHOLE).isoformat() or row[2] < (now - IDLE).isoformat():
                return None
            if row[2] < (now - timedelta(minutes=1)).isoformat():
                database.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (now.isoformat(), _hash(cookie)))
        token = self.tokens.get(row[0])
        return None if token is None else Session(token, _csrf(cookie))

    def close(self, cookie: str | None) -> None:
        """End a session."""
        with self.tokens.database() as database:
            database.execute("DELETE FROM sessions WHERE hash = ?", (_hash(cookie or ""),))


def _hash(cookie: str) -> bytes:
    return sha256(cookie.encode("utf-8", "replace")).digest()


def _csrf(cookie: str) -> str:
    return hmac.new(cookie.encode("utf-8", "replace"), b"form", sha256).hexdigest()
