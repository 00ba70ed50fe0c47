"""Metrics, each registered by its own module: labels, probabilities, numbers, out-of-scope traffic, several labels.

`base` says what a metric is and finds all of them; a new metric is a new file here, or a package with an entry point of
the group `fewsight.metrics`.
"""
