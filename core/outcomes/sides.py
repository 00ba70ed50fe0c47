"""Which files a customer's rows are for: all of them for one."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal

from fewsight.errors import ConfigError

Side = Literal["train", "calibration", "test"]
SIDES: Final[tuple[Side, ...]] = ("train", "calibration", "test")


@dataclass(frozen=True, slots=True)
class Sides:
    """Shares of customers that are held back, drawn by a digest of their id: equal on every machine.

    Where `test_customers` are named, they are the test's, and nobody else is. `fold` (k, n) makes the k-th of n equal
    parts the test: the n together have every customer once. Another seed makes other parts.

    Raises:
        ConfigError: shares that leave nobody to learn from.
    """

    test: float = 0.2
    calibration: float = 0.15
    seed: int = 0
    test_customers: Collection[str] = field(default_factory=frozenset)
    fold: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Check the shares."""
        if not (self.test >= 0 and self.calibration >= 0 and self.test + self.calibration < 1):
            raise ConfigError(
                f"Shares of {self.test} and {self.calibration} leave nobody to learn from; keep their sum below 1."
            )

        if self.fold is not None and not 1 <= self.fold[0] <= self.fold[1]:
            raise ConfigError(f"Part {self.fold[0]} of {self.fold[1]} is none; write one such as 1/5.")

    def of(self, customer_id: str) -> Side:
        """The side of a customer.

        >>> Sides(test=0, calibration=0).of("ann")
        'train'
        """
        place = drawn(f"{self.seed} {customer_id}")
        if self.fold is not None:
            number, parts = self.fold
            if int(place * parts) == number - 1:
                return "test"
            return "calibration" if drawn(f"{self.seed} rest {customer_id}") < self.calibration else "train"
        if self.test_customers:
            if customer_id in self.test_customers:
                return "test"
            return "calibration" if place < self.calibration else "train"
        if place < self.test:
            return "test"
        return "calibration" if place < self.test + self.calibration else "train"


def drawn(word: str) -> float:
    """A number from 0 up to 1 that looks drawn by chance, and is always the same for a word."""
    whole = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(whole[:8], "big") / 2**64
