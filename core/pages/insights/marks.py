"""What cards can be narrowed to: each has a number, its cards carry it as a class, and its counts link to it.

The page needs no script for it: a link to `#m3` shows the cards of class m3 alone.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Marks:
    """Numbers of marks by (task, field, label), and how many of the shown cards have each.

    A field of '' stands for what is said of the whole card: 'uncertain', 'for review', or its status.
    """

    numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    cards: Counter[int] = field(default_factory=Counter)

    def give(self, task: str, path: str, label: str) -> str:
        """Count a card with this mark, and return its class."""
        number = self.numbers.setdefault((task, path, label), len(self.numbers))
        self.cards[number] += 1
        return f"m{number}"

    def name(self, task: str, path: str, label: str) -> str | None:
        """The name of a mark, None where no shown card has it."""
        number = self.numbers.get((task, path, label))
        return None if number is None else f"m{number}"
