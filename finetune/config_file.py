"""Options from a TOML file and the command line, put together; and written as a file again."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomli_w

from fewsight.errors import ConfigError
from fewsight.finetune.config import FinetuneConfig


def make_config(file: Path | None, given: Mapping[str, Any]) -> FinetuneConfig:
    """Defaults, then those of the preset, then the file (TOML), then what was `given`; later ones win.

    Raises:
        ConfigError: everything that is wrong with the options, at once.
    """
    return FinetuneConfig(**{**(_read(file) if file else {}), **given})


def as_toml(config: FinetuneConfig) -> str:
    """The configuration as a file that `make_config` reads."""
    return tomli_w.dumps(asdict(config))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(file)!r} can't be read as TOML: {error}.") from error
