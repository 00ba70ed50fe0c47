"""`fewsight run --config FILE`: options from a TOML file, under those of the command line."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from fewsight.errors import ConfigError, did_you_mean

_MOSTLY_ONE: Final = ("histories", "query", "mapping")
"""Options that may be given several times, and mostly are given once: without a list in the file too."""
_FLAT: Final = (str, int, float, bool, date, datetime)


def read_options(context: click.Context, _: click.Parameter, file: Path | None) -> None:
    """Take what the file says as defaults of the command's options; a callback of an eager option.

    Keys are the options' names without the dashes in front and with underscores for the others, and `tasks`.
    Paths are those of the working directory, as on the command line.

    Raises:
        ConfigError: all keys and kinds of values that are wrong, at once.
    """
    if file is None:
        return
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"--config {str(file)!r} can't be read as TOML: {error}.") from error
    known = _keys(context.command)
    if problems := list(_problems(given, known)):
        raise ConfigError(f"--config {str(file)!r}: {' '.join(problems)}")
    given |= {key: [given[key]] for key in _MOSTLY_ONE if isinstance(given.get(key), str)}
    context.default_map = {known[key].name or key: _value(value) for key, value in given.items()}


def _keys(command: click.Command) -> dict[str, click.Parameter]:
    """What may stand in a file, by key."""
    keys: dict[str, click.Parameter] = {}
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            keys[str(parameter.name)] = parameter
        elif parameter.expose_value:
            keys[max(parameter.opts, key=len).lstrip("-").replace("-", "_")] = parameter
    return keys


def _problems(given: Mapping[str, Any], known: Mapping[str, click.Parameter]) -> Iterator[str]:
    for key, value in given.items():
        parameter = known.get(key)
        if parameter is None:
            yield f"There is no option {key!r}.{did_you_mean(key, known)}"
            continue
        several = parameter.nargs == -1 or bool(getattr(parameter, "multiple", False))
        is_flag = bool(getattr(parameter, "is_flag", False))
        values = value if several and isinstance(value, list) else [value]
        if not all(isinstance(each, _FLAT) and isinstance(each, bool) == is_flag for each in values):
            kind = "true or false" if is_flag else "a list of values" if several else "a text or a number"
            yield f"{key} = {value!r} must be {kind}."
        elif several and not isinstance(value, list) and key not in _MOSTLY_ONE:
            yield f"{key} = {value!r} may be given several times: write {key} = [{value!r}]."


def _value(value: Any) -> Any:  # noqa: ANN401 - of any option
    """What click reads: TOML's moments as text."""
    return value.isoformat() if isinstance(value, date) else value
