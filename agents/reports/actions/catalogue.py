"""The catalogue of actions: a TOML file that users change."""

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path

from pydantic import Field, ValidationError

from fewsight.agents.reports.model import ActionKind, Words
from fewsight.agents.reports.model.claims import Data
from fewsight.errors import ConfigError, first_problem


class Entry(Data):
    """One action, with the reasons (or patterns of them) that it is about. Costs are in minor units."""

    id: str = Field(min_length=1, max_length=60)
    kind: ActionKind
    reasons: tuple[str, ...] = Field(min_length=1)
    en: str = Field(min_length=1, max_length=200)
    zh: str = Field(min_length=1, max_length=200)
    each: int = Field(ge=0)
    once: int = Field(ge=0)
    effect: float = Field(gt=0, lt=0.5)

    @property
    def words(self) -> Words:
        """What is done, in both languages."""
        return Words(en=self.en, zh=self.zh)

    def about(self, reasons: Iterable[str]) -> tuple[str, ...]:
        """Those of some reasons that it is about."""
        return tuple(one for one in reasons if any(fnmatchcase(one, pattern) for pattern in self.reasons))


class Catalogue(Data):
    """All actions, in the order of the file, and the currency of their costs."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    action: tuple[Entry, ...] = Field(min_length=1)


def read_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue in a file; ours where it is None.

    Raises:
        ConfigError: it can't be read, or an entry is not as it has to be.
    """
    place = path or files("fewsight.agents.reports.actions").joinpath("catalogue.toml")
    try:
        catalogue = Catalogue.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Can't read the actions in {str(path)!r}: {error}.") from error
    except ValidationError as error:
        raise ConfigError(f"{str(path)!r} is no catalogue of actions: {first_problem(error)}.") from error
    names = [entry.id for entry in catalogue.action]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"{str(path)!r} names the action {twice[0]!r} twice; give each its own id.")
    return catalogue
