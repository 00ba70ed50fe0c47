"""`fewsight tokens`: who may log in to a server, or ask it."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fewsight.console import echo

if TYPE_CHECKING:
    from fewsight.serving.access.tokens import Scope, Tokens

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def tokens() -> None:
    """Give out, list, rotate and revoke tokens; FILE is the server's, such as DIR/access.db."""


@tokens.command()
@click.argument("file", type=_FILE)
@click.argument("name")
@click.option("--scope", type=click.Choice(["read", "act", "admin"]), default="act", show_default=True)
@click.option("--days", type=click.IntRange(min=1), help="How long it counts. [default: until it is revoked]")
def new(file: Path, name: str, scope: "Scope", days: int | None) -> None:
    """Print a new token for NAME; the file keeps its hash alone, so it is shown only now."""
    echo(_open(file, new=True).add(name, scope, timedelta(days=days) if days else None))


@tokens.command("list")
@click.argument("file", type=_FILE)
def show(file: Path) -> None:
    """Show all tokens: id, scope, when made, when they end, and of whom."""
    for token in _open(file).all():
        ends = f"{token.ends:%Y-%m-%d %H:%M}" if token.ends else "never ends"
        echo(f"{token.id}  {token.scope:5}  {token.made:%Y-%m-%d}  {ends:16}  {token.name}")


@tokens.command()
@click.argument("file", type=_FILE)
@click.argument("key", metavar="ID")
@click.option(
    "--hours", type=click.IntRange(min=0), default=24, show_default=True, help="How long the old one goes on."
)
def rotate(file: Path, key: str, hours: int) -> None:
    """Print a new token in the place of ID."""
    echo(_open(file).rotate(key, timedelta(hours=hours)))


@tokens.command()
@click.argument("file", type=_FILE)
@click.argument("key", metavar="ID")
def revoke(file: Path, key: str) -> None:
    """End the token ID, and every session that was opened with it, now."""
    _open(file).revoke(key)
    echo(f"{key} is revoked.")


def _open(file: Path, new: bool = False) -> "Tokens":
    from fewsight.errors import ConfigError
    from fewsight.serving.access.tokens import Tokens

    if not new and not file.exists():
        raise ConfigError(f"There is no {str(file)!r}; `fewsight tokens new` makes it.")
    file.parent.mkdir(parents=True, exist_ok=True)
    return Tokens(file)
