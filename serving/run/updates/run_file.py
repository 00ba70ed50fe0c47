"""run.json: what is frozen in a run's folder, and how an update moves its table and its moment on."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ConfigError
from fewsight.files import write_text
from fewsight.redaction import redact_forms
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.session import Session

if TYPE_CHECKING:
    from fewsight.tables import HistorySource

NAME: Final = "run.json"
EARLIER: Final = "earlier"
"""Holds the moments and tables of a run before its updates; a run that was never updated has none."""

_MOVES: Final = ("as_of", "input")
"""What an update may change."""


def is_updated(folder: Path) -> bool:
    """Whether the run of a folder was updated."""
    path = folder / NAME
    return path.exists() and bool(_read(path).get(EARLIER))


def require_run(folder: Path) -> None:
    """Refuse to update where no run has begun.

    Raises:
        ConfigError: the folder holds none.
    """
    if not (folder / NAME).exists():
        raise ConfigError(f"{str(folder)!r} holds no run to update; leave out --update to begin one.")


def settle_moment(options: RunOptions, histories: "HistorySource", folder: Path, *, update: bool) -> RunOptions:
    """Options of a run that is updated, or was, with `as_of`: by default the newest event of the table, but no earlier
    than before.

    Raises:
        ConfigError: `as_of` lies before the moment that the run's answers know already.
    """
    if not update and not is_updated(folder):
        return options
    before = _moment(folder / NAME)
    if options.as_of is not None and before is not None and options.as_of < before:
        raise ConfigError(
            f"--as-of {options.as_of.isoformat()} lies before {before.isoformat()}, up to which the run in "
            f"{str(folder)!r} knows its customers already. Name a later moment, or a new folder with --out."
        )
    known = [one for one in (histories.newest, before) if one is not None]
    return replace(options, as_of=options.as_of or max(known, default=None))


def freeze(session: Session, histories: "HistorySource", folder: Path, *, update: bool = False) -> Any:  # noqa: ANN401 - an Order from JSON
    """The order of blocks of this folder's run; everything that was frozen before must be the same, but for what an
    update moves on.

    Raises:
        ConfigError: something differs, or the file can't be read.
    """
    path = folder / NAME
    # URLs may hold passwords, and everybody may read this file.
    now = json.loads(redact_forms(json.dumps(session.options.frozen())))
    now |= {"input": histories.digest, **session.digests()}
    if not path.exists():
        now["order"] = session.order(histories)
        write_text(path, json.dumps(now, indent=2, ensure_ascii=False))
        return now["order"]
    before = {"heads_digests": {}, **_read(path)}  # older runs had no heads
    may_differ = {"order"} if now["order"] is None else set()  # the planner's choice stands
    if update:
        may_differ |= {*_MOVES}
    if differ := [name for name in now if name not in may_differ and before.get(name) != now[name]]:
        _refuse(session, folder, {name: (before.get(name), now[name]) for name in differ})
    moved = {name: now[name] for name in _MOVES if update}
    if any(before.get(name) != value for name, value in moved.items()):
        earlier = [*before.get(EARLIER, ()), {name: before.get(name) for name in _MOVES}]
        write_text(path, json.dumps({**before, **moved, EARLIER: earlier}, indent=2, ensure_ascii=False))
    elif redact_forms(text := path.read_text(encoding="utf-8")) != text:
        write_text(path, redact_forms(text))
    return before["order"]


def _refuse(session: Session, folder: Path, differ: Mapping[str, tuple[Any, Any]]) -> None:
    changes = ", ".join(f"{name}: {old!r} -> {new!r}" for name, (old, new) in differ.items())
    heads = "heads_digests" in differ and session.answerer is None
    hint = " With --heads none a run is without heads." if heads else ""
    if set(differ) <= {*_MOVES}:
        hint += " If the table has grown, --update asks those customers again who have changed."
    raise ConfigError(
        f"{str(folder)!r} holds a run with other options ({changes}). "
        f"Give the same ones to continue it, or name a new folder with --out.{hint}"
    )


def _moment(path: Path) -> datetime | None:
    text = _read(path).get("as_of")
    return datetime.fromisoformat(text) if text else None


def _read(path: Path) -> dict[str, Any]:
    try:
        frozen: dict[str, Any] = json.loads(redact_forms(path.read_text(encoding="utf-8")))
        return {**frozen, "order": frozen["order"]}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigError(f"{str(path)!r} can't be read ({error}); name a new folder with --out.") from error
