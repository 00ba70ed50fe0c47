"""One text, masked as a customer's only message."""

from collections.abc import Mapping

from fewsight import CustomerHistory, Event
from fewsight.events import Scalar
from fewsight.masking import Pseudonymizer


def masked_text(text: str, profile: Mapping[str, Scalar] | None = None) -> tuple[str, dict[str, str]]:
    """The masked text, and what its pseudonyms stand for."""
    history = CustomerHistory("c", (Event("e1", None, "message", text=text),), profile or {})
    masked = Pseudonymizer().mask(history)
    return masked.history.events[0].text or "", masked.pseudonyms
