"""What a customer wrote, as data."""

from typing import Literal

from fewsight.agents.reports.model.claims import Data, EventRef


class Quote(Data):
    """A piece of what a customer wrote, masked and word for word; `is_cut`: the sentence goes on."""

    source: EventRef
    text: str
    role: Literal["typical", "striking"]
    date: str
    is_cut: bool
    why: Literal["stated"] = "stated"
