"""Erasure: everything of one customer is taken out of runs, evaluations and tables.

Others use nothing from here: `cli` is the command, `kinds` says which files are known.
"""
