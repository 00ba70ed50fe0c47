"""The answer of the task `sentiment`."""

from typing import Literal

from pydantic import BaseModel, Field

from fewsight.prompts import Evidence

Overall = Literal["positive", "negative", "neutral", "mixed"]
Feeling = Literal["positive", "negative", "mixed", "not_mentioned"]


class Aspects(BaseModel):
    """How the customer feels about each side of the shop and its products."""

    quality: Feeling = Field(description="how well the product is made and works")
    price: Feeling = Field(description="price, value for money, fees")
    delivery: Feeling = Field(description="speed, care and condition of delivery")
    service: Feeling = Field(description="staff and customer service")
    usability: Feeling = Field(description="how easy product, site or app are to use")
    returns: Feeling = Field(description="returns, exchanges and refunds")


class Output(BaseModel):
    """How the customer feels, overall and by aspect."""

    overall: Overall = Field(description="the feeling of all that the customer wrote")
    aspects: Aspects = Field(description="the feeling about each aspect")
    evidence: Evidence = Field(description="the events that show it")
