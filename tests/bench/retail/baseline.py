"""A rule baseline without any model: keywords say what is wanted, and hand-written weights which move comes next."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from fewsight.agents.copilot.evidence.elements import RULES
from fewsight.agents.copilot.evidence.mentions import FADE
from fewsight.agents.copilot.ranking.features import Wishes
from fewsight.agents.copilot.ranking.ranker import Ranker, RankerFile

if TYPE_CHECKING:
    import numpy as np

_KEYWORDS: Final = {
    "cancel_pending_order": r"\bcancel|not want to receive",
    "return_delivered_order_items": r"\breturn|refund|take back|send back",
    "exchange_delivered_order_items": r"\bexchang|swap|another version",
    "modify_pending_order_items": r"\bchange|modify",
    "modify_pending_order_address": r"\baddress",
    "modify_pending_order_payment": r"\bpay(?:ment)?\b|switch",
}
_REASONS: Final = {"no longer needed": r"need|not want", "ordered by mistake": r"mistake|accident"}
_MOVES: Final = {
    "known": 12.0, "identity": 9.0, "write": 14.0, "report": 0.0, "report&done": 20.0, "closing": 1.0,
    "read": 0.0, "read_want": 4.0, "read_fit": 1.0, "read_id": 6.0, "read_id_other": -2.0, "again": -15.0,
    "confirm": 0.0, "now": 2.0, "ever": 3.0, "undone": 1.0, "fit": 1.0, "id": 6.0, "id_other": -3.0, "linked": 0.7,
    "row_done": -4.0, "literal": 2.0, "filled": 1.0, "declined_like": -1.0, "hand_off": -6.0, "clarify": -4.0,
}  # fmt: skip


class RuleRanker(Ranker):
    """Ranks by rules alone."""

    def __init__(self) -> None:
        super().__init__(RankerFile(encoder="none", moves=_MOVES, elements=dict(RULES), heads={}), _never)

    def wishes(self, texts: Sequence[str]) -> Wishes:
        """What keywords say."""
        tools = [{t: float(bool(re.search(p, x, re.IGNORECASE))) for t, p in _KEYWORDS.items()} for x in texts]
        literals: dict[tuple[str, str, str], float] = {}
        for age, text in enumerate(reversed(texts)):
            for reason, pattern in _REASONS.items():
                if re.search(pattern, text, re.IGNORECASE):
                    key = ("cancel_pending_order", "reason", reason)
                    literals[key] = max(literals.get(key, 0.0), FADE**age)
        return Wishes(tools, literals)

    def intents(self, texts: Sequence[str]) -> list[str]:
        """None: keywords make no promise."""
        return []


def _never(texts: Sequence[str]) -> "np.ndarray":
    raise AssertionError(texts)
