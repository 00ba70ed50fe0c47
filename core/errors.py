"""Every error that fewsight raises on purpose.

FewsightError
├── InputError      a table, a file or a history that can't be used
│   └── NothingUsableError   a table that was read, and holds nothing that could be answered
├── MappingError    columns that can't be told apart, or are missing
├── ConfigError     options that contradict each other, or are out of range (all problems at once)
├── TaskError       a task folder, template, shot or output model that is wrong
├── ModelError      a model or adapter folder that can't be loaded
├── EngineError     an engine that can't start, or died
│   └── AccessError     a server that lets nobody in with this key
├── TrainingError   a fine-tuning that can't go on
│   └── DivergedError   its loss is no number
├── LedgerError     a ledger that is locked, damaged or of another version
├── PolicyError     tools or a policy of a copilot that contradict themselves or the customers' state
└── CaseError       an act on a copilot's case that it does not stand open to, or a log that can't be used

A message says what is wrong, with the value, and what to do next.
"""

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from fewsight.redaction import redact

if TYPE_CHECKING:
    from pydantic import ValidationError

INTERRUPTED: Final = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""


class FewsightError(Exception):
    """Base of all errors that are meant for the user; the command line prints them without a traceback.

    Secrets are hidden wherever the message goes. `exit_code` is that of a command that ends by it.
    """

    exit_code: ClassVar[int] = 2

    def __str__(self) -> str:
        """The message without secrets."""
        return redact(super().__str__())


class InputError(FewsightError, ValueError):
    """A table, a file or a history that can't be used."""


class NothingUsableError(InputError):
    """A table that was read, and holds nothing that could be answered."""

    exit_code = 1


class MappingError(InputError):
    """Columns that are missing or can't be told apart."""


class ConfigError(FewsightError, ValueError):
    """Options that contradict each other or are out of range."""


class TaskError(FewsightError, ValueError):
    """A task folder, template, shot or output model that is wrong."""


class ModelError(FewsightError):
    """A model or adapter that can't be found, is incomplete, or is not allowed."""


class EngineError(FewsightError):
    """An engine that can't start, or that died while it worked."""


class AccessError(EngineError):
    """A server that lets nobody in with this key; no other request can succeed either."""


class TrainingError(FewsightError):
    """A fine-tuning that can't go on: memory or disk are full, or the loss is no number."""


class DivergedError(TrainingError):
    """A fine-tuning whose loss is no number."""


class LedgerError(FewsightError):
    """A ledger that is locked by another run, damaged, or written by another version."""


class PolicyError(FewsightError, ValueError):
    """Tools or a policy of a copilot that contradict themselves or the customers' state."""


class CaseError(FewsightError):
    """An act on a copilot's case that it does not stand open to, or a log of cases that can't be used."""


_MOST_LISTED: Final = 100
"""Known words that are listed where none is close; a longer list helps nobody."""


def first_problem(error: "ValidationError") -> str:
    """The first thing that Pydantic refuses of a file of ours, with its place."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "the file"
    return f"{where}: {first['msg']}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ' Did you mean ...?' for the closest known words, else the list of what is known unless it is long.

    >>> did_you_mean("sentimnt", ["intent", "sentiment"])
    " Did you mean 'sentiment'?"
    >>> did_you_mean("xyz", ["intent", "sentiment"])
    ' Known: intent, sentiment.'
    """
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=3)
    if close:
        return f" Did you mean {' or '.join(repr(name) for name in close)}?"
    return f" Known: {', '.join(known)}." if 0 < len(known) <= _MOST_LISTED else ""
