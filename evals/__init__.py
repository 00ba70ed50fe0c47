"""Comparing ways to answer a task, with statistics. Metrics and statistics are here; arms and reports are not yet."""
