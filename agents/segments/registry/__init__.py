"""What lasts over runs: ids of segments, versions of their cards, and the movements between them.

Others use `match`, `movements`, and the data: `Registry`, `Movements`, `Event`, `Change`.
"""

from fewsight.agents.segments.registry.matching import match
from fewsight.agents.segments.registry.model import Change, Event, Movements, Registry
from fewsight.agents.segments.registry.moving import GONE, NEW, movements

__all__ = ["GONE", "NEW", "Change", "Event", "Movements", "Registry", "match", "movements"]
