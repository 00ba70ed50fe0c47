"""The answer of the task `intent`."""

from typing import Literal

from pydantic import BaseModel, Field

from fewsight.prompts import Evidence

Intent = Literal[
    "order_status",
    "delivery_problem",
    "return_or_refund",
    "exchange",
    "cancel_order",
    "change_order",
    "product_question",
    "product_defect",
    "payment_problem",
    "billing_question",
    "price_or_discount",
    "account_access",
    "update_details",
    "subscription_change",
    "cancel_subscription",
    "complaint",
    "praise",
    "speak_to_human",
    "other",
]


class Output(BaseModel):
    """What the customer wants, judged by the newest message."""

    intent: Intent = Field(description="what the customer's newest message asks for")
    evidence: Evidence = Field(description="the events that show it")
