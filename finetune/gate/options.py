"""Options that several commands have."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

ADAPTER: Final = click.argument("adapter", type=click.Path(exists=True, file_okay=False, path_type=Path))
BASE_MODEL: Final = click.option("--model", help="Base model.  [default: as the manifest names it]")
PARITY: Final = click.option(
    "--parity",
    type=click.Choice(["all", "transformers"]),
    default="all",
    show_default=True,
    help="Engines that must answer as PEFT does: all that are installed, or transformers alone.",
)


def number_type(default: str, text: str) -> Decorator:
    """The option `--dtype`."""
    kinds = click.Choice(["float32", "bfloat16"])
    return click.option("--dtype", type=kinds, default=default, show_default=True, help=text)


def ways(parity: str) -> Sequence[str]:
    """The engines that a value of `--parity` means."""
    from fewsight.finetune.gate.parity import installed_ways

    return installed_ways() if parity == "all" else ("transformers",)
