"""Columns of people by what they do, in tables as systems write them."""

import pytest

from fewsight.masking.columns import role


@pytest.mark.parametrize(
    "key",
    [
        *("Requester Name", "Buyer Name", "Bill-to Name", "SuppliedName", "visitor.name", "agent_name", "Assignee"),
        *("Agent", "assigned_to", "Assigned User", "Ticket Owner", "Case Owner", "resolved_by", "Thread Author"),
        *("Bearbeiter", "Medewerker", "Agente", "reporter", "caller"),
    ],
)
def test_names_in_columns_of_people_are_names(key: str) -> None:
    assert role(key, "Maria Gomez") == "NAME"


@pytest.mark.parametrize("value", ["Support", "Billing Team", "unassigned", "bot", "12345", "Tier 2", "客服部"])
def test_groups_and_numbers_in_columns_of_staff_are_none(value: str) -> None:
    assert role("Assignee", value) is None


@pytest.mark.parametrize("key", ["Product Name", "Plan Name", "Campaign Name", "event_name", "Item Name", "Owner Type"])
def test_other_names_are_none(key: str) -> None:
    assert role(key, "Spring Sale") is None
