"""Pseudonyms: identifiers leave a history before anything is rendered, and come back only for the same customer."""

from fewsight.masking.customers import CustomerKeys, own_id, with_own_id
from fewsight.masking.detectors.patterns import DEFAULT, PatternDetector
from fewsight.masking.detectors.presidio import PresidioDetector, detectors, presidio_version
from fewsight.masking.mask import Masked, Pseudonymizer
from fewsight.masking.spans import Detector, Span
from fewsight.masking.store import PSEUDONYMS, PseudonymFile
from fewsight.masking.tokens import Restored, restore

__all__ = [
    "DEFAULT",
    "PSEUDONYMS",
    "CustomerKeys",
    "Detector",
    "Masked",
    "PatternDetector",
    "PresidioDetector",
    "PseudonymFile",
    "Pseudonymizer",
    "Restored",
    "Span",
    "detectors",
    "own_id",
    "presidio_version",
    "restore",
    "with_own_id",
]
