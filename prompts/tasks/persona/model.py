"""The answer of the task `persona`."""

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, Field, model_validator

from fewsight.prompts import EvidenceMarker

Value = TypeVar("Value", bound=str)
Basis = Literal["fact", "inferred", "unknown"]


class Trait(BaseModel, Generic[Value]):
    """A trait, and whether it was stated (fact), concluded (inferred) or can't be told (unknown)."""

    value: Value = Field(description="the trait's value")
    basis: Basis = Field(description="how it is known")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Value and basis are chosen one after the other, so they may disagree; the value decides."""
        if self.value == "unknown":
            self.basis = "unknown"
        elif self.basis == "unknown":
            self.basis = "inferred"
        return self


class Household(Trait[Literal["single", "couple", "family_with_children", "shared_or_other", "unknown"]]):
    """Whom the customer lives with."""


class PriceSensitivity(Trait[Literal["low", "medium", "high", "unknown"]]):
    """How much the price decides."""


class ShoppingStyle(
    Trait[Literal["planner", "impulse", "bargain_hunter", "loyal_repeat", "gift_buyer", "unknown"]],
):
    """How the customer comes to buy."""


class MainInterest(
    Trait[
        Literal[
            "fashion",
            "electronics",
            "home",
            "beauty",
            "food",
            "sports",
            "children",
            "books_media",
            "other",
            "unknown",
        ]
    ],
):
    """What most purchases and searches are about."""


class ChannelPreference(Trait[Literal["web", "app", "store", "phone", "unknown"]]):
    """Where the customer prefers to deal with the shop."""


class Activity(Trait[Literal["new", "active", "slowing", "lapsed", "unknown"]]):
    """Where the customer is in the life of a customer."""


class Output(BaseModel):
    """Who the customer is, as far as the history tells."""

    household: Household = Field(description="whom the customer lives with")
    price_sensitivity: PriceSensitivity = Field(description="how much the price decides")
    shopping_style: ShoppingStyle = Field(description="how the customer comes to buy")
    main_interest: MainInterest = Field(description="what most purchases and searches are about")
    channel_preference: ChannelPreference = Field(description="where the customer prefers to shop or ask")
    activity: Activity = Field(description="how active the customer is now")
    evidence: Annotated[list[str], EvidenceMarker(most=5)] = Field(
        max_length=5, description="the events that show the traits"
    )
    summary: str = Field(min_length=1, max_length=240, description="two sentences for a marketer, without numbers")
