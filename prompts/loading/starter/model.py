"""The answer of the task `starter`.

Fields with a fixed set of values (Literal, bool, Enum) come first: they are chosen by probability, in this order.
Fields that the model writes come after them: evidence, and texts with a bound on their length.
"""

from typing import Literal

from pydantic import BaseModel, Field

from fewsight.prompts import Evidence


class Output(BaseModel):
    """How soon the customer needs an answer."""

    urgency: Literal["today", "this_week", "no_hurry"] = Field(description="how soon an answer is needed")
    evidence: Evidence = Field(description="the events that show it")
    next_step: str = Field(min_length=1, max_length=120, description="what to do next, in one sentence")
