"""Statistics of rows that come in clusters: intervals, paired tests, conformal sets, prevalence, proper scores.

Evaluations fit with these, and runs and agents apply them. Every module may be used by every room.
"""
