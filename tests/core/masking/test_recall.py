"""Recall and over-masking on the texts that rules are made with; docs/pseudonyms.md tells those of the others."""

import pytest

from tests.bench.masking import measure
from tests.bench.masking.values import LANGUAGES

LEAST = {"name_other": 50, "postcode": 85, "written": 85}
"""Percent by type: names without a cue, codes beside small towns, and messages of a few values; all others 97."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_found_before_is_found(language: str) -> None:
    for figure in measure(part="dev", languages=language):
        assert isinstance(figure.value, float)
        if figure.name.endswith("without need"):
            assert figure.value <= 0.5, figure
        elif figure.name.endswith("without the profile"):
            kind = figure.name.split(", ")[1]
            assert figure.value >= LEAST.get(kind, 97), figure
        else:
            assert figure.value >= 85, figure
