"""Pseudonyms: identifiers leave a history before anything is rendered, and come back only for the same customer."""

from fewsight.masking.detectors.patterns import DEFAULT, PatternDetector
from fewsight.masking.detectors.presidio import PresidioDetector
from fewsight.masking.mask import Masked, Pseudonymizer
from fewsight.masking.spans import Detector, Span
from fewsight.masking.store import PseudonymFile
from fewsight.masking.tokens import Restored, restore

__all__ = [
    "DEFAULT",
    "Detector",
    "Masked",
    "PatternDetector",
    "PresidioDetector",
    "PseudonymFile",
    "Pseudonymizer",
    "Restored",
    "Span",
    "restore",
]
