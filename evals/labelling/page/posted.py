"""What a page sends of a row."""

from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from fewsight.errors import InputError, first_problem

OPEN: Final = ("unsure", "none_of_these")
"""Ways to leave a field open: the person can't tell, or none of its labels fits. Both stand in the row's note."""


class Posted(BaseModel):
    """A row by its place, and by path what was chosen, as words; paths of fields that were left open, and how."""

    model_config = ConfigDict(strict=True, frozen=True)

    row: int
    chosen: dict[str, str | list[str]] = {}
    evidence: list[str] = []
    unsure: list[str] = []
    none_of_these: list[str] = []

    @classmethod
    def read(cls, posted: Mapping[str, Any]) -> Self:
        """What was sent, checked.

        Raises:
            InputError: it is something else.
        """
        try:
            return cls.model_validate(posted)
        except ValidationError as error:
            raise InputError(f"What was sent is no answer: {first_problem(error)}. Load the page again.") from None
