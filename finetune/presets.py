"""Epochs and rows of a step by the number of rows, where they were left open: so few rows learn too.

Steps teach, not epochs: 60 rows in steps of 32 are two steps an epoch, after which a model answers as before. What was
measured on small sets stands in docs/benchmarks.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fewsight.finetune.config import FinetuneConfig, Preset


@dataclass(frozen=True, slots=True)
class Rule:
    """Fewest epochs, and fewest optimizer steps, of a training whose epochs were left open."""

    epochs: float
    steps: int


RULES: Final[Mapping[Preset, Rule]] = {"quick": Rule(1, 20), "best": Rule(6, 30)}

FEW_ROWS: Final = 512
"""Fewer training rows than this count as few."""

STEP_OF_FEW: Final = 16
STEP: Final = 32
"""Rows of a step, of few training rows and of more."""


def settle(config: FinetuneConfig, rows: int) -> FinetuneConfig:
    """The configuration with `epochs` and `batch_rows` for so many training rows; those that were given stay.

    >>> small = settle(FinetuneConfig(), 60)
    >>> small.batch_rows, small.epochs
    (16, 5.0)
    >>> settle(FinetuneConfig(), 10_000).epochs, settle(FinetuneConfig(epochs=2), 60).epochs
    (1.0, 2.0)
    """
    batch_rows = config.batch_rows or (STEP_OF_FEW if rows < FEW_ROWS else STEP)
    return replace(config, batch_rows=batch_rows, epochs=config.epochs or _epochs(config.preset, rows, batch_rows))


def settled_line(config: FinetuneConfig, rows: int) -> str:
    """What was settled, for the user.

    >>> settled_line(settle(FinetuneConfig(), 60), 60)
    'preset quick: 5 epochs of 60 rows, 16 in a step, which are 20 steps (--epochs, --batch-rows)'
    """
    steps = max(round(config.epochs * -(-rows // config.batch_rows)), 1)
    return (
        f"preset {config.preset}: {config.epochs:.3g} epochs of {rows:,} rows, {config.batch_rows} in a step, "
        f"which are {steps:,} steps (--epochs, --batch-rows)"
    )


def _epochs(preset: Preset, rows: int, batch_rows: int) -> float:
    rule, in_epoch = RULES[preset], -(-rows // batch_rows)
    return max(rule.epochs, rule.steps / in_epoch)
