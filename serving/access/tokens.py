"""Tokens with scopes: given out once, kept as hashes in a private file, rotated and revoked.

A token is `fs_ID_SECRET`. The id finds the row, and the secret's SHA-256 is compared in constant time; the secret has
256 random bits, so that a slow hash would protect nothing.
"""

import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, get_args

from fewsight.errors import ConfigError

Scope = Literal["read", "act", "admin"]
"""Each may all that those before it may."""

GRACE: Final = timedelta(days=1)
"""How long a token goes on after it was rotated."""

_PREFIX: Final = "fs"
_NOBODY: Final = sha256(b"").digest()
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, hash BLOB NOT NULL, made TEXT NOT NULL, ends TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    hash BLOB PRIMARY KEY, token TEXT NOT NULL REFERENCES tokens (id), made TEXT NOT NULL, seen TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. It counts until `ends`, where there is such a time."""

    id: str
    name: str
    scope: Scope
    made: datetime
    ends: datetime | None

    def may(self, scope: Scope) -> bool:
        """Whether its scope holds this one."""
        order = get_args(Scope)
        return order.index(self.scope) >= order.index(scope)


class Tokens:
    """The tokens in a file, which is made where it is missing, readable by its owner alone.

    Raises:
        ConfigError: the file can't be opened, or is of another kind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
            with self.database() as database:
                database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"Can't keep tokens in {str(path)!r}: {error}. Name another file.") from error

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction, from any thread."""
        with closing(sqlite3.connect(self.path, timeout=10)) as database, database:
            yield database

    def add(self, name: str, scope: Scope, lasts: timedelta | None = None) -> str:
        """A new token: the only time that its secret is known.

        Raises:
            ConfigError: the name is empty, or not printable.
        """
        if not name.strip() or not name.isprintable():
            raise ConfigError(f"{name!r} is no name; say who will use the token.")
        key, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), datetime.now(UTC)
        row = (key, name, scope, _hash(secret), now.isoformat(), (now + lasts).isoformat() if lasts else None)
        with self.database() as database:
            database.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", row)
        return f"{_PREFIX}_{key}_{secret}"

    def find(self, text: str) -> Token | None:
        """The token that a caller gave, where it counts; it takes as long where it does not."""
        _, _, rest = text.partition("_")
        key, _, secret = rest.partition("_")
        with self.database() as database:
            row = database.execute("SELECT hash FROM tokens WHERE id = ?", (key,)).fetchone()
        is_right = hmac.compare_digest(_hash(secret), row[0] if row else _NOBODY) and text.startswith(_PREFIX + "_")
        return self.get(key) if is_right and row else None

    def get(self, key: str) -> Token | None:
        """The token of an id, where it still counts."""
        return next((token for token in self.all() if token.id == key and not _is_over(token)), None)

    def all(self) -> list[Token]:
        """All tokens, oldest first; those that are over too."""
        with self.database() as database:
            rows = database.execute("SELECT id, name, scope, made, ends FROM tokens ORDER BY made").fetchall()
        return [
            Token(key, name, scope, _time(made), _time(ends) if ends else None) for key, name, scope, made, ends in rows
        ]

    def rotate(self, key: str, grace: timedelta = GRACE) -> str:
        """A new token of the same name and scope; the old one ends after `grace`.

        Raises:
            ConfigError: there is no such token that counts.
        """
        old = self.get(key)
        if old is None:
            raise ConfigError(f"There is no token {key!r} that counts; `fewsight tokens list` shows all.")
        self._end(key, grace)
        return self.add(old.name, old.scope)

    def revoke(self, key: str) -> None:
        """End a token, and all that was opened with it, now.

        Raises:
            ConfigError: there is no such token that counts.
        """
        if self.get(key) is None:
            raise ConfigError(f"There is no token {key!r} that counts; `fewsight tokens list` shows all.")
        self._end(key, timedelta(0))

    def _end(self, key: str, after: timedelta) -> None:
        with self.database() as database:
            ends = (datetime.now(UTC) + after).isoformat()
            database.execute("UPDATE tokens SET ends = min(coalesce(ends, ?), ?) WHERE id = ?", (ends, ends, key))


def _is_over(token: Token) -> bool:
    return token.ends is not None and token.ends <= datetime.now(UTC)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
