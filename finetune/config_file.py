"""Options from presets, TOML files and the command line, put together; and written as a file again."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomli_w

from fewsight.errors import ConfigError, did_you_mean
from fewsight.finetune.config import PRESETS, FinetuneConfig, Preset


def make_config(preset: Preset | None, file: Path | None, given: Mapping[str, Any]) -> FinetuneConfig:
    """Defaults, then the preset, then the file (TOML), then what was `given`; later ones win.

    A file may name its `preset` itself.

    Raises:
        ConfigError: everything that is wrong with the options, at once.
    """
    data = _read(file) if file else {}
    named = data.pop("preset", None)
    named = preset or named
    if named is not None and named not in PRESETS:
        raise ConfigError(f"preset {named!r} is not known.{did_you_mean(str(named), PRESETS)}")
    return FinetuneConfig(**{**(PRESETS[named] if named else {}), **data, **given})


def as_toml(config: FinetuneConfig) -> str:
    """The configuration as a file that `make_config` reads."""
    return tomli_w.dumps(asdict(config))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(file)!r} can't be read as TOML: {error}.") from error
