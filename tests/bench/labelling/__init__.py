"""What choosing rows to label brings: `measure` simulates rounds of labelling."""

from tests.bench.labelling.rounds import measure

__all__ = ["measure"]
