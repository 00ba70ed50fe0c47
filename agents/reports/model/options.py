"""What a report was asked for."""

from typing import Literal

from pydantic import Field

from fewsight.agents.reports.model.claims import Data

Kind = Literal["churn", "segment", "change", "voice", "customer"]


class Options(Data):
    """What a report was asked for; with run and tables it is all that computing it again takes.

    `period` and `before` name what a report of change compares where there is one run: the newest period that has
    enough customers, and the one before it, where they are None. `encoder` is what finds topics;
    None: none are looked for.
    """

    kind: Kind = "churn"
    field: str = "churn_reason.reason"
    stays: str = "not_churning"
    unseen: str = "unknown"
    language: Literal["en", "zh"] = "en"
    most: int = Field(default=12, ge=1)
    false_discoveries: float = Field(default=0.05, gt=0, lt=1)
    period: str | None = None
    before: str | None = None
    encoder: str | None = None
    customer: str | None = None
