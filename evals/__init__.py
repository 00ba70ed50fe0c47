"""Comparing ways to answer a task, with statistics."""
