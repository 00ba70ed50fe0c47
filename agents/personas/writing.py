"""Cards as lines of JSON, a batch at a time, so that a call that was killed goes on where it stopped."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fewsight.agents.personas.model import PersonaCard
from fewsight.agents.personas.tally import Tally
from fewsight.files import write_text

CARDS: Final = "cards.jsonl"
PART: Final = "cards.jsonl.part"
STATE: Final = "cards.state.json"


@dataclass
class Begun:
    """How far the cards of a folder are: `rows` of the facts, in so many `size` bytes, and what was counted."""

    inputs: str
    rows: int = 0
    size: int = 0
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, folder: Path, inputs: str) -> "Begun":
        """What an earlier call with the same inputs has left; nothing of any other."""
        try:
            data: Any = json.loads((folder / STATE).read_text(encoding="utf-8"))
            begun = cls(data["inputs"], data["rows"], data["size"], Tally.from_dict(data["tally"]))
            is_whole = (folder / PART).stat().st_size >= begun.size
        except (OSError, ValueError, LookupError, TypeError):
            return cls(inputs)
        return begun if begun.inputs == inputs and is_whole else cls(inputs)

    def append(self, folder: Path, batch: Iterable[str], rows: int) -> None:
        """Write a batch of lines, then that they are there."""
        path = folder / PART
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(self.size)  # what was written of a batch that was not finished
            file.seek(self.size)
            for line in batch:
                file.write(line.encode("utf-8", "surrogatepass") + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self.size = file.tell()
        self.rows += rows
        state = {"inputs": self.inputs, "rows": self.rows, "size": self.size, "tally": self.tally.as_dict()}
        write_text(folder / STATE, json.dumps(state))

    def finish(self, folder: Path) -> None:
        """All cards are there: the file takes its name."""
        (folder / PART).replace(folder / CARDS)
        (folder / STATE).unlink()


def first_cards(path: Path, most: int, wanted: Callable[[PersonaCard], bool] = lambda _: True) -> list[PersonaCard]:
    """The first cards of a file that are wanted, at most so many."""
    cards: list[PersonaCard] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            card = PersonaCard.model_validate_json(line)
            if wanted(card):
                cards.append(card)
            if len(cards) == most:
                break
    return cards
