"""Mappings of several tables: one file with a section for each, or a file for each."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fewsight.errors import MappingError, did_you_mean
from fewsight.tables.mapping import KEYS, ColumnMapping, mapping_from_dict

Given = ColumnMapping | Path | Mapping[str, ColumnMapping]
"""A mapping, a file, or a mapping for each table by its name."""


def mappings_of(given: Sequence[Given | None], names: Sequence[str], tables: int) -> list[ColumnMapping | None]:
    """The mapping of each table, None where it is to be guessed.

    `names` are those of the tables of histories (`tables` of them), then that of profiles, if there is one.

    Raises:
        MappingError: sections of no table, or another number of mappings than of tables.
    """
    if len(given) == 1 and (sections := _sections(given[0])) is not None:
        where = f"The mapping {str(given[0])!r}" if isinstance(given[0], Path) else "The mapping"
        if unknown := [name for name in sections if name not in names]:
            hints = " ".join(f"{name!r} is no table.{did_you_mean(name, names)}" for name in unknown)
            raise MappingError(f"{where}: {hints} The tables are {', '.join(map(repr, names))}.")
        return [sections.get(name) for name in names]
    alone: list[ColumnMapping | None] = [_alone(one) for one in given]
    if len(alone) not in (0, tables):
        raise MappingError(
            f"{len(alone)} mapping{'s'[: len(alone) != 1]} for {tables} tables "
            f"({', '.join(map(repr, names[:tables]))}): "
            f"[{_key(names[0])}.columns]; `fewsight histories ... --write-mapping FILE` writes it."
        )
    return [*(alone or [None] * tables), *[None] * (len(names) - tables)]


def sections_of(mappings: Mapping[str, ColumnMapping]) -> dict[str, Any]:
    """What a file with a section for each table holds."""
    return {name: mapping.as_dict() for name, mapping in mappings.items()}


def _sections(given: Given | None) -> dict[str, ColumnMapping] | None:
    """The mappings of a file by table, None where it holds that of one table."""
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, Path):
        return None
    try:
        data = tomllib.loads(given.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # said by whoever reads it as the mapping of one table
    if not data or set(data) & set(KEYS) or not all(isinstance(value, dict) for value in data.values()):
        return None
    return {name: mapping_from_dict(value, f"The mapping {str(given)!r}, [{name}]") for name, value in data.items()}


def _alone(given: Given | None) -> ColumnMapping | None:
    if isinstance(given, Mapping):
        raise MappingError("Mappings by the names of tables are given once, as one dict.")
    return ColumnMapping.read(given) if isinstance(given, Path) else given


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else f'"{name}"'
