"""Detectors: what identifies somebody by its form, or by the words beside it.

Others use `DEFAULT`, `PatternDetector` and `PresidioDetector` (`fewsight.masking` has them too); each other module
holds the rules of one kind, written for `Folded.low`.
"""
