"""What a package's modules register by name, so that a new kind of arm or a new metric is one new file."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from fewsight.errors import ConfigError, did_you_mean

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """Entries by name. They register themselves where their modules are imported, which the first look-up does.

    Args:
        what: what an entry is, in messages.
        package: whose modules register entries.
        group: entry points by which other installed packages name modules that do.
    """

    def __init__(self, what: str, package: str, group: str) -> None:
        self._what, self._package, self._group = what, package, group
        self._entries: dict[str, Entry] = {}
        self._is_filled = False

    def add(self, name: str, entry: Entry) -> None:
        """Register an entry.

        Raises:
            ConfigError: there is one of this name.
        """
        if name in self._entries:
            raise ConfigError(f"The {self._what} {name!r} is registered twice; give one of them another name.")
        self._entries[name] = entry

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All of them, in the order in which they registered."""
        if not self._is_filled:
            self._is_filled = True  # before the modules, which may look up others while they register
            try:
                self._fill()
            except BaseException:
                self._is_filled = False  # the next look-up must fail too, and not miss entries
                raise
        return MappingProxyType(self._entries)

    def _fill(self) -> None:
        for module in _modules(self._package):
            import_module(module)
        for point in entry_points(group=self._group):
            point.load()

    def __getitem__(self, name: str) -> Entry:
        """The entry of a name.

        Raises:
            ConfigError: there is none, with the nearest names.
        """
        known: Final = self.entries
        if name not in known:
            raise ConfigError(f"There is no {self._what} {name!r}.{did_you_mean(name, known)}")
        return known[name]


def _modules(package: str) -> Iterator[str]:
    """A package's modules by alphabet."""
    for module in pkgutil.iter_modules(import_module(package).__path__):
        yield f"{package}.{module.name}"
