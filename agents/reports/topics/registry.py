"""Topics that are known again in later runs: a file of their centres, which stay as they were first found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from fewsight.agents.reports.topics.clusters import Topic
from fewsight.errors import ConfigError, InputError, first_problem
from fewsight.files import write_text

_SAME: Final = 0.999
"""Cosine from which on a topic is one that the same report found before."""


class Kept(BaseModel):
    """A topic: its id, keywords, centre, least likeness, and the moment of the report that found it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    keywords: tuple[str, ...]
    centre: tuple[float, ...]
    least: float
    since: datetime | None

    @property
    def topic(self) -> Topic:
        """As a criterion."""
        return Topic(np.array(self.centre), self.least)


class Registry(BaseModel):
    """All topics, and the encoder that their centres are of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    encoder: str
    topics: tuple[Kept, ...] = ()

    def before(self, as_of: datetime | None) -> tuple[Kept, ...]:
        """The topics that earlier reports found: what a report finds does not depend on whether it was made before."""
        return tuple(one for one in self.topics if as_of is None or one.since is None or one.since < as_of)

    def with_found(self, topics: Sequence[Kept], as_of: datetime | None) -> "Registry":
        """With the topics that a report found, in the place of those that it found when it was made before."""
        known = self.before(as_of)
        later = [one for one in self.topics if one not in known and one.since != as_of]
        return self.model_copy(update={"topics": (*known, *topics, *later)})


@dataclass(frozen=True, slots=True)
class Numbered:
    """Ids for topics that a report finds."""

    registry: Registry
    as_of: datetime | None

    def ids(self, topics: Sequence[Topic]) -> list[str]:
        """The ids that they have where the same report was made before, else the next free ones."""
        mine = [one for one in self.registry.topics if one not in self.registry.before(self.as_of)]
        free = max([0, *(int(one.id[1:]) for one in self.registry.topics)]) + 1
        names = []
        for topic in topics:
            same = next((one.id for one in mine if float(one.topic.centre @ topic.centre) >= _SAME), None)
            names.append(same or f"T{free}")
            free += same is None
        return names


def read_registry(path: Path | None, encoder: str) -> Registry:
    """The registry in a file; an empty one where there is none.

    Raises:
        ConfigError: it is of another encoder.
        InputError: it can't be read.
    """
    if path is None or not path.exists():
        return Registry(encoder=encoder)
    try:
        registry = Registry.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        problem = first_problem(error) if isinstance(error, ValidationError) else error
        raise InputError(f"{str(path)!r} is no file of topics: {problem}. Name another to begin anew.") from error
    if registry.encoder != encoder:
        raise ConfigError(
            f"The topics in {str(path)!r} were found with encoder {registry.encoder[:12]}, and this is {encoder[:12]}: "
            "name the encoder of then, or another file."
        )
    return registry


def write_registry(registry: Registry, path: Path) -> None:
    """Write it, or replace it.

    Raises:
        OSError: it can't be written.
    """
    write_text(path, registry.model_dump_json(indent=1) + "\n")
