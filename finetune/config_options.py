"""Options of the command line made from the configuration: one for each field, with the text under it as its help."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import click

from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.config_problems import bounds, described

Command = TypeVar("Command", bound=Callable[..., Any])

_TYPES: Final[Mapping[str, type]] = {"integer": int, "number": float, "string": str}


def config_options(command: Command) -> Command:
    """Add an option for each field; one that is not given is None, so that presets and files can speak."""
    for name, field in reversed(described(FinetuneConfig).items()):
        command = _option(name, field)(command)
    return command


def _option(name: str, field: Mapping[str, Any]) -> Callable[[Command], Command]:
    word, default = name.replace("_", "-"), field["default"]
    if field["type"] == "boolean":
        return click.option(f"--{word}/--no-{word}", name, default=None, help=_help(field, str(default).lower()))
    kind = click.Choice(field["enum"]) if "enum" in field else _TYPES[field["type"]]
    return click.option(f"--{word}", name, type=kind, default=None, help=_help(field, str(default)))


def _help(field: Mapping[str, Any], default: str) -> str:
    """The text under a field, its default and its bounds.

    >>> _help(described(FinetuneConfig)["rank"], "16")
    'Rank of the LoRA matrices. [default: 16; 1 to 64]'
    """
    limits = f"; {bounds(field)}" if "maximum" in field else ""
    return f"{' '.join(field['description'].split())} [default: {default}{limits}]"


def given_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those options of the configuration that were given."""
    names = described(FinetuneConfig)
    return {name: value for name, value in values.items() if name in names and value is not None}
