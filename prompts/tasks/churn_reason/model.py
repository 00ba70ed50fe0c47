"""The answer of the task `churn_reason`."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, computed_field

from fewsight.prompts import Evidence, Taxonomy

Reason = Annotated[
    Literal[
        "not_churning",
        "unknown",
        "price/too_expensive",
        "price/competitor_offer",
        "price/unexpected_charge",
        "product/quality",
        "product/missing_selection",
        "product/stopped_needing",
        "delivery/late",
        "delivery/damaged_or_lost",
        "delivery/cost",
        "service/unhelpful_support",
        "service/slow_response",
        "service/refund_trouble",
        "experience/account_or_app",
        "experience/too_many_messages",
        "experience/trust_or_privacy",
        "life/moved_or_changed",
    ],
    Taxonomy(),
]


class Output(BaseModel):
    """Why the customer leaves, or that there is no sign of leaving, or no reason to be seen."""

    reason: Reason = Field(description="the main reason for leaving, as category/reason")
    evidence: Evidence = Field(description="the events that show it")
    summary: str = Field(min_length=1, max_length=160, description="the reason in one sentence")

    @computed_field(description="the first level of the reason")  # type: ignore[prop-decorator]  # pydantic/mypy
    @property
    def category(self) -> str:
        """The reason's first level: 'price' of 'price/too_expensive'; a reason without levels is its own."""
        return self.reason.partition(Taxonomy().separator)[0]
