"""Metrics of labels, of several labels at once, of numbers, of out-of-scope traffic and of probabilities."""
