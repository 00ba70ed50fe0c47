"""What a report reads: a run's answers, its table, facts, segments; by row of a customer (`study`).

Kinds of reports use `Sources` and `read_study`; nothing here counts a claim.
"""
